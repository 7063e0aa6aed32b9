using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Quantizer;

namespace Edge.Training.Data;

/// <summary>Images and classes of two IDX files: images [n, h, w] (grey) or [n, h, w, 3] (R G B), labels [n].</summary>
public sealed class IdxImageSet : ImageSet
{
    private readonly byte[] _pixels;
    private readonly (int Height, int Width, int Channels) _size;

    private IdxImageSet(
        string source, byte[] pixels, (int Height, int Width, int Channels) size, IReadOnlyList<string> names, int[] classes)
        : base(source, names, classes)
    {
        (_pixels, _size) = (pixels, size);
    }

    /// <summary>Pixels of every image.</summary>
    public (int Height, int Width, int Channels) Size => _size;

    /// <param name="images">The file of images, plain or gzip-compressed.</param>
    /// <param name="labels">The file of classes; null: found by name, train-images-idx3-ubyte → train-labels-idx1-ubyte.</param>
    /// <param name="classNames">Names by class index; null: the numbers.</param>
    /// <exception cref="UserException">A file is missing, damaged or does not fit the other.</exception>
    public static IdxImageSet Open(string images, string? labels = null, IReadOnlyList<string>? classNames = null)
    {
        labels ??= LabelsBeside(images);
        IdxFile pixels = IdxFile.Read(images), numbers = IdxFile.Read(labels);
        if (pixels.Shape.Length is not (3 or 4) || (pixels.Shape.Length == 4 && pixels.Shape[3] is not (1 or 3)))
            throw new UserException(
                $"{images}: has the shape {Shape(pixels)}; images are [n, height, width] or [n, height, width, 3]");
        if (numbers.Shape.Length != 1)
            throw new UserException($"{labels}: has the shape {Shape(numbers)}; labels are [n]");
        if (numbers.Shape[0] != pixels.Shape[0])
            throw new UserException($"{labels}: holds {numbers.Shape[0]:N0} labels for {pixels.Shape[0]:N0} images in {images}");
        int classes = numbers.Data.Max() + 1;
        if (classNames is not null && classNames.Count < classes)
            throw new UserException($"{labels}: holds class {classes - 1}, but only {classNames.Count} classes have names");
        int channels = pixels.Shape.Length == 4 ? pixels.Shape[3] : 1;
        return new IdxImageSet(
            images,
            pixels.Data,
            (pixels.Shape[1], pixels.Shape[2], channels),
            classNames ?? [.. Enumerable.Range(0, classes).Select(i => $"{i}")],
            [.. numbers.Data.Select(b => (int)b)]);
    }

    public override IEnumerable<string> Files => [FinalPath(Source)];

    public override string NameOf(int index) => $"image {index}";

    public override void Read(int index, ImageReader reader, PixelBuffer destination)
    {
        (int height, int width, int channels) = _size;
        int length = height * width * channels;
        destination.Reset(width, height, channels);
        _pixels.AsSpan(index * length, length).CopyTo(destination.Pixels);
    }

    private static string LabelsBeside(string images)
    {
        string name = Path.GetFileName(images);
        string labels = Path.Combine(
            Path.GetDirectoryName(images) ?? "",
            name.Replace("images", "labels", StringComparison.Ordinal)
                .Replace("idx3", "idx1", StringComparison.Ordinal)
                .Replace("idx4", "idx1", StringComparison.Ordinal));
        return labels != images && File.Exists(labels)
            ? labels
            : throw new UserException(
                $"{images}: there is no file of labels beside it ({Path.GetFileName(labels)}); name it with --labels");
    }

    private static string Shape(IdxFile file) => $"[{string.Join(", ", file.Shape)}]";
}
