using System.Runtime.CompilerServices;
using Edge.SignRenderer.Signs;

namespace Edge.SignRenderer.Tests;

/// <summary>The repository's signs, drawn once for all tests of a class.</summary>
public sealed class DrawnSigns : IDisposable
{
    private readonly Lazy<SignLibrary> _library;

    public DrawnSigns() =>
        _library = new(() => SignLibrary.Load(SvgFolder, [default], new SvgRasterizer(Path.Combine(Folder, "rasters"))));

    /// <summary>models/signs/svg of this repository.</summary>
    public static string SvgFolder =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(SourceFile())!, "../../models/signs/svg"));

    /// <summary>A temporary folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("edge-signs-").FullName;

    internal SignLibrary Library => _library.Value;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string SourceFile([CallerFilePath] string path = "") => path;
}
