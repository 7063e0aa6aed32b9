using System.Globalization;
using Edge.Quantizer;

namespace Edge.SignRenderer.Signs;

/// <summary>
/// The drawn signs by class: all files NN-name.svg and NN-name.variant.svg of a folder, each in several styles.
/// </summary>
internal sealed class SignLibrary
{
    /// <summary>The classes of the German Traffic Sign Recognition Benchmark, 0 … 42, and after them "none of these".</summary>
    public const int SignClasses = 43;

    public const int None = SignClasses;

    /// <summary>Largest texture: enough for a sign of as many pixels.</summary>
    public const int TextureSize = 256;

    private readonly SignTexture[][] _textures;

    private SignLibrary(SignTexture[][] textures, string[] names) => (_textures, Names) = (textures, names);

    /// <summary>Name of each class, as its files are called; the last is "none".</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The ways a class is drawn; those of <see cref="None"/> are signs that have no class.</summary>
    public IReadOnlyList<SignTexture> this[int label] => _textures[label];

    /// <param name="folder">Holds the SVG files.</param>
    /// <param name="styles">Every file is drawn in each of them.</param>
    /// <param name="rasterizer">Draws them.</param>
    /// <param name="drawings">Signs beside those of the files; drawn as they are.</param>
    /// <param name="largest">Side of the largest texture that is kept, a power of two, at most 256.</param>
    /// <exception cref="UserException">A class has no file, or a file's name does not begin with a class.</exception>
    public static SignLibrary Load(
        string folder, IReadOnlyList<DrawingStyle> styles, SvgRasterizer rasterizer, IReadOnlyList<SignDrawing>? drawings = null,
        int largest = TextureSize)
    {
        if (!Directory.Exists(folder))
            throw new UserException($"{folder}: no such folder; --signs names the folder of the SVG files");
        SignDrawing[] files = [.. Directory.GetFiles(folder, "*.svg").Order(StringComparer.Ordinal).Select(Read)];
        var jobs = files.SelectMany(drawing => styles.Select(style => (drawing, style)))
            .Concat((drawings ?? []).Select(drawing => (drawing, style: default(DrawingStyle))));
        List<SignTexture>[] textures = [.. Enumerable.Range(0, SignClasses + 1).Select(_ => new List<SignTexture>())];
        foreach ((int label, SignTexture texture) in Draw(jobs, rasterizer, largest))
            textures[label].Add(texture);
        string[] names =
        [
            .. Enumerable.Range(0, SignClasses).Select(label => files.FirstOrDefault(file => file.Label == label))
                .Select(file => file is null ? "" : Path.GetFileNameWithoutExtension(file.Name)[3..].Split('.')[0]),
            "none",
        ];

        int missing = textures.ToList().FindIndex(list => list.Count == 0);
        if (missing >= 0)
            throw new UserException($"{folder}: no file {missing:00}-*.svg; each class from 00 to 43 needs one");
        return new([.. textures.Select(list => list.ToArray())], names);
    }

    private static SignDrawing Read(string file)
    {
        string name = Path.GetFileName(file);
        if (name.Length < 8 || name[2] != '-'
            || !int.TryParse(name.AsSpan(0, 2), NumberStyles.None, CultureInfo.InvariantCulture, out int label)
            || label > SignClasses)
            throw new UserException($"{file}: the name must begin with a class, 00- to 43-");
        return new(label, file, File.ReadAllText(file));
    }

    private static (int Label, SignTexture Texture)[] Draw(
        IEnumerable<(SignDrawing Drawing, DrawingStyle Style)> jobs, SvgRasterizer rasterizer, int largest)
    {
        try
        {
            return
            [
                .. jobs.AsParallel().AsOrdered().Select(
                    job => (job.Drawing.Label, new SignTexture(rasterizer, job.Drawing, job.Style, TextureSize, largest))),
            ];
        }
        catch (AggregateException e) when (e.InnerExceptions[0] is UserException first)
        {
            throw new UserException(first.Message, e);
        }
    }
}
