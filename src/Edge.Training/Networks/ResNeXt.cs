using Edge.Quantizer.Graph;

namespace Edge.Training.Networks;

/// <summary>
/// ResNeXt (Xie et al. 2016, arXiv:1611.05431, table 1 and figure 3c): ResNet bottlenecks whose 3×3 convolution has as many
/// groups as the cardinality says. A cardinality of 1 and a width of 64 give ResNet (He et al. 2015, arXiv:1512.03385), with the
/// stride in the 3×3 convolution.
/// </summary>
public static class ResNeXt
{
    private const int Expansion = 4;

    public static NetworkFamily Family { get; } = new()
    {
        Name = "resnext",
        Paper = "Xie et al. 2016, arXiv:1611.05431",
        Size = 224,
        Parameters =
        [
            new("cardinality", "32", "groups of the 3x3 convolutions, 1 to 64"),
            new("group-width", "4", "channels of a group in the first stage, 1 to 64"),
            new("blocks", "3-4-6-3", "blocks of the four stages"),
        ],
        Presets =
        [
            new("resnext-50-32x4d"),
            new("resnext-101-32x4d", ("blocks", "3-4-23-3")),
            new("resnext-101-64x4d", ("blocks", "3-4-23-3"), ("cardinality", "64")),
        ],
        Build = Build,
    };

    private static Value Build(NetworkBuilder net, NetworkSettings settings)
    {
        int cardinality = settings.Integer("cardinality", 1, 64), width = settings.Integer("group-width", 1, 64);
        int[] blocks = settings.Integers("blocks", 4, 1, 64);

        Value x = net.ConvBn(net.Image, "conv1", 64, 7, net.Reduction());
        x = net.ReducingMaxPool(x, "pool1", 3, Padding.Same);
        for (int stage = 0; stage < blocks.Length; stage++)
        {
            for (int block = 0; block < blocks[stage]; block++)
            {
                int stride = stage > 0 && block == 0 ? net.Reduction() : 1;
                int inner = (cardinality * width) << stage, outputs = 64 * Expansion << stage;
                x = Bottleneck(net, x, $"conv{stage + 2}/block{block + 1}", inner, outputs, cardinality, stride);
            }
        }

        return net.Classifier(net.GlobalAveragePool(x, "pool5"));
    }

    private static Value Bottleneck(
        NetworkBuilder net, Value x, string name, int inner, int outputs, int cardinality, int stride)
    {
        Value y = net.ConvBn(x, $"{name}/reduce", inner, 1);
        y = net.ConvBn(y, $"{name}/grouped", inner, 3, stride, cardinality);
        y = net.ConvBn(y, $"{name}/expand", outputs, 1, activation: Activation.None);
        bool same = stride == 1 && NetworkBuilder.ChannelsOf(x) == outputs;
        Value shortcut = same ? x : net.ConvBn(x, $"{name}/shortcut", outputs, 1, stride, activation: Activation.None);
        return net.Relu(net.Add(y, shortcut, $"{name}/add"), $"{name}/relu");
    }
}
