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

    private const int TextureSize = 256;

    private readonly SignTexture[][] _textures;

    private SignLibrary(SignTexture[][] textures, string[] names) => (_textures, Names) = (textures, names);

    /// <summary>Name of each class, as its files are called; the last is "none".</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The ways a class is drawn; those of <see cref="None"/> are signs that have no class.</summary>
    public IReadOnlyList<SignTexture> this[int label] => _textures[label];

    /// <param name="folder">Holds the SVG files.</param>
    /// <param name="styles">Style sheets; every file is drawn with each of them.</param>
    /// <param name="rasterizer">Draws them.</param>
    /// <exception cref="UserException">A class has no file, or a file's name does not begin with a class.</exception>
    public static SignLibrary Load(string folder, IReadOnlyList<string> styles, SvgRasterizer rasterizer)
    {
        if (!Directory.Exists(folder))
            throw new UserException($"{folder}: no such folder; --signs names the folder of the SVG files");
        string[] files = [.. Directory.GetFiles(folder, "*.svg").Order(StringComparer.Ordinal)];
        List<SignTexture>[] textures = [.. Enumerable.Range(0, SignClasses + 1).Select(_ => new List<SignTexture>())];
        string[] names = [.. Enumerable.Repeat("", SignClasses), "none"];
        var jobs = from file in files from style in styles select (file, style);
        SignTexture[] drawn = [.. jobs.AsParallel().AsOrdered().Select(job => Draw(rasterizer, job.file, job.style))];
        for (int i = 0; i < drawn.Length; i++)
        {
            string name = Path.GetFileNameWithoutExtension(files[i / styles.Count]);
            if (name.Length < 4 || name[2] != '-'
                || !int.TryParse(name.AsSpan(0, 2), NumberStyles.None, CultureInfo.InvariantCulture, out int label)
                || label > SignClasses)
                throw new UserException($"{files[i / styles.Count]}: the name must begin with a class, 00- to 43-");
            textures[label].Add(drawn[i]);
            if (label < SignClasses && names[label].Length == 0)
                names[label] = name[3..].Split('.')[0];
        }

        int missing = textures.ToList().FindIndex(list => list.Count == 0);
        if (missing >= 0)
            throw new UserException($"{folder}: no file {missing:00}-*.svg; each class from 00 to 43 needs one");
        return new([.. textures.Select(list => list.ToArray())], names);
    }

    private static SignTexture Draw(SvgRasterizer rasterizer, string file, string style) => new(
        rasterizer.Rasterize(file, style, TextureSize, "black"), rasterizer.Rasterize(file, style, TextureSize, "white"));
}
