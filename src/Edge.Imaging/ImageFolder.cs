using System.Globalization;
using Edge.Runtime.Format;

namespace Edge.Imaging;

/// <summary>One image of an <see cref="ImageFolder"/>.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Class">Index of its class; null when unknown.</param>
public sealed record FolderImage(string Path, int? Class);

/// <summary>
/// The images of a folder in an order that is the same on every machine. Three kinds: with a labels.csv (columns "file" and
/// "index"; only files listed there, in its order); with one subfolder per class (classes and files in ordinal order of their
/// names); without labels (all JPEG and PNG files below, in ordinal order of their paths). Hidden files and folders are no part of it.
/// </summary>
public sealed class ImageFolder
{
    public const string LabelFile = "labels.csv";

    private const string FileColumn = "file";
    private const string IndexColumn = "index";
    private const string NoClass = "-1";

    private static readonly string[] Extensions =
    [
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png",
#if FULL_FEED
        .. Codecs.ImageSharpDecoder.Extensions,
#endif
    ];

    private ImageFolder(string path, IReadOnlyList<FolderImage> images, IReadOnlyList<string> classNames)
    {
        (Path, Images, ClassNames) = (path, images, classNames);
    }

    public string Path { get; }

    /// <summary>At least one.</summary>
    public IReadOnlyList<FolderImage> Images { get; }

    /// <summary>Names by class index, where classes have names (folders, or a label column of words); otherwise empty.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Whether any image has a class.</summary>
    public bool HasLabels => Images.Any(i => i.Class is not null);

    /// <param name="path">The folder.</param>
    /// <param name="labelColumn">
    /// Column of labels.csv that holds the class: numbers are class indices, words are numbered in ordinal order,
    /// nothing and −1 stand for an unknown class. By default "index", or else the only column whose name ends with "_index".
    /// </param>
    /// <exception cref="ImageFormatException">No folder, no images in it, or a bad labels.csv.</exception>
    public static ImageFolder Open(string path, string? labelColumn = null)
    {
        return Guarded(path, () =>
        {
            string labels = System.IO.Path.Combine(path, LabelFile);
            if (File.Exists(labels))
                return FromLabelFile(path, labels, labelColumn);
            if (labelColumn is not null)
                throw new ImageFormatException($"{path}: has no {LabelFile} with a column \"{labelColumn}\"");
            return FromClassFolders(path) ?? Unlabelled(path);
        })!;
    }

    /// <summary>
    /// One class per subfolder, even where a labels.csv lies beside them; null when there are no subfolders with images, or
    /// images beside them.
    /// </summary>
    /// <exception cref="ImageFormatException">No folder, or it cannot be read.</exception>
    public static ImageFolder? OpenClassFolders(string path) => Guarded(path, () => FromClassFolders(path));

    /// <summary>The images that a CSV file lists, with paths relative to its own folder.</summary>
    /// <param name="file">A file like labels.csv, of any name.</param>
    /// <param name="labelColumn">As in <see cref="Open"/>.</param>
    /// <exception cref="ImageFormatException">The file is bad or names absent images.</exception>
    public static ImageFolder OpenLabelFile(string file, string? labelColumn = null)
    {
        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file))!;
        return Guarded(folder, () => FromLabelFile(folder, file, labelColumn))!;
    }

    /// <summary>All JPEG and PNG files below a folder, whatever labels lie beside them.</summary>
    /// <exception cref="ImageFormatException">No folder, or no images in it.</exception>
    public static ImageFolder OpenUnlabelled(string path) => Guarded(path, () => Unlabelled(path))!;

    /// <summary>Whether a file's name ends like that of an image that can be read.</summary>
    public static bool HasImageExtension(string path) =>
        Extensions.Contains(System.IO.Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    private static ImageFolder? Guarded(string path, Func<ImageFolder?> open)
    {
        if (!Directory.Exists(path))
            throw new ImageFormatException(File.Exists(path) ? $"{path}: is a file, not a folder" : $"{path}: no such folder");
        try
        {
            return open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageFormatException($"{path}: cannot be read: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static ImageFolder FromLabelFile(string path, string labels, string? labelColumn)
    {
        List<(int Line, string[] Fields)> rows = CsvFile.Read(labels);
        if (rows.Count < 2)
            throw new ImageFormatException($"{labels}: lists no images");
        string[] header = rows[0].Fields;
        int file = Column(labels, header, FileColumn);
        int label = labelColumn is not null ? Column(labels, header, labelColumn) : DefaultLabelColumn(labels, header);

        List<(string Path, string Label)> entries = [];
        foreach ((int line, string[] fields) in rows[1..])
        {
            if (fields.Length != header.Length)
                throw new ImageFormatException($"{labels}, line {line}: {fields.Length} fields, but {header.Length} columns");
            string image = System.IO.Path.Combine(path, fields[file]);
            if (!File.Exists(image))
                throw new ImageFormatException($"{labels}, line {line}: there is no file {fields[file]} in this folder");
            if (!RegularFile.Is(image))
                throw new ImageFormatException($"{labels}, line {line}: {fields[file]} is a device or a pipe; list files only");
            entries.Add((image, fields[label] == NoClass ? "" : fields[label]));
        }

        string[] known = [.. entries.ConvertAll(e => e.Label).Where(l => l.Length > 0).Distinct().Order(StringComparer.Ordinal)];
        bool numbered = known.All(l => Index(l) is not null);
        if (!numbered && labelColumn is null)
            throw new ImageFormatException(
                $"{labels}: column \"{header[label]}\" holds \"{known.First(l => Index(l) is null)}\", which is no class index");
        return new(path, entries.ConvertAll(e => new FolderImage(e.Path, Class(e.Label))), numbered ? [] : known);

        int? Class(string name) =>
            name.Length == 0 ? null : numbered ? Index(name) : Array.BinarySearch(known, name, StringComparer.Ordinal);
    }

    private static int? Index(string label) =>
        int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : null;

    private static int Column(string labels, string[] header, string name)
    {
        int column = Array.IndexOf(header, name);
        return column >= 0
            ? column
            : throw new ImageFormatException($"{labels}: has no column \"{name}\"; its columns are {string.Join(", ", header)}");
    }

    private static int DefaultLabelColumn(string labels, string[] header)
    {
        string[] indices = [.. header.Where(c => c.EndsWith("_" + IndexColumn, StringComparison.Ordinal))];
        return Column(labels, header, !header.Contains(IndexColumn) && indices.Length == 1 ? indices[0] : IndexColumn);
    }

    /// <summary>Null when the images do not lie in subfolders only.</summary>
    private static ImageFolder? FromClassFolders(string path)
    {
        string[] folders = Directory.GetDirectories(path, "*", Visible(everywhere: false));
        if (folders.Length == 0 || ImagesOf(path, everywhere: false).Length > 0)
            return null;
        Array.Sort(folders, StringComparer.Ordinal);
        List<FolderImage> images = [];
        List<string> names = [];
        foreach (string folder in folders)
        {
            string[] files = ImagesOf(folder, everywhere: true);
            if (files.Length == 0)
                continue;
            images.AddRange(files.Select(f => new FolderImage(f, names.Count)));
            names.Add(System.IO.Path.GetFileName(folder));
        }

        return images.Count == 0 ? null : new(path, images, names);
    }

    private static ImageFolder Unlabelled(string path)
    {
        string[] files = ImagesOf(path, everywhere: true);
        if (files.Length == 0)
            throw new ImageFormatException($"{path}: has no JPEG or PNG images ({string.Join(", ", Extensions)})");
        return new(path, [.. files.Select(f => new FolderImage(f, null))], []);
    }

    private static string[] ImagesOf(string path, bool everywhere)
    {
        string[] files = [.. Directory.EnumerateFiles(path, "*", Visible(everywhere)).Where(f => HasImageExtension(f) && RegularFile.Is(f))];
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <summary>Without hidden files and folders: thumbnails, and the "._" twins that macOS leaves beside photographs.</summary>
    private static EnumerationOptions Visible(bool everywhere) => new()
    {
        AttributesToSkip = FileAttributes.Hidden,
        IgnoreInaccessible = false,
        RecurseSubdirectories = everywhere,
    };
}
