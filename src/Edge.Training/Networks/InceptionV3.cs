using Edge.Quantizer.Graph;

namespace Edge.Training.Networks;

/// <summary>
/// Inception v3 (Szegedy et al. 2015, arXiv:1512.00567, table 1): kernels factorised into 1×7 and 7×1 and into 1×3 and 3×1; batch
/// normalization everywhere. The auxiliary classifier, which only training uses, is left out; the first modules have 5×5 kernels,
/// as the authors' published network does.
/// </summary>
public static class InceptionV3
{
    private const float Epsilon = 1e-3f;

    public static NetworkFamily Family { get; } = new()
    {
        Name = "inception-v3",
        Paper = "Szegedy et al. 2015, arXiv:1512.00567",
        Size = 299,
        Parameters = [new("dropout", "0.2", "share dropped in front of the classifier, 0 to 0.9")],
        Presets = [new("inception-v3")],
        Build = Build,
    };

    /// <summary>From the image to 192 channels at an eighth of the size; Inception-ResNet begins the same way.</summary>
    internal static Value Stem(NetworkBuilder net)
    {
        Value x = Conv(net, net.Image, "stem/conv1", 32, 3, net.Reduction(), Padding.Valid);
        x = Conv(net, x, "stem/conv2", 32, 3, padding: Padding.Valid);
        x = Conv(net, x, "stem/conv3", 64, 3);
        x = net.ReducingMaxPool(x, "stem/pool1", 3);
        x = Conv(net, x, "stem/conv4", 80, 1);
        return Conv(net, x, "stem/conv5", 192, 3, padding: Padding.Valid);
    }

    /// <summary>
    /// A convolution, batch normalization with ε = 0.001, and ReLU: what the whole family from v3 on is made of.
    /// </summary>
    internal static Value Conv(
        NetworkBuilder net, Value x, string name, int outputs, Kernel kernel, int stride = 1, Padding padding = Padding.Same) =>
        net.ConvBn(x, name, outputs, kernel, stride, padding: padding, epsilon: Epsilon);

    private static Value Build(NetworkBuilder net, NetworkSettings settings)
    {
        float dropout = (float)settings.Number("dropout", 0, 0.9);
        Value x = net.ReducingMaxPool(Stem(net), "stem/pool2", 3);
        x = Module35(net, x, "mixed1", 32);
        x = Module35(net, x, "mixed2", 64);
        x = Module35(net, x, "mixed3", 64);
        x = Reduction17(net, x, "mixed4");
        x = Module17(net, x, "mixed5", 128);
        x = Module17(net, x, "mixed6", 160);
        x = Module17(net, x, "mixed7", 160);
        x = Module17(net, x, "mixed8", 192);
        x = Reduction8(net, x, "mixed9");
        x = Module8(net, x, "mixed10");
        x = Module8(net, x, "mixed11");
        x = net.GlobalAveragePool(x, "pool");
        return net.Classifier(dropout > 0 ? net.Dropout(x, "dropout", dropout) : x);
    }

    private static Value Module35(NetworkBuilder net, Value x, string name, int projection)
    {
        Value five = Conv(net, Conv(net, x, $"{name}/5x5/reduce", 48, 1), $"{name}/5x5", 64, 5);
        return net.Concat(
            $"{name}/concat", Conv(net, x, $"{name}/1x1", 64, 1), five, Double3x3(net, x, name, 1, Padding.Same),
            Projection(net, x, name, projection));
    }

    private static Value Reduction17(NetworkBuilder net, Value x, string name)
    {
        int stride = net.Reduction();
        return net.Concat(
            $"{name}/concat",
            Conv(net, x, $"{name}/3x3", 384, 3, stride, Padding.Valid),
            Double3x3(net, x, name, stride, Padding.Valid),
            net.MaxPool(x, $"{name}/pool", 3, stride));
    }

    private static Value Double3x3(NetworkBuilder net, Value x, string name, int stride, Padding padding)
    {
        Value y = Conv(net, x, $"{name}/double3x3/reduce", 64, 1);
        y = Conv(net, y, $"{name}/double3x3/first", 96, 3);
        return Conv(net, y, $"{name}/double3x3/second", 96, 3, stride, padding);
    }

    private static Value Module17(NetworkBuilder net, Value x, string name, int inner)
    {
        Value once = Conv(net, x, $"{name}/7x7/reduce", inner, 1);
        once = Conv(net, once, $"{name}/7x7/1x7", inner, new Kernel(1, 7));
        once = Conv(net, once, $"{name}/7x7/7x1", 192, new Kernel(7, 1));
        Value twice = Conv(net, x, $"{name}/double7x7/reduce", inner, 1);
        twice = Conv(net, twice, $"{name}/double7x7/first/7x1", inner, new Kernel(7, 1));
        twice = Conv(net, twice, $"{name}/double7x7/first/1x7", inner, new Kernel(1, 7));
        twice = Conv(net, twice, $"{name}/double7x7/second/7x1", inner, new Kernel(7, 1));
        twice = Conv(net, twice, $"{name}/double7x7/second/1x7", 192, new Kernel(1, 7));
        return net.Concat(
            $"{name}/concat", Conv(net, x, $"{name}/1x1", 192, 1), once, twice, Projection(net, x, name, 192));
    }

    private static Value Reduction8(NetworkBuilder net, Value x, string name)
    {
        int stride = net.Reduction();
        Value three = Conv(net, x, $"{name}/3x3/reduce", 192, 1);
        three = Conv(net, three, $"{name}/3x3", 320, 3, stride, Padding.Valid);
        Value seven = Conv(net, x, $"{name}/7x7/reduce", 192, 1);
        seven = Conv(net, seven, $"{name}/7x7/1x7", 192, new Kernel(1, 7));
        seven = Conv(net, seven, $"{name}/7x7/7x1", 192, new Kernel(7, 1));
        seven = Conv(net, seven, $"{name}/7x7/3x3", 192, 3, stride, Padding.Valid);
        return net.Concat($"{name}/concat", three, seven, net.MaxPool(x, $"{name}/pool", 3, stride));
    }

    private static Value Module8(NetworkBuilder net, Value x, string name)
    {
        Value once = Conv(net, x, $"{name}/3x3/reduce", 384, 1);
        Value twice = Conv(net, x, $"{name}/double3x3/reduce", 448, 1);
        twice = Conv(net, twice, $"{name}/double3x3/first", 384, 3);
        return net.Concat(
            $"{name}/concat",
            Conv(net, x, $"{name}/1x1", 320, 1),
            Conv(net, once, $"{name}/3x3/1x3", 384, new Kernel(1, 3)),
            Conv(net, once, $"{name}/3x3/3x1", 384, new Kernel(3, 1)),
            Conv(net, twice, $"{name}/double3x3/1x3", 384, new Kernel(1, 3)),
            Conv(net, twice, $"{name}/double3x3/3x1", 384, new Kernel(3, 1)),
            Projection(net, x, name, 192));
    }

    private static Value Projection(NetworkBuilder net, Value x, string name, int channels) =>
        Conv(net, net.AveragePool(x, $"{name}/pool", 3, 1), $"{name}/pool/project", channels, 1);
}
