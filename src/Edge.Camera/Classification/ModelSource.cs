using System.Reflection;
using Edge.Runtime.Format;

namespace Edge.Camera.Classification;

/// <summary>Where a model comes from: a file, or the program itself.</summary>
internal sealed class ModelSource
{
    private const string Resource = "signs.edge";
    private const string Extension = ".edge";

    private readonly string? _path;

    private ModelSource(string? path) => _path = path;

    /// <summary>The traffic signs (models/signs.edge) that every edge-camera carries.</summary>
    public static ModelSource BuiltIn { get; } = new(null);

    /// <summary>The path, or what stands for it in messages.</summary>
    public string Name => _path ?? "built-in signs.edge";

    public static ModelSource File(string path) => new(path);

    /// <summary>Whether a path on the command line means a model and not an image: by its extension, else by its first bytes.</summary>
    public static bool IsModel(string path) =>
        path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) || (System.IO.File.Exists(path) && EdgeModel.IsPackage(path));

    /// <summary>Reads and verifies the package.</summary>
    /// <exception cref="ModelFormatException">The package is damaged.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public EdgeModel Load()
    {
        if (_path is not null)
            return EdgeModel.Load(_path);
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"edge-camera was built without {Resource}");
        byte[] package = GC.AllocateUninitializedArray<byte>((int)stream.Length);
        stream.ReadExactly(package);
        return EdgeModel.Parse(package);
    }
}
