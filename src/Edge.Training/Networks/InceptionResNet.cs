using Edge.Quantizer.Graph;

namespace Edge.Training.Networks;

/// <summary>
/// Inception-ResNet v1 and v2 (Szegedy et al. 2016, arXiv:1602.07261, figures 10 to 19): Inception branches joined by a linear
/// 1×1 convolution, scaled down (section 3.3: 0.1 to 0.3) and added to their input. Version 1 is built as the figures show it.
/// Version 2 is the network that the authors published the weights of, which differs from its figures: the stem of Inception v3
/// and a mixed module, 10 × A, 20 × B, 10 × C, the last of them without ReLU, and a 1×1 convolution to 1536 channels.
/// </summary>
public static class InceptionResNet
{
    private const float ScaleA = 0.17f;
    private const float ScaleB = 0.1f;
    private const float ScaleC = 0.2f;

    public static NetworkFamily V1Family { get; } = Family("inception-resnet-v1", "5-10-5", BuildV1);

    public static NetworkFamily V2Family { get; } = Family("inception-resnet-v2", "10-20-10", BuildV2);

    private static NetworkFamily Family(string name, string modules, Func<NetworkBuilder, NetworkSettings, Value> build) => new()
    {
        Name = name,
        Paper = "Szegedy et al. 2016, arXiv:1602.07261",
        Size = 299,
        Parameters =
        [
            new("modules", modules, "number of modules A, B and C"),
            new("dropout", "0.2", "share dropped in front of the classifier, 0 to 0.9"),
        ],
        Presets = [new(name)],
        Build = build,
    };

    private static Value BuildV1(NetworkBuilder net, NetworkSettings settings)
    {
        int[] modules = settings.Integers("modules", 3, 0, 64);
        Value x = Conv(net, InceptionV3.Stem(net), "stem/conv6", 256, 3, net.Reduction(), Padding.Valid);
        for (int i = 1; i <= modules[0]; i++)
            x = ModuleA(net, x, $"a{i}", 32, 32);
        x = InceptionV4.ReductionA(net, x, "reduction-a", 192, 192, 256, 384);
        for (int i = 1; i <= modules[1]; i++)
            x = Module(net, x, $"b{i}", 7, 128, 128, 128, 128, ScaleB);
        x = ReductionB(net, x, "reduction-b", 256, 256, 256);
        for (int i = 1; i <= modules[2]; i++)
            x = Module(net, x, $"c{i}", 3, 192, 192, 192, 192, ScaleC);
        return Head(net, settings, x);
    }

    private static Value BuildV2(NetworkBuilder net, NetworkSettings settings)
    {
        int[] modules = settings.Integers("modules", 3, 0, 64);
        Value x = Mixed(net, net.ReducingMaxPool(InceptionV3.Stem(net), "stem/pool2", 3), "mixed");
        for (int i = 1; i <= modules[0]; i++)
            x = ModuleA(net, x, $"a{i}", 48, 64);
        x = InceptionV4.ReductionA(net, x, "reduction-a", 256, 256, 384, 384);
        for (int i = 1; i <= modules[1]; i++)
            x = Module(net, x, $"b{i}", 7, 192, 128, 160, 192, ScaleB);
        x = ReductionB(net, x, "reduction-b", 288, 288, 320);
        for (int i = 1; i <= modules[2]; i++)
        {
            bool last = i == modules[2];
            x = Module(net, x, $"c{i}", 3, 192, 192, 224, 256, last ? 1 : ScaleC, last ? Activation.None : Activation.Relu);
        }

        return Head(net, settings, Conv(net, x, "conv7", 1536, 1));
    }

    private static Value Head(NetworkBuilder net, NetworkSettings settings, Value x)
    {
        float dropout = (float)settings.Number("dropout", 0, 0.9);
        x = net.GlobalAveragePool(x, "pool");
        return net.Classifier(dropout > 0 ? net.Dropout(x, "dropout", dropout) : x);
    }

    /// <summary>The module between stem and A of the published version 2: 320 channels.</summary>
    private static Value Mixed(NetworkBuilder net, Value x, string name)
    {
        Value five = Conv(net, Conv(net, x, $"{name}/5x5/reduce", 48, 1), $"{name}/5x5", 64, 5);
        Value twice = Conv(net, x, $"{name}/double3x3/reduce", 64, 1);
        twice = Conv(net, twice, $"{name}/double3x3/first", 96, 3);
        twice = Conv(net, twice, $"{name}/double3x3/second", 96, 3);
        Value pool = Conv(net, net.AveragePool(x, $"{name}/pool", 3, 1), $"{name}/pool/project", 64, 1);
        return net.Concat($"{name}/concat", Conv(net, x, $"{name}/1x1", 96, 1), five, twice, pool);
    }

    /// <summary>Figures 10 and 16: 1×1, 3×3 and two 3×3, of which the last branch widens.</summary>
    private static Value ModuleA(NetworkBuilder net, Value x, string name, int first, int second)
    {
        Value once = Conv(net, Conv(net, x, $"{name}/3x3/reduce", 32, 1), $"{name}/3x3", 32, 3);
        Value twice = Conv(net, x, $"{name}/double3x3/reduce", 32, 1);
        twice = Conv(net, twice, $"{name}/double3x3/first", first, 3);
        twice = Conv(net, twice, $"{name}/double3x3/second", second, 3);
        Value joined = net.Concat($"{name}/concat", Conv(net, x, $"{name}/1x1", 32, 1), once, twice);
        return Residual(net, x, joined, name, ScaleA, Activation.Relu);
    }

    /// <summary>Figures 11, 13, 17 and 19: 1×1, and 1×1, 1×k, k×1.</summary>
    private static Value Module(
        NetworkBuilder net,
        Value x,
        string name,
        int k,
        int direct,
        int reduce,
        int row,
        int column,
        float scale,
        Activation activation = Activation.Relu)
    {
        Value y = Conv(net, x, $"{name}/{k}x{k}/reduce", reduce, 1);
        y = Conv(net, y, $"{name}/{k}x{k}/1x{k}", row, new Kernel(1, k));
        y = Conv(net, y, $"{name}/{k}x{k}/{k}x1", column, new Kernel(k, 1));
        Value joined = net.Concat($"{name}/concat", Conv(net, x, $"{name}/1x1", direct, 1), y);
        return Residual(net, x, joined, name, scale, activation);
    }

    /// <summary>Figures 12 and 18: a max pool and three strided branches, all reduced to 256 channels first.</summary>
    private static Value ReductionB(NetworkBuilder net, Value x, string name, int second, int inner, int third)
    {
        int stride = net.Reduction();
        Value a = Conv(net, x, $"{name}/first/reduce", 256, 1);
        a = Conv(net, a, $"{name}/first/3x3", 384, 3, stride, Padding.Valid);
        Value b = Conv(net, x, $"{name}/second/reduce", 256, 1);
        b = Conv(net, b, $"{name}/second/3x3", second, 3, stride, Padding.Valid);
        Value c = Conv(net, x, $"{name}/third/reduce", 256, 1);
        c = Conv(net, c, $"{name}/third/inner", inner, 3);
        c = Conv(net, c, $"{name}/third/3x3", third, 3, stride, Padding.Valid);
        return net.Concat($"{name}/concat", net.MaxPool(x, $"{name}/pool", 3, stride), a, b, c);
    }

    private static Value Residual(NetworkBuilder net, Value x, Value joined, string name, float scale, Activation activation)
    {
        Value up = net.Conv(joined, $"{name}/project", NetworkBuilder.ChannelsOf(x), 1);
        if (scale != 1)
            up = net.Scale(up, $"{name}/scale", scale);
        return net.Activate(net.Add(x, up, $"{name}/add"), name, activation);
    }

    private static Value Conv(
        NetworkBuilder net, Value x, string name, int outputs, Kernel kernel, int stride = 1, Padding padding = Padding.Same) =>
        InceptionV3.Conv(net, x, name, outputs, kernel, stride, padding);
}
