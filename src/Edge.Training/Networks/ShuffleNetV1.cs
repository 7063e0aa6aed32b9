using Edge.Quantizer.Graph;

namespace Edge.Training.Networks;

/// <summary>
/// ShuffleNet (Zhang et al. 2017, arXiv:1707.01083, table 1): bottleneck units of grouped 1×1 convolutions with a channel shuffle
/// between them, so that groups exchange information. More groups allow wider stages at the same cost.
/// </summary>
public static class ShuffleNetV1
{
    private static readonly int[] Units = [4, 8, 4];

    /// <summary>Output channels of stage 2 at width 1; every later stage doubles them.</summary>
    private static readonly Dictionary<int, int> Stage2 = new() { [1] = 144, [2] = 200, [3] = 240, [4] = 272, [8] = 384 };

    public static NetworkFamily Family { get; } = new()
    {
        Name = "shufflenet-v1",
        Paper = "Zhang et al. 2017, arXiv:1707.01083",
        Size = 224,
        Parameters =
        [
            new("groups", "3", "groups of the 1x1 convolutions: 1, 2, 3, 4 or 8"),
            new("width", "1", "multiplies all channels, 0.25 to 4"),
        ],
        Presets =
        [
            .. from groups in Stage2.Keys
               from width in (string[])(groups == 3 ? ["0.25", "0.5", "1.0", "1.5", "2.0"] : ["0.25", "0.5", "1.0"])
               select new NetworkPreset($"shufflenet-v1-g{groups}-{width}", ("groups", $"{groups}"), ("width", width)),
        ],
        Build = Build,
    };

    private static Value Build(NetworkBuilder net, NetworkSettings settings)
    {
        int groups = int.Parse(settings.Word("groups", "1", "2", "3", "4", "8"), null);
        double width = settings.Number("width", 0.25, 4);

        Value x = net.ConvBn(net.Image, "conv1", Divisible(24 * width, groups), 3, net.Reduction());
        x = net.ReducingMaxPool(x, "pool1", 3, Padding.Same);
        for (int stage = 0; stage < Units.Length; stage++)
        {
            int outputs = Divisible((Stage2[groups] << stage) * width, groups);
            for (int unit = 0; unit < Units[stage]; unit++)
            {
                // The input of the very first unit has too few channels for groups (section 3.2).
                string name = $"stage{stage + 2}/unit{unit + 1}";
                x = unit == 0
                    ? Reducing(net, x, name, outputs, groups, stage == 0 ? 1 : groups)
                    : Residual(net, x, name, outputs, groups);
            }
        }

        return net.Classifier(net.GlobalAveragePool(x, "pool5"));
    }

    private static Value Residual(NetworkBuilder net, Value x, string name, int outputs, int groups)
    {
        Value branch = Branch(net, x, name, outputs, outputs, 1, groups, groups);
        return net.Relu(net.Add(x, branch, $"{name}/add"), $"{name}/relu");
    }

    private static Value Reducing(NetworkBuilder net, Value x, string name, int outputs, int groups, int firstGroups)
    {
        int stride = net.Reduction();
        Value branch = Branch(net, x, name, outputs - NetworkBuilder.ChannelsOf(x), outputs, stride, groups, firstGroups);
        Value shortcut = net.AveragePool(x, $"{name}/pool", 3, stride);
        return net.Relu(net.Concat($"{name}/concat", shortcut, branch), $"{name}/relu");
    }

    private static Value Branch(
        NetworkBuilder net, Value x, string name, int outputs, int unitOutputs, int stride, int groups, int firstGroups)
    {
        int bottleneck = Divisible(unitOutputs / 4.0, groups);
        Value y = net.ConvBn(x, $"{name}/reduce", bottleneck, 1, groups: firstGroups);
        if (groups > 1)
            y = net.ChannelShuffle(y, $"{name}/shuffle", groups);
        y = net.DepthwiseBn(y, $"{name}/depthwise", stride, Activation.None);
        return net.ConvBn(y, $"{name}/expand", outputs, 1, groups: groups, activation: Activation.None);
    }

    /// <summary>The nearest multiple of the number of groups, not 0.</summary>
    private static int Divisible(double channels, int groups) => Math.Max(1, (int)Math.Floor((channels / groups) + 0.5)) * groups;
}
