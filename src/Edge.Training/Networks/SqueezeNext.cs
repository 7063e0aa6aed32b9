using Edge.Quantizer.Graph;

namespace Edge.Training.Networks;

/// <summary>
/// SqueezeNext (Gholami et al. 2018, arXiv:1803.10615, figures 2 and 9, table 5): a block reduces channels in two 1×1 steps,
/// convolves 3×1 and 1×3, expands, and adds its input. The 23v5 variant moves blocks from the first stages to the third.
/// </summary>
public static class SqueezeNext
{
    public static NetworkFamily Family { get; } = new()
    {
        Name = "squeezenext",
        Paper = "Gholami et al. 2018, arXiv:1803.10615",
        Size = 227,
        Parameters =
        [
            new("width", "1", "multiplies all channels, 0.25 to 4"),
            new("blocks", "6-6-8-1", "blocks of the four stages"),
            new("stem-kernel", "7", "kernel of the first convolution, 3 to 7"),
        ],
        Presets =
        [
            new("squeezenext-1.0-23"),
            new("squeezenext-1.5-23", ("width", "1.5")),
            new("squeezenext-2.0-23", ("width", "2")),
            new("squeezenext-1.0-23v5", ("blocks", "2-4-14-1"), ("stem-kernel", "5")),
            new("squeezenext-1.5-23v5", ("width", "1.5"), ("blocks", "2-4-14-1"), ("stem-kernel", "5")),
            new("squeezenext-2.0-23v5", ("width", "2"), ("blocks", "2-4-14-1"), ("stem-kernel", "5")),
        ],
        Build = Build,
    };

    private static Value Build(NetworkBuilder net, NetworkSettings settings)
    {
        double width = settings.Number("width", 0.25, 4);
        int[] blocks = settings.Integers("blocks", 4, 1, 64);
        int Channels(int channels) => (int)(channels * width);

        Value x = net.ConvBn(
            net.Image, "conv1", Channels(64), settings.Integer("stem-kernel", 3, 7), net.Reduction(), padding: Padding.Valid);
        x = net.ReducingMaxPool(x, "pool1", 3, roundUp: true);
        for (int stage = 0; stage < blocks.Length; stage++)
        {
            for (int block = 0; block < blocks[stage]; block++)
            {
                bool widens = stage > 0 && block == 0;
                int stride = widens ? net.Reduction() : 1;
                x = Block(net, x, $"stage{stage + 1}/block{block + 1}", Channels(32 << stage), stride, widens);
            }
        }

        x = net.ConvBn(x, "conv2", Channels(128), 1);
        return net.Classifier(net.GlobalAveragePool(x, "pool2"));
    }

    private static Value Block(NetworkBuilder net, Value x, string name, int outputs, int stride, bool widens)
    {
        // A block whose outputs are fewer than its inputs (the first) halves twice more than one that widens.
        int inputs = NetworkBuilder.ChannelsOf(x);
        int half = widens ? inputs : inputs > outputs ? inputs / 4 : inputs / 2;
        Value y = net.ConvBn(x, $"{name}/reduce1", half, 1, stride);
        y = net.ConvBn(y, $"{name}/reduce2", half / 2, 1);
        y = net.ConvBn(y, $"{name}/conv1x3", half, new Kernel(1, 3));
        y = net.ConvBn(y, $"{name}/conv3x1", half, new Kernel(3, 1));
        y = net.ConvBn(y, $"{name}/expand", outputs, 1);
        Value shortcut = inputs == outputs && stride == 1 ? x : net.ConvBn(x, $"{name}/shortcut", outputs, 1, stride);
        return net.Relu(net.Add(y, shortcut, $"{name}/add"), $"{name}/relu");
    }
}
