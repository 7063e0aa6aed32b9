using Edge.Quantizer.Quantization;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Tests.Quantization;

internal static class TestPackages
{
    /// <summary>Square RGB images with values from −1 to 1.</summary>
    public static PackageDescription Description(int size) => new(
        "test",
        new InputPreprocessing
        {
            Width = size,
            Height = size,
            Order = ChannelOrder.Rgb,
            Mean = [127.5f, 127.5f, 127.5f],
            Scale = [1 / 127.5f, 1 / 127.5f, 1 / 127.5f],
            ResizeTo = size,
        },
        [],
        0,
        new Provenance { Source = "test.onnx", SourceSha256 = new string('0', 64), CalibrationSha256 = new string('0', 64), CalibrationImages = 1, Tool = "tests" });
}
