using Edge.Quantizer.Graph;

namespace Edge.Training.Networks;

/// <summary>
/// Inception v1, GoogLeNet (Szegedy et al. 2014, arXiv:1409.4842, table 1): four branches of different kernels, joined. Local
/// response normalization as published by its authors in figure 3; the two auxiliary classifiers, which only training used, are
/// left out.
/// </summary>
public static class InceptionV1
{
    /// <summary>
    /// The rows of table 1: 1×1, 3×3 reduce, 3×3, 5×5 reduce, 5×5, pool projection. An empty row is a max pool.
    /// </summary>
    private static readonly (string Name, int[] Channels)[] Table =
    [
        ("3a", [64, 96, 128, 16, 32, 32]),
        ("3b", [128, 128, 192, 32, 96, 64]),
        ("pool3", []),
        ("4a", [192, 96, 208, 16, 48, 64]),
        ("4b", [160, 112, 224, 24, 64, 64]),
        ("4c", [128, 128, 256, 24, 64, 64]),
        ("4d", [112, 144, 288, 32, 64, 64]),
        ("4e", [256, 160, 320, 32, 128, 128]),
        ("pool4", []),
        ("5a", [256, 160, 320, 32, 128, 128]),
        ("5b", [384, 192, 384, 48, 128, 128]),
    ];

    public static NetworkFamily Family { get; } = new()
    {
        Name = "inception-v1",
        Paper = "Szegedy et al. 2014, arXiv:1409.4842",
        Size = 224,
        Parameters = [new("dropout", "0.4", "share dropped in front of the classifier, 0 to 0.9")],
        Presets = [new("inception-v1")],
        Build = Build,
    };

    private static Value Build(NetworkBuilder net, NetworkSettings settings)
    {
        float dropout = (float)settings.Number("dropout", 0, 0.9);
        Value x = Conv(net, net.Image, "conv1", 64, 7, net.Reduction());
        x = net.ReducingMaxPool(x, "pool1", 3, roundUp: true);
        x = net.LocalResponseNorm(x, "pool1/norm");
        x = Conv(net, x, "conv2/reduce", 64, 1);
        x = Conv(net, x, "conv2", 192, 3);
        x = net.LocalResponseNorm(x, "conv2/norm");
        x = net.ReducingMaxPool(x, "pool2", 3, roundUp: true);
        foreach ((string name, int[] c) in Table)
            x = c.Length == 0 ? net.ReducingMaxPool(x, name, 3, roundUp: true) : Inception(net, x, $"inception{name}", c);
        x = net.GlobalAveragePool(x, "pool5");
        return net.Classifier(dropout > 0 ? net.Dropout(x, "dropout", dropout) : x);
    }

    private static Value Inception(NetworkBuilder net, Value x, string name, int[] c) => net.Concat(
        $"{name}/concat",
        Conv(net, x, $"{name}/1x1", c[0], 1),
        Conv(net, Conv(net, x, $"{name}/3x3/reduce", c[1], 1), $"{name}/3x3", c[2], 3),
        Conv(net, Conv(net, x, $"{name}/5x5/reduce", c[3], 1), $"{name}/5x5", c[4], 5),
        Conv(net, net.MaxPool(x, $"{name}/pool", 3, 1, Padding.Same), $"{name}/pool/project", c[5], 1));

    private static Value Conv(NetworkBuilder net, Value x, string name, int outputs, int kernel, int stride = 1) =>
        net.Relu(net.Conv(x, name, outputs, kernel, stride), $"{name}/relu");
}
