using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Quantizer;

namespace Edge.Training.Data;

/// <summary>JPEG and PNG files: a folder per class, or a list in a CSV file.</summary>
public sealed class FileImageSet : ImageSet
{
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
    /// <exception cref="UserException">No images with classes there, or more classes than names.</exception>
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

        int classes = folder.ClassNames.Count > 0 ? folder.ClassNames.Count : labelled.Max(i => i.Class!.Value) + 1;
        if (classNames is not null && classNames.Count < classes)
            throw new UserException($"{path}: has {classes} classes, but only {classNames.Count} have names");
        IReadOnlyList<string> names = classNames
            ?? (folder.ClassNames.Count > 0 ? folder.ClassNames : [.. Enumerable.Range(0, classes).Select(i => $"{i}")]);
        return new FileImageSet(path, labelled, names) { Unlabelled = folder.Images.Count - labelled.Length };
    }

    public override string NameOf(int index) => _images[index].Path;

    public override void Read(
        int index, ImageReader reader, PixelBuffer destination) => reader.Read(_images[index].Path, destination);

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
