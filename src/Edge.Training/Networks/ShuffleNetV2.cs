using Edge.Quantizer.Graph;

namespace Edge.Training.Networks;

/// <summary>
/// ShuffleNet v2 (Ma et al. 2018, arXiv:1807.11164, table 5 and figure 3): a unit splits its channels, convolves one half, joins
/// both and shuffles; all layers keep as many outputs as inputs (guideline G1) and nothing is added element by element (G4).
/// </summary>
public static class ShuffleNetV2
{
    private static readonly int[] Units = [4, 8, 4];

    /// <summary>Channels of stages 2 to 4 and of conv5.</summary>
    private static readonly Dictionary<string, int[]> Channels = new()
    {
        ["0.5"] = [48, 96, 192, 1024],
        ["1.0"] = [116, 232, 464, 1024],
        ["1.5"] = [176, 352, 704, 1024],
        ["2.0"] = [244, 488, 976, 2048],
    };

    public static NetworkFamily Family { get; } = new()
    {
        Name = "shufflenet-v2",
        Paper = "Ma et al. 2018, arXiv:1807.11164",
        Size = 224,
        Parameters =
        [
            new("channels", string.Join('-', Channels["1.0"]), "channels of stages 2 to 4 (even) and of the last convolution"),
            new("stem", "24", "channels of the first convolution, even"),
        ],
        Presets = [.. Channels.Select(c => new NetworkPreset($"shufflenet-v2-{c.Key}", ("channels", string.Join('-', c.Value))))],
        Build = Build,
    };

    private static Value Build(NetworkBuilder net, NetworkSettings settings)
    {
        int[] channels = settings.Integers("channels", 4, 2, 8192);
        Value x = net.ConvBn(net.Image, "conv1", settings.Integer("stem", 2, 4096), 3, net.Reduction());
        x = net.ReducingMaxPool(x, "pool1", 3, Padding.Same);
        for (int stage = 0; stage < Units.Length; stage++)
        {
            x = Reducing(net, x, $"stage{stage + 2}/unit1", channels[stage] / 2);
            for (int unit = 1; unit < Units[stage]; unit++)
                x = Unit(net, x, $"stage{stage + 2}/unit{unit + 1}");
        }

        x = net.ConvBn(x, "conv5", channels[^1], 1);
        return net.Classifier(net.GlobalAveragePool(x, "pool5"));
    }

    private static Value Unit(NetworkBuilder net, Value x, string name)
    {
        (Value kept, Value convolved) = net.SplitChannels(x, $"{name}/split");
        convolved = Branch(net, convolved, name, NetworkBuilder.ChannelsOf(convolved), 1);
        return net.ChannelShuffle(net.Concat($"{name}/concat", kept, convolved), $"{name}/shuffle", 2);
    }

    private static Value Reducing(NetworkBuilder net, Value x, string name, int half)
    {
        int stride = net.Reduction();
        Value left = net.DepthwiseBn(x, $"{name}/left/depthwise", stride, Activation.None);
        left = net.ConvBn(left, $"{name}/left/pointwise", half, 1);
        return net.ChannelShuffle(net.Concat($"{name}/concat", left, Branch(net, x, name, half, stride)), $"{name}/shuffle", 2);
    }

    private static Value Branch(NetworkBuilder net, Value x, string name, int channels, int stride)
    {
        Value y = net.ConvBn(x, $"{name}/pointwise1", channels, 1);
        y = net.DepthwiseBn(y, $"{name}/depthwise", stride, Activation.None);
        return net.ConvBn(y, $"{name}/pointwise2", channels, 1);
    }
}
