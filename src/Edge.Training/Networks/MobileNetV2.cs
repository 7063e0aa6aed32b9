using Edge.Quantizer.Graph;

namespace Edge.Training.Networks;

/// <summary>
/// MobileNet v2 (Sandler et al. 2018, arXiv:1801.04381, table 2): inverted residuals with linear bottlenecks. Every row of the
/// table is expansion t, outputs c, repeats n and the stride s of the first of them.
/// </summary>
public static class MobileNetV2
{
    private const float Epsilon = 1e-3f;
    private const string Paper = "1-16-1-1,6-24-2-2,6-32-3-2,6-64-4-2,6-96-3-1,6-160-3-2,6-320-1-1";

    public static NetworkFamily Family { get; } = new()
    {
        Name = "mobilenet-v2",
        Paper = "Sandler et al. 2018, arXiv:1801.04381",
        Size = 224,
        Parameters =
        [
            new("width", "1", "width multiplier, 0.05 to 4; channels become multiples of 8"),
            new("stages", Paper, "rows t-c-n-s: expansion, outputs, repeats, first stride"),
            new("stem", "32", "channels of the first convolution"),
            new("stem-stride", "2", "its stride, 1 or 2"),
            new("head", "1280", "channels in front of the classifier; not narrowed by a width below 1"),
            new("dropout", "0.2", "share dropped in front of the classifier, 0 to 0.9"),
        ],
        Presets =
        [
            new("mobilenet-v2-0.35", ("width", "0.35")),
            new("mobilenet-v2-0.5", ("width", "0.5")),
            new("mobilenet-v2-0.75", ("width", "0.75")),
            new("mobilenet-v2-1.0"),
            new("mobilenet-v2-1.3", ("width", "1.3")),
            new("mobilenet-v2-1.4", ("width", "1.4")),
            new(
                "mobilenet-v2-micro28", ("stages", "1-16-1-1,4-24-2-2,4-40-3-2,4-56-2-1"), ("stem", "24"),
                ("stem-stride", "1"), ("head", "192"))
            {
                Size = 28,
                Channels = 1,
                Classes = 10,
            },
            new(
                "mobilenet-v2-small48", ("stages", "1-16-1-1,3-24-1-1,3-40-3-2,4-72-3-2,4-112-1-1"), ("stem", "24"),
                ("head", "320"))
            {
                Size = 48,
                Classes = 44,
            },
        ],
        Build = Build,
    };

    private static Value Build(NetworkBuilder net, NetworkSettings settings)
    {
        double width = settings.Number("width", 0.05, 4);
        float dropout = (float)settings.Number("dropout", 0, 0.9);
        int[][] stages = settings.Table("stages", 4, 1, 4096);

        Value x = net.ConvBn(
            net.Image, "conv1", Scaled(settings.Integer("stem", 1, 4096), width), 3,
            net.Reduction(settings.Integer("stem-stride", 1, 2)), activation: Activation.Relu6, epsilon: Epsilon);
        int block = 0;
        foreach (int[] row in stages)
        {
            (int t, int c, int n, int s) = (row[0], row[1], row[2], row[3]);
            for (int i = 0; i < n; i++)
                x = InvertedResidual(net, x, $"block{++block}", t, Scaled(c, width), i == 0 ? net.Reduction(s) : 1);
        }

        x = net.ConvBn(
            x, "conv2", Scaled(settings.Integer("head", 1, 4096), Math.Max(1, width)), 1, activation: Activation.Relu6,
            epsilon: Epsilon);
        x = net.GlobalAveragePool(x, "pool");
        return net.Classifier(dropout > 0 ? net.Dropout(x, "dropout", dropout) : x);
    }

    private static Value InvertedResidual(NetworkBuilder net, Value x, string name, int expansion, int outputs, int stride)
    {
        int inputs = NetworkBuilder.ChannelsOf(x);
        Value y = expansion == 1
            ? x
            : net.ConvBn(x, $"{name}/expand", inputs * expansion, 1, activation: Activation.Relu6, epsilon: Epsilon);
        y = net.DepthwiseBn(y, $"{name}/depthwise", stride, Activation.Relu6, Epsilon);
        y = net.ConvBn(y, $"{name}/project", outputs, 1, activation: Activation.None, epsilon: Epsilon);
        return stride == 1 && inputs == outputs ? net.Add(x, y, $"{name}/add") : y;
    }

    /// <summary>The nearest multiple of 8, at least 8 and not less than 90 % of the scaled channels.</summary>
    private static int Scaled(int channels, double width)
    {
        double wanted = channels * width;
        int rounded = Math.Max(8, (int)(wanted + 4) / 8 * 8);
        return rounded < 0.9 * wanted ? rounded + 8 : rounded;
    }
}
