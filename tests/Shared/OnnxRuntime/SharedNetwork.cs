using System.Text;
using System.Text.Json;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Imaging.Preprocessing;
using Edge.Quantizer.Graph;
using Edge.Runtime.Format;

namespace Edge.Tests;

/// <summary>A trained network of the folder shared, its preprocessing and the recorded outputs for its golden crops.</summary>
internal sealed class SharedNetwork
{
    private readonly JsonElement _entry;

    private SharedNetwork(JsonElement entry) => _entry = entry;

    /// <summary>File name, for example squeezenet1_1.onnx.</summary>
    public string File => _entry.GetProperty("file").GetString()!;

    public string Path => SharedFolder.Path("models", File);

    /// <summary>The preprocessing as the quantize command reads it: JSON.</summary>
    public string Preprocessing => _entry.GetProperty("input").GetRawText();

    /// <summary>The path of the file of class names.</summary>
    public string Labels => SharedFolder.Path("models", _entry.GetProperty("labels").GetString()!);

    /// <summary>Outputs in front of the first real class.</summary>
    public int LabelOffset => _entry.GetProperty("label_offset").GetInt32();

    /// <summary>All networks; one placeholder when the folder is absent, so that theories are listed as skipped.</summary>
    public static IEnumerable<string> Files => SharedFolder.Exists ? Entries().Select(e => e.File) : ["absent"];

    public static SharedNetwork Load(string file) => Entries().First(e => e.File == file);

    /// <summary>The golden crops: name, model input [1, C, H, W], recorded output of ONNX Runtime without optimization.</summary>
    public IEnumerable<(string Name, Tensor Input, float[] Output)> Golden()
    {
        using JsonDocument outputs = JsonDocument.Parse(
            System.IO.File.ReadAllBytes(SharedFolder.Path("models", "golden", System.IO.Path.ChangeExtension(File, ".json"))));
        var preprocessor = new ImagePreprocessor(PreprocessingFile.Parse(Encoding.UTF8.GetBytes(Preprocessing), File));
        (int height, int width, int channels) =
            (preprocessor.Preprocessing.Height, preprocessor.Preprocessing.Width, preprocessor.Preprocessing.Channels);
        using var reader = new ImageReader();
        foreach (JsonProperty crop in outputs.RootElement.EnumerateObject())
        {
            var image = new PixelBuffer();
            reader.Read(SharedFolder.Path("models", "golden", $"{width}x{channels}", crop.Name), image);
            var unresized = new ImagePreprocessor(preprocessor.Preprocessing with { Resize = ResizeRule.Stretch });
            float[] nhwc = new float[unresized.InputLength];
            unresized.Run(image, nhwc);
            float[] nchw = new float[nhwc.Length];
            for (int i = 0; i < nhwc.Length; i++)
                nchw[(i % channels * height * width) + (i / channels)] = nhwc[i];
            float[] output = [.. crop.Value.EnumerateArray().Select(v => v.GetSingle())];
            yield return (crop.Name, new Tensor([1, channels, height, width], nchw), output);
        }
    }

    private static List<SharedNetwork> Entries()
    {
        using JsonDocument list = JsonDocument.Parse(System.IO.File.ReadAllBytes(SharedFolder.Path("models", "models.json")));
        return [.. list.RootElement.GetProperty("models").EnumerateArray().Select(
            m => new SharedNetwork(m.Clone()))];
    }
}
