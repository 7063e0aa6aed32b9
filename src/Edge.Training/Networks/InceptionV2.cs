using Edge.Quantizer.Graph;

namespace Edge.Training.Networks;

/// <summary>
/// Inception v2, BN-Inception (Ioffe and Szegedy 2015, arXiv:1502.03167, figure 5): batch normalization everywhere, two 3×3
/// convolutions instead of a 5×5, and modules that reduce the image instead of pools between them.
/// </summary>
public static class InceptionV2
{
    /// <summary>
    /// The rows of figure 5: 1×1, 3×3 reduce, 3×3, double 3×3 reduce, double 3×3, pool projection (of a max pool where the module
    /// says so). No 1×1 and no projection: the module has stride 2 and passes a max pool through. The outputs of 4c and 4d are
    /// 576 in that table, to which a projection of 96 adds up.
    /// </summary>
    private static readonly (string Name, int[] Channels, bool MaxPool)[] Table =
    [
        ("3a", [64, 64, 64, 64, 96, 32], false),
        ("3b", [64, 64, 96, 64, 96, 64], false),
        ("3c", [0, 128, 160, 64, 96, 0], true),
        ("4a", [224, 64, 96, 96, 128, 128], false),
        ("4b", [192, 96, 128, 96, 128, 128], false),
        ("4c", [160, 128, 160, 128, 160, 96], false),
        ("4d", [96, 128, 192, 160, 192, 96], false),
        ("4e", [0, 128, 192, 192, 256, 0], true),
        ("5a", [352, 192, 320, 160, 224, 128], false),
        ("5b", [352, 192, 320, 192, 224, 128], true),
    ];

    public static NetworkFamily Family { get; } = new()
    {
        Name = "inception-v2",
        Paper = "Ioffe and Szegedy 2015, arXiv:1502.03167",
        Size = 224,
        Parameters = [],
        Presets = [new("inception-v2")],
        Build = Build,
    };

    private static Value Build(NetworkBuilder net, NetworkSettings settings)
    {
        Value x = net.ConvBn(net.Image, "conv1", 64, 7, net.Reduction());
        x = net.ReducingMaxPool(x, "pool1", 3, roundUp: true);
        x = net.ConvBn(x, "conv2/reduce", 64, 1);
        x = net.ConvBn(x, "conv2", 192, 3);
        x = net.ReducingMaxPool(x, "pool2", 3, roundUp: true);
        foreach ((string name, int[] c, bool maxPool) in Table)
            x = c[0] == 0 ? Reducing(net, x, $"inception{name}", c) : Inception(net, x, $"inception{name}", c, maxPool);
        return net.Classifier(net.GlobalAveragePool(x, "pool5"));
    }

    private static Value Inception(NetworkBuilder net, Value x, string name, int[] c, bool maxPool)
    {
        Value pool = maxPool
            ? net.MaxPool(x, $"{name}/pool", 3, 1, Padding.Same)
            : net.AveragePool(x, $"{name}/pool", 3, 1);
        return net.Concat(
            $"{name}/concat",
            net.ConvBn(x, $"{name}/1x1", c[0], 1),
            Single(net, x, name, c, 1),
            Double(net, x, name, c, 1),
            net.ConvBn(pool, $"{name}/pool/project", c[5], 1));
    }

    private static Value Reducing(NetworkBuilder net, Value x, string name, int[] c)
    {
        int stride = net.Reduction();
        Value pool = net.MaxPool(x, $"{name}/pool", 3, stride, Padding.Same);
        return net.Concat($"{name}/concat", Single(net, x, name, c, stride), Double(net, x, name, c, stride), pool);
    }

    private static Value Single(NetworkBuilder net, Value x, string name, int[] c, int stride) =>
        net.ConvBn(net.ConvBn(x, $"{name}/3x3/reduce", c[1], 1), $"{name}/3x3", c[2], 3, stride);

    private static Value Double(NetworkBuilder net, Value x, string name, int[] c, int stride)
    {
        Value y = net.ConvBn(x, $"{name}/double3x3/reduce", c[3], 1);
        y = net.ConvBn(y, $"{name}/double3x3/first", c[4], 3);
        return net.ConvBn(y, $"{name}/double3x3/second", c[4], 3, stride);
    }
}
