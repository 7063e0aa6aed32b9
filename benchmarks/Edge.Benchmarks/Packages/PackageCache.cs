using System.Security.Cryptography;
using System.Text;
using Edge.Imaging;
using Edge.Imaging.Preprocessing;
using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Onnx.Schema;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Quantization;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Tests;
using Edge.Training.Networks;

namespace Edge.Benchmarks.Packages;

/// <summary>
/// Packages of the catalog's networks with seeded weights at 224×224, calibrated on photographs of the folder shared, and their QDQ
/// exports. They are kept below artifacts/benchmarks under a digest of the sources that they come of, so that a changed network or
/// quantizer makes them anew and changed kernels do not.
/// </summary>
internal static class PackageCache
{
    public const int Size = 224;

    /// <summary>Photographs, evenly spread over the calibration set: speed hardly depends on ranges.</summary>
    public const int CalibrationImages = 16;

    private const ulong Seed = 1;
    private const string Preset = "imagenet-torchvision-224";

    /// <summary>Source folders and files that decide about a package's bytes.</summary>
    private static readonly string[] Sources =
    [
        "src/Edge.Training/Networks",
        "src/Edge.Quantizer/Onnx",
        "src/Edge.Quantizer/Graph",
        "src/Edge.Quantizer/Passes",
        "src/Edge.Quantizer/Calibration",
        "src/Edge.Quantizer/Quantization",
        "src/Edge.Runtime/Format",
        "src/Edge.Runtime/Execution/ArenaPlanner.cs",
        "src/Edge.Runtime/Execution/ArenaViews.cs",
        "benchmarks/Edge.Benchmarks/Packages/PackageCache.cs",
    ];

    private static readonly Lazy<string> Folder = new(() =>
        Directory.CreateDirectory(Path.Combine(Repository.Artifacts, "packages-" + Digest())).FullName);

    /// <summary>The path of a network's package; made first where it is missing.</summary>
    /// <param name="network">Name in the catalog.</param>
    /// <param name="progress">Is told what takes time.</param>
    /// <exception cref="DirectoryNotFoundException">The photographs are absent.</exception>
    public static string Package(string network, TextWriter progress)
    {
        string path = Path.Combine(Folder.Value, network + ".edge");
        if (!File.Exists(path))
        {
            progress.WriteLine($"making {network}.edge (calibration on {CalibrationImages} photographs)");
            Publish(path, Make(network));
        }

        return path;
    }

    /// <summary>
    /// The path of a network's package with two self-test vectors, as edge-quantizer packs them; made first where it is missing.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">The photographs are absent.</exception>
    public static string PackageWithSelfTest(string network, TextWriter progress)
    {
        string path = Path.Combine(Folder.Value, network + ".self-test.edge");
        if (File.Exists(path))
            return path;
        EdgeModel model = EdgeModel.Load(Package(network, progress));
        using var session = new Session(model, new SessionOptions { Threads = 1 });
        ConstantData[] constants = [.. model.Manifest.Constants.Select((c, i) => new ConstantData(c.Type, c.Shape, model.StoredBytes(i).ToArray()))];
        Publish(path, EdgeModelWriter.ToBytes(model.Manifest with { SelfTest = SelfTestRunner.Compute(session, 1, 2) }, constants));
        return path;
    }

    /// <summary>The QDQ form of a network's package for ONNX Runtime, made first where it is missing.</summary>
    /// <exception cref="DirectoryNotFoundException">The photographs are absent.</exception>
    public static byte[] Qdq(string network, TextWriter progress)
    {
        string path = Path.Combine(Folder.Value, network + ".onnx");
        if (!File.Exists(path))
            Publish(path, QdqExporter.Export(EdgeModel.Load(Package(network, progress))));
        return File.ReadAllBytes(path);
    }

    private static byte[] Make(string network)
    {
        string calibration = SharedFolder.Path("images", "calib");
        InputPreprocessing preprocessing = PreprocessingFile.Load(Preset);
        ImageFolder folder = ImageFolder.Open(calibration);
        string[] files = [.. Enumerable.Range(0, CalibrationImages)
            .Select(i => folder.Images[i * folder.Images.Count / CalibrationImages].Path)];
        using var images = new ImageCalibrationSet(files, preprocessing);

        var size = new NetworkOptions { Height = Size, Width = Size, Seed = Seed };
        byte[] onnx = GraphExporter.ToBytes(NetworkCatalog.Create(network, size));
        ModelGraph graph = OnnxImporter.Import(ModelProto.Parser.ParseFrom(onnx), network, "", new ImportOptions());
        PassPipeline.Create().Run(graph);
        var description = new PackageDescription(network, preprocessing, [], 0, new Provenance
        {
            Source = network,
            SourceSha256 = Convert.ToHexStringLower(SHA256.HashData(onnx)),
            CalibrationSha256 = new string('0', 64),
            CalibrationImages = files.Length,
            Tool = "Edge.Benchmarks",
        });
        var options = new QuantizationOptions
        {
            Method = "minmax",
            Equalization = Choice.Off,
            CompensatedRounding = Choice.Off,
            BiasCorrection = Choice.Off,
            MeanMatching = Choice.Off,
        };
        LoweredModel lowered = new PostTrainingQuantizer(graph, images, description, options).Run().Lowered;
        return EdgeModelWriter.ToBytes(PackageAssembler.Manifest(lowered, description), lowered.Package.Constants);
    }

    /// <summary>A file that is there is complete: other processes make the same ones.</summary>
    private static void Publish(string path, byte[] bytes)
    {
        string temporary = $"{path}.{Environment.ProcessId}";
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, path, overwrite: true);
    }

    private static string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string source in Sources)
        {
            string path = Repository.PathTo(source);
            IEnumerable<string> files = File.Exists(path)
                ? [path]
                : Directory.EnumerateFiles(path, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
            foreach (string file in files)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(Repository.Root, file)));
                hash.AppendData(File.ReadAllBytes(file));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }
}
