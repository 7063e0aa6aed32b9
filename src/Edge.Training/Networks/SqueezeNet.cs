using Edge.Quantizer.Graph;

namespace Edge.Training.Networks;

/// <summary>
/// SqueezeNet (Iandola et al. 2016, arXiv:1602.07360, table 1 and section 5): fire modules squeeze with 1×1 convolutions and
/// expand with 1×1 and 3×3 ones. Version 1.1 has a smaller stem and pools earlier. Simple bypass adds the input of every second
/// module to its output; complex bypass does so around the others too, through a 1×1 convolution.
/// </summary>
public static class SqueezeNet
{
    private const int Modules = 8;

    public static NetworkFamily Family { get; } = new()
    {
        Name = "squeezenet",
        Paper = "Iandola et al. 2016, arXiv:1602.07360",
        Size = 227,
        Parameters =
        [
            new("version", "1.0", "1.0: stem 7x7, 96; 1.1: stem 3x3, 64, and pools behind modules 1, 3, 5"),
            new("bypass", "none", "none, simple or complex"),
            new("squeeze-ratio", "0.125", "squeeze channels per expand channel, above 0, up to 1"),
            new("share-3x3", "0.5", "share of 3x3 kernels among the expand channels, 0.01 to 0.99"),
            new("expand", "128", "expand channels of the first module"),
            new("expand-step", "128", "more of them after every second module"),
            new("batch-norm", "false", "batch normalization behind every convolution but the last"),
            new("stem", "", "channels of the stem; empty: as the version says"),
            new("stem-stride", "2", "its stride, 1 or 2"),
        ],
        Presets =
        [
            new("squeezenet-1.0"),
            new("squeezenet-1.0-simple-bypass", ("bypass", "simple")),
            new("squeezenet-1.0-complex-bypass", ("bypass", "complex")),
            new("squeezenet-1.1", ("version", "1.1")),
            new("squeezenet-1.1-simple-bypass", ("version", "1.1"), ("bypass", "simple")),
            new("squeezenet-1.1-complex-bypass", ("version", "1.1"), ("bypass", "complex")),
            new(
                "squeezenet-micro", ("version", "1.1"), ("bypass", "simple"), ("batch-norm", "true"), ("squeeze-ratio", "0.1875"),
                ("expand", "64"), ("expand-step", "32"), ("stem", "32"), ("stem-stride", "1"))
            {
                Size = 28,
                Channels = 1,
                Classes = 10,
            },
        ],
        Build = Build,
    };

    private static Value Build(NetworkBuilder net, NetworkSettings settings)
    {
        bool first = settings.Word("version", "1.0", "1.1") == "1.0";
        string bypass = settings.Word("bypass", "none", "simple", "complex");
        double squeezeRatio = settings.Number("squeeze-ratio", 0.001, 1), share = settings.Number("share-3x3", 0.01, 0.99);
        int expand = settings.Integer("expand", 2, 4096), step = settings.Integer("expand-step", 0, 4096);
        bool normalize = settings.Flag("batch-norm");
        int[] pooled = first ? [3, 7] : [2, 4];
        int stem = settings.IntegerOr("stem", first ? 96 : 64, 1, 4096), stemStride = settings.Integer("stem-stride", 1, 2);

        Value x = Conv(net, net.Image, "conv1", stem, first ? 7 : 3, net.Reduction(stemStride), Padding.Valid, normalize);
        x = net.ReducingMaxPool(x, "pool1", 3, roundUp: true);
        for (int i = 0; i < Modules; i++)
        {
            int expanded = expand + (step * (i / 2));
            int squeezed = Math.Max(1, (int)(squeezeRatio * expanded));
            int wide = Math.Clamp((int)(share * expanded), 1, expanded - 1);
            string fire = $"fire{i + 2}";
            Value y = Fire(net, x, fire, squeezed, expanded - wide, wide, normalize);
            if (bypass != "none" && NetworkBuilder.ChannelsOf(x) == expanded)
                y = net.Add(y, x, $"{fire}/bypass");
            else if (bypass == "complex")
                y = net.Add(y, net.Conv(x, $"{fire}/bypass1x1", expanded, 1), $"{fire}/bypass");
            x = Array.IndexOf(pooled, i + 1) >= 0 ? net.ReducingMaxPool(y, $"pool{i + 2}", 3, roundUp: true) : y;
        }

        x = net.Dropout(x, "drop9", 0.5f);
        x = net.Relu(net.ConvClassifier(x, "classifier"), "classifier/relu");
        return net.Flatten(net.GlobalAveragePool(x, "pool10"), "logits");
    }

    private static Value Fire(NetworkBuilder net, Value x, string name, int squeeze, int narrow, int wide, bool normalize)
    {
        Value s = Conv(net, x, $"{name}/squeeze1x1", squeeze, 1, 1, Padding.Same, normalize);
        Value e1 = Conv(net, s, $"{name}/expand1x1", narrow, 1, 1, Padding.Same, normalize);
        Value e3 = Conv(net, s, $"{name}/expand3x3", wide, 3, 1, Padding.Same, normalize);
        return net.Concat($"{name}/concat", e1, e3);
    }

    private static Value Conv(
        NetworkBuilder net, Value x, string name, int outputs, int kernel, int stride, Padding padding, bool normalize) =>
        normalize
        ? net.ConvBn(x, name, outputs, kernel, stride, padding: padding)
        : net.Relu(net.Conv(x, name, outputs, kernel, stride, padding: padding), $"{name}/relu");
}
