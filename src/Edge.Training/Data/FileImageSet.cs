using System.Globalization;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Quantizer;

namespace Edge.Training.Data;

/// <summary>JPEG and PNG files: a folder per class, or a list in a CSV file.</summary>
public sealed class FileImageSet : ImageSet
{
    /// <summary>Its square, the confusion matrix, still fits into memory.</summary>
    private const int MaxClasses = 1 << 15;

    private static readonly string[] ClassColumns = ["class", "label"];

    private readonly IReadOnlyList<FolderImage> _images;

    private FileImageSet(string source, IReadOnlyList<FolderImage> images, IReadOnlyList<string> classNames)
        : base(source, classNames, [.. images.Select(i => i.Class!.Value)])
    {
        _images = images;
    }

    /// <summary>Images of the source without a class; they are left out.</summary>
    public int Unlabelled { get; private init; }

    /// <param name="path">
    /// A folder with one subfolder per class, a folder with a labels.csv, or a CSV file with the columns "file" (relative to the
    /// CSV's folder) and "class", "label" or "index".
    /// </param>
    /// <param name="labelColumn">The column of the class; with a folder, makes labels.csv decide instead of subfolders.</param>
    /// <param name="classNames">Names for classes that are numbers; null: the numbers.</param>
    /// <exception cref="UserException">No images with classes there, too many classes, or names that do not fit them.</exception>
    /// <exception cref="ImageFormatException">The folder or the CSV file cannot be read.</exception>
    public static FileImageSet Open(string path, string? labelColumn = null, IReadOnlyList<string>? classNames = null)
    {
        ImageFolder folder = File.Exists(path) ? FromCsv(path, labelColumn) : FromFolder(path, labelColumn);
        FolderImage[] labelled = [.. folder.Images.Where(i => i.Class is not null)];
        if (labelled.Length == 0)
        {
            throw new UserException(
                $"{path}: no image has a class; use one subfolder per class, or a {ImageFolder.LabelFile} with the columns file,class");
        }

        int classes = folder.ClassNames.Count > 0 ? folder.ClassNames.Count : CountClasses(path, labelled);
        if (classNames is not null && classNames.Count < classes)
            throw new UserException($"{path}: has {classes} classes, but only {classNames.Count} have names");
        for (int i = 0; classNames is not null && i < folder.ClassNames.Count; i++)
        {
            if (classNames[i] != folder.ClassNames[i])
                throw new UserException($"{path}: names its classes itself: class {i} is '{folder.ClassNames[i]}', not '{classNames[i]}'; leave --class-names out");
        }

        IReadOnlyList<string> names = classNames
            ?? (folder.ClassNames.Count > 0 ? folder.ClassNames : [.. Enumerable.Range(0, classes).Select(i => $"{i}")]);
        return new FileImageSet(path, labelled, names) { Unlabelled = folder.Images.Count - labelled.Length };
    }

    public override IEnumerable<string> Files => _images.Select(i => FinalPath(i.Path));

    public override string NameOf(int index) => _images[index].Path;

    public override void Read(
        int index, ImageReader reader, PixelBuffer destination) => reader.Read(_images[index].Path, destination);

    private static int CountClasses(string path, IReadOnlyList<FolderImage> labelled)
    {
        FolderImage last = labelled.MaxBy(i => i.Class)!;
        int index = last.Class!.Value;
        if (index < MaxClasses)
            return index + 1;
        string file = Directory.Exists(path) ? Path.Combine(path, ImageFolder.LabelFile) : path;
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        int line = CsvFile.Read(file).Find(row =>
            row.Fields.Any(f => int.TryParse(f, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value == index)
            && row.Fields.Any(f => Path.Combine(folder, f) == Path.GetFullPath(last.Path))).Line;
        throw new UserException($"{file}, line {line}: class {index} is too large; number the classes from 0 to at most {MaxClasses - 1}");
    }

    private static ImageFolder FromFolder(string path, string? labelColumn)
    {
        if (labelColumn is null && ImageFolder.OpenClassFolders(path) is { } folders)
            return folders;
        string labels = Path.Combine(path, ImageFolder.LabelFile);
        return File.Exists(labels) ? FromCsv(labels, labelColumn) : ImageFolder.Open(path, labelColumn);
    }

    private static ImageFolder FromCsv(string file, string? labelColumn)
    {
        if (labelColumn is null)
        {
            string[] header = CsvFile.Read(file) is [var first, ..] ? first.Fields : [];
            labelColumn = Array.Find(ClassColumns, header.Contains);
        }

        return ImageFolder.OpenLabelFile(file, labelColumn);
    }
}
