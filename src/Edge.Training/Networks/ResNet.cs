using System.Globalization;
using Edge.Quantizer.Graph;

namespace Edge.Training.Networks;

/// <summary>
/// ResNet with basic blocks (He et al. 2015, arXiv:1512.03385, table 1): two 3×3 convolutions and a shortcut around them, which
/// is a 1×1 convolution where the shape changes (option B). The paper's bottleneck blocks are <see cref="ResNeXt"/> with one
/// group.
/// </summary>
public static class ResNet
{
    public static NetworkFamily Family { get; } = new()
    {
        Name = "resnet",
        Paper = "He et al. 2015, arXiv:1512.03385",
        Size = 224,
        Parameters =
        [
            new("stages", "64-2-1,128-2-2,256-2-2,512-2-2", "rows c-n-s: outputs, blocks, stride of the first of them"),
            new("stem", "64", "channels of the first convolution"),
            new("stem-kernel", "7", "its height and width, 3, 5 or 7; its stride is 2"),
            new("stem-pool", "true", "max pool behind it"),
            new("dropout", "0", "share dropped in front of the classifier, 0 to 0.9"),
        ],
        Presets =
        [
            new("resnet-18"),
            new("resnet-34", ("stages", "64-3-1,128-4-2,256-6-2,512-3-2")),
            new(
                "resnet-small48", ("stages", "64-2-2,128-1-2"), ("stem", "32"), ("stem-kernel", "5"), ("stem-pool", "false"),
                ("dropout", "0.1"))
            {
                Size = 48,
                Classes = 44,
            },
        ],
        Build = Build,
    };

    private static Value Build(NetworkBuilder net, NetworkSettings settings)
    {
        int[][] stages = settings.Table("stages", 3, 1, 4096);
        int kernel = int.Parse(settings.Word("stem-kernel", "3", "5", "7"), CultureInfo.InvariantCulture);
        float dropout = (float)settings.Number("dropout", 0, 0.9);

        Value x = net.ConvBn(net.Image, "conv1", settings.Integer("stem", 1, 4096), kernel, net.Reduction());
        if (settings.Flag("stem-pool"))
            x = net.ReducingMaxPool(x, "pool1", 3, Padding.Same);
        for (int stage = 0; stage < stages.Length; stage++)
        {
            (int outputs, int blocks, int stride) = (stages[stage][0], stages[stage][1], stages[stage][2]);
            for (int block = 0; block < blocks; block++)
                x = Basic(net, x, $"conv{stage + 2}/block{block + 1}", outputs, block == 0 ? net.Reduction(stride) : 1);
        }

        x = net.GlobalAveragePool(x, "pool");
        return net.Classifier(dropout > 0 ? net.Dropout(x, "dropout", dropout) : x);
    }

    private static Value Basic(NetworkBuilder net, Value x, string name, int outputs, int stride)
    {
        Value y = net.ConvBn(x, $"{name}/first", outputs, 3, stride);
        y = net.ConvBn(y, $"{name}/second", outputs, 3, activation: Activation.None);
        bool same = stride == 1 && NetworkBuilder.ChannelsOf(x) == outputs;
        Value shortcut = same ? x : net.ConvBn(x, $"{name}/shortcut", outputs, 1, stride, activation: Activation.None);
        return net.Relu(net.Add(y, shortcut, $"{name}/add"), $"{name}/relu");
    }
}
