using Edge.Quantizer.Graph;

namespace Edge.Training.Networks;

/// <summary>
/// Inception v4 (Szegedy et al. 2016, arXiv:1602.07261, figures 3 to 9): a deeper stem that joins pools with strided
/// convolutions, and uniform modules: 4 × A, 7 × B, 3 × C.
/// </summary>
public static class InceptionV4
{
    public static NetworkFamily Family { get; } = new()
    {
        Name = "inception-v4",
        Paper = "Szegedy et al. 2016, arXiv:1602.07261",
        Size = 299,
        Parameters =
        [
            new("modules", "4-7-3", "number of modules A, B and C"),
            new("dropout", "0.2", "share dropped in front of the classifier, 0 to 0.9"),
        ],
        Presets = [new("inception-v4")],
        Build = Build,
    };

    /// <summary>Figure 3: from the image to 384 channels at an eighth of the size.</summary>
    internal static Value Stem(NetworkBuilder net)
    {
        Value x = Conv(net, net.Image, "stem/conv1", 32, 3, net.Reduction(), Padding.Valid);
        x = Conv(net, x, "stem/conv2", 32, 3, padding: Padding.Valid);
        x = Conv(net, x, "stem/conv3", 64, 3);

        int stride = net.Reduction();
        x = net.Concat(
            "stem/concat1", net.MaxPool(x, "stem/pool1", 3, stride), Conv(net, x, "stem/conv4", 96, 3, stride, Padding.Valid));

        Value left = Conv(net, x, "stem/left/reduce", 64, 1);
        left = Conv(net, left, "stem/left/3x3", 96, 3, padding: Padding.Valid);
        Value right = Conv(net, x, "stem/right/reduce", 64, 1);
        right = Conv(net, right, "stem/right/7x1", 64, new Kernel(7, 1));
        right = Conv(net, right, "stem/right/1x7", 64, new Kernel(1, 7));
        right = Conv(net, right, "stem/right/3x3", 96, 3, padding: Padding.Valid);
        x = net.Concat("stem/concat2", left, right);

        stride = net.Reduction();
        return net.Concat(
            "stem/concat3", Conv(net, x, "stem/conv5", 192, 3, stride, Padding.Valid), net.MaxPool(x, "stem/pool2", 3, stride));
    }

    /// <summary>Figure 7: reduction from 35×35 to 17×17, whose channels k, l, m, n differ between networks (table 1).</summary>
    internal static Value ReductionA(NetworkBuilder net, Value x, string name, int k, int l, int m, int n)
    {
        int stride = net.Reduction();
        Value y = Conv(net, x, $"{name}/double3x3/reduce", k, 1);
        y = Conv(net, y, $"{name}/double3x3/first", l, 3);
        return net.Concat(
            $"{name}/concat",
            net.MaxPool(x, $"{name}/pool", 3, stride),
            Conv(net, x, $"{name}/3x3", n, 3, stride, Padding.Valid),
            Conv(net, y, $"{name}/double3x3/second", m, 3, stride, Padding.Valid));
    }

    private static Value Build(NetworkBuilder net, NetworkSettings settings)
    {
        int[] modules = settings.Integers("modules", 3, 0, 64);
        float dropout = (float)settings.Number("dropout", 0, 0.9);
        Value x = Stem(net);
        for (int i = 1; i <= modules[0]; i++)
            x = ModuleA(net, x, $"a{i}");
        x = ReductionA(net, x, "reduction-a", 192, 224, 256, 384);
        for (int i = 1; i <= modules[1]; i++)
            x = ModuleB(net, x, $"b{i}");
        x = ReductionB(net, x, "reduction-b");
        for (int i = 1; i <= modules[2]; i++)
            x = ModuleC(net, x, $"c{i}");
        x = net.GlobalAveragePool(x, "pool");
        return net.Classifier(dropout > 0 ? net.Dropout(x, "dropout", dropout) : x);
    }

    private static Value ModuleA(NetworkBuilder net, Value x, string name)
    {
        Value once = Conv(net, Conv(net, x, $"{name}/3x3/reduce", 64, 1), $"{name}/3x3", 96, 3);
        Value twice = Conv(net, x, $"{name}/double3x3/reduce", 64, 1);
        twice = Conv(net, twice, $"{name}/double3x3/first", 96, 3);
        twice = Conv(net, twice, $"{name}/double3x3/second", 96, 3);
        return net.Concat(
            $"{name}/concat", Projection(net, x, name, 96), Conv(net, x, $"{name}/1x1", 96, 1), once, twice);
    }

    private static Value ModuleB(NetworkBuilder net, Value x, string name)
    {
        Value once = Conv(net, x, $"{name}/7x7/reduce", 192, 1);
        once = Conv(net, once, $"{name}/7x7/1x7", 224, new Kernel(1, 7));
        once = Conv(net, once, $"{name}/7x7/7x1", 256, new Kernel(7, 1));
        Value twice = Conv(net, x, $"{name}/double7x7/reduce", 192, 1);
        twice = Conv(net, twice, $"{name}/double7x7/first/1x7", 192, new Kernel(1, 7));
        twice = Conv(net, twice, $"{name}/double7x7/first/7x1", 224, new Kernel(7, 1));
        twice = Conv(net, twice, $"{name}/double7x7/second/1x7", 224, new Kernel(1, 7));
        twice = Conv(net, twice, $"{name}/double7x7/second/7x1", 256, new Kernel(7, 1));
        return net.Concat(
            $"{name}/concat", Projection(net, x, name, 128), Conv(net, x, $"{name}/1x1", 384, 1), once, twice);
    }

    private static Value ReductionB(NetworkBuilder net, Value x, string name)
    {
        int stride = net.Reduction();
        Value three = Conv(net, x, $"{name}/3x3/reduce", 192, 1);
        three = Conv(net, three, $"{name}/3x3", 192, 3, stride, Padding.Valid);
        Value seven = Conv(net, x, $"{name}/7x7/reduce", 256, 1);
        seven = Conv(net, seven, $"{name}/7x7/1x7", 256, new Kernel(1, 7));
        seven = Conv(net, seven, $"{name}/7x7/7x1", 320, new Kernel(7, 1));
        seven = Conv(net, seven, $"{name}/7x7/3x3", 320, 3, stride, Padding.Valid);
        return net.Concat($"{name}/concat", net.MaxPool(x, $"{name}/pool", 3, stride), three, seven);
    }

    private static Value ModuleC(NetworkBuilder net, Value x, string name)
    {
        Value once = Conv(net, x, $"{name}/3x3/reduce", 384, 1);
        Value twice = Conv(net, x, $"{name}/double3x3/reduce", 384, 1);
        twice = Conv(net, twice, $"{name}/double3x3/first/1x3", 448, new Kernel(1, 3));
        twice = Conv(net, twice, $"{name}/double3x3/first/3x1", 512, new Kernel(3, 1));
        return net.Concat(
            $"{name}/concat",
            Projection(net, x, name, 256),
            Conv(net, x, $"{name}/1x1", 256, 1),
            Conv(net, once, $"{name}/3x3/1x3", 256, new Kernel(1, 3)),
            Conv(net, once, $"{name}/3x3/3x1", 256, new Kernel(3, 1)),
            Conv(net, twice, $"{name}/double3x3/second/3x1", 256, new Kernel(3, 1)),
            Conv(net, twice, $"{name}/double3x3/second/1x3", 256, new Kernel(1, 3)));
    }

    private static Value Projection(NetworkBuilder net, Value x, string name, int channels) =>
        Conv(net, net.AveragePool(x, $"{name}/pool", 3, 1), $"{name}/pool/project", channels, 1);

    private static Value Conv(
        NetworkBuilder net, Value x, string name, int outputs, Kernel kernel, int stride = 1, Padding padding = Padding.Same) =>
        InceptionV3.Conv(net, x, name, outputs, kernel, stride, padding);
}
