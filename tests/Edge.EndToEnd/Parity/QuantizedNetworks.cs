using System.Collections.Concurrent;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Imaging.Preprocessing;
using Edge.Quantizer.Commands;
using Edge.Runtime.Format;
using Edge.Tests;

namespace Edge.EndToEnd.Parity;

/// <summary>
/// The trained networks of the folder shared as packages, each made once, by the quantize command with a quick calibration.
/// </summary>
public sealed class QuantizedNetworks : IDisposable
{
    private const int CalibrationPhotos = 4;

    private readonly string _folder = Directory.CreateTempSubdirectory("edge-networks-").FullName;
    private readonly ConcurrentDictionary<string, Lazy<string>> _packages = new();
    private readonly Lazy<string> _calibration;

    public QuantizedNetworks() => _calibration = new Lazy<string>(CopyCalibration);

    /// <summary>The path of a network's package.</summary>
    /// <param name="file">The network's file name, for example squeezenet1_1.onnx.</param>
    public string Package(string file) => _packages.GetOrAdd(file, f => new Lazy<string>(() => Quantize(f))).Value;

    /// <summary>Photographs that calibration did not see, ordered by name.</summary>
    internal static IEnumerable<PixelBuffer> Photos(int count)
    {
        using var reader = new ImageReader();
        foreach (string path in Files("val", count))
        {
            var image = new PixelBuffer();
            reader.Read(path, image);
            yield return image;
        }
    }

    /// <summary>A photograph as the int8 image that a model reads.</summary>
    internal static sbyte[] Input(EdgeModel model, PixelBuffer photo)
    {
        var preprocessor = new ImagePreprocessor(model.Manifest.Preprocessing, model.Input.Scale, model.Input.ZeroPoint);
        sbyte[] input = new sbyte[preprocessor.InputLength];
        preprocessor.Run(photo, input);
        return input;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static IEnumerable<string> Files(string folder, int count) =>
        Directory.GetFiles(SharedFolder.Path("images", folder), "*.JPEG").Order(StringComparer.Ordinal).Take(count);

    private string CopyCalibration()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "calibration")).FullName;
        foreach (string photo in Files("calib", CalibrationPhotos))
            File.Copy(photo, Path.Combine(folder, Path.GetFileName(photo)));
        return folder;
    }

    private string Quantize(string file)
    {
        SharedNetwork network = SharedNetwork.Load(file);
        string package = Path.Combine(_folder, Path.ChangeExtension(file, ".edge")), preprocessing = package + ".json";
        File.WriteAllText(preprocessing, network.Preprocessing);
        using StringWriter output = new(), error = new();
        int code = CommandLine.Run(
            [
                "quantize", network.Path, "--calibration", _calibration.Value, "--preprocessing", preprocessing,
                "--labels", network.Labels, "--label-offset", $"{network.LabelOffset}",
                "--method", "minmax", "--sensitivity-images", "0", "-o", package,
            ],
            output,
            error);
        Assert.True(code == CommandHost.Success, error.ToString());
        return package;
    }
}
