using Edge.Quantizer.Graph;

namespace Edge.Training.Networks;

/// <summary>
/// MobileNet (Howard et al. 2017, arXiv:1704.04861, table 1): a 3×3 depthwise and a 1×1 convolution in turns, each with batch
/// normalization and ReLU. The width multiplier α scales channels, the resolution multiplier ρ the input.
/// </summary>
public static class MobileNetV1
{
    private const float Epsilon = 1e-3f;

    /// <summary>Outputs and stride of every separable convolution behind the stem.</summary>
    private static readonly (int Outputs, int Stride)[] Body =
    [
        (64, 1), (128, 2), (128, 1), (256, 2), (256, 1),
        (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1),
    ];

    public static NetworkFamily Family { get; } = new()
    {
        Name = "mobilenet-v1",
        Paper = "Howard et al. 2017, arXiv:1704.04861",
        Size = 224,
        Parameters =
        [
            new("width", "1", "width multiplier, 0.05 to 4"),
            new("shallow", "false", "without the five layers at 14x14, 512 channels (table 5)"),
        ],
        Presets =
        [
            new("mobilenet-v1-0.25", ("width", "0.25")),
            new("mobilenet-v1-0.5", ("width", "0.5")),
            new("mobilenet-v1-0.75", ("width", "0.75")),
            new("mobilenet-v1-1.0"),
            new("mobilenet-v1-1.0-shallow", ("shallow", "true")),
        ],
        Build = Build,
    };

    private static Value Build(NetworkBuilder net, NetworkSettings settings)
    {
        double width = settings.Number("width", 0.05, 4);
        bool shallow = settings.Flag("shallow");
        int Channels(int channels) => Math.Max(8, (int)(channels * width));

        Value x = net.ConvBn(net.Image, "conv1", Channels(32), 3, net.Reduction(), epsilon: Epsilon);
        for (int i = 0; i < Body.Length; i++)
        {
            (int outputs, int stride) = Body[i];
            if (shallow && stride == 1 && outputs == 512)
                continue;
            x = net.DepthwiseBn(x, $"conv{i + 2}/depthwise", net.Reduction(stride), epsilon: Epsilon);
            x = net.ConvBn(x, $"conv{i + 2}/pointwise", Channels(outputs), 1, epsilon: Epsilon);
        }

        return net.Classifier(net.GlobalAveragePool(x, "pool"));
    }
}
