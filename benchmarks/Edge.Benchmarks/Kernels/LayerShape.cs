using Edge.Runtime.Format;

namespace Edge.Benchmarks.Kernels;

/// <summary>A square convolution layer, padded as the networks pad.</summary>
/// <param name="Size">Height and width of the input.</param>
internal sealed record LayerShape(string Network, int Size, int Inputs, int Outputs, int Kernel = 1, int Stride = 1, int Groups = 1)
{
    /// <summary>Padding on every side; 0 where the network pads nothing.</summary>
    public int Padding { get; init; } = Kernel / 2;

    public int OutputSize => ((Size + (2 * Padding) - Kernel) / Stride) + 1;

    public Window Window => new()
    {
        KernelHeight = Kernel,
        KernelWidth = Kernel,
        StrideY = Stride,
        StrideX = Stride,
        PadTop = Padding,
        PadLeft = Padding,
        PadBottom = Padding,
        PadRight = Padding,
    };

    /// <summary>The kinds of layers that the catalog's networks are made of, at 224×224.</summary>
    public static IReadOnlyList<LayerShape> Typical { get; } =
    [
        // First layers.
        new("SqueezeNet 1.1", 224, 3, 64, Kernel: 3, Stride: 2) { Padding = 0 },
        new("SqueezeNet 1.0", 224, 3, 96, Kernel: 7, Stride: 2) { Padding = 0 },
        new("MobileNet", 224, 3, 32, Kernel: 3, Stride: 2),

        // Pointwise.
        new("SqueezeNet 1.1", 55, 64, 16),
        new("SqueezeNet 1.1", 55, 16, 64),
        new("SqueezeNet 1.1", 27, 256, 32),
        new("SqueezeNet 1.1", 13, 384, 64),
        new("SqueezeNet 1.1", 13, 64, 256),
        new("SqueezeNet 1.1", 13, 512, 1000),
        new("MobileNet v1", 112, 32, 64),
        new("MobileNet v1", 56, 128, 128),
        new("MobileNet v1", 14, 512, 512),
        new("MobileNet v1", 7, 1024, 1024),
        new("MobileNet v2", 56, 24, 144),
        new("MobileNet v2", 56, 144, 24),
        new("MobileNet v2", 28, 192, 32),
        new("MobileNet v2", 14, 96, 576),
        new("MobileNet v2", 7, 960, 160),
        new("ShuffleNet v2", 28, 58, 58),
        new("ShuffleNet v2", 14, 116, 116),
        new("ShuffleNet v2", 7, 464, 1024),

        // Windows.
        new("SqueezeNet 1.1", 55, 16, 64, Kernel: 3),
        new("SqueezeNet 1.1", 27, 32, 128, Kernel: 3),
        new("SqueezeNet 1.1", 13, 64, 256, Kernel: 3),
        new("Inception v1", 28, 32, 96, Kernel: 5),
        new("ResNeXt-50", 56, 128, 128, Kernel: 3, Groups: 32),
        new("ResNeXt-50", 28, 256, 256, Kernel: 3, Groups: 32),
        new("ResNeXt-50", 14, 512, 512, Kernel: 3, Groups: 32),

        // Depthwise.
        new("MobileNet v1", 112, 32, 32, Kernel: 3, Groups: 32),
        new("MobileNet v1", 112, 64, 64, Kernel: 3, Stride: 2, Groups: 64),
        new("MobileNet v1", 14, 512, 512, Kernel: 3, Groups: 512),
        new("MobileNet v2", 56, 144, 144, Kernel: 3, Stride: 2, Groups: 144),
        new("MobileNet v2", 7, 960, 960, Kernel: 3, Groups: 960),
        new("ShuffleNet v2", 28, 58, 58, Kernel: 3, Groups: 58),

        // Classifiers.
        new("MobileNet v1", 1, 1024, 1000),
        new("MobileNet v2", 1, 1280, 1000),
    ];

    public override string ToString() =>
        $"{Size}×{Size} {Inputs}→{Outputs}, {Kernel}×{Kernel}" + (Stride > 1 ? $"/{Stride}" : "")
        + (Groups == 1 ? "" : Groups == Inputs ? ", depthwise" : $", {Groups} groups");
}
