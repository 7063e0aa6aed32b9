using Edge.Quantizer.Graph;

namespace Edge.Training.Networks;

/// <summary>
/// Xception (Chollet 2016, arXiv:1610.02357, figure 5): separable convolutions (a depthwise and a 1×1 one with nothing between)
/// in residual modules; entry, middle and exit flow. Batch normalization follows every convolution and every separable
/// convolution.
/// </summary>
public static class Xception
{
    private const float Epsilon = 1e-3f;

    public static NetworkFamily Family { get; } = new()
    {
        Name = "xception",
        Paper = "Chollet 2016, arXiv:1610.02357",
        Size = 299,
        Parameters =
        [
            new("width", "1", "multiplies all channels, 0.05 to 4"),
            new("middle", "8", "modules of the middle flow, 0 to 64"),
            new("dropout", "0.5", "share dropped in front of the classifier, 0 to 0.9"),
        ],
        Presets = [new("xception")],
        Build = Build,
    };

    private static Value Build(NetworkBuilder net, NetworkSettings settings)
    {
        double width = settings.Number("width", 0.05, 4);
        float dropout = (float)settings.Number("dropout", 0, 0.9);
        int middle = settings.Integer("middle", 0, 64);
        int Channels(int channels) => Math.Max(1, (int)(channels * width));

        Value x = net.ConvBn(
            net.Image, "entry/conv1", Channels(32), 3, net.Reduction(), padding: Padding.Valid, epsilon: Epsilon);
        x = net.ConvBn(x, "entry/conv2", Channels(64), 3, padding: Padding.Valid, epsilon: Epsilon);
        x = Reducing(net, x, "entry/module1", Channels(128), Channels(128), reluFirst: false);
        x = Reducing(net, x, "entry/module2", Channels(256), Channels(256));
        x = Reducing(net, x, "entry/module3", Channels(728), Channels(728));
        for (int i = 1; i <= middle; i++)
        {
            Value y = x;
            for (int j = 1; j <= 3; j++)
                y = Separable(net, net.Relu(y, $"middle/module{i}/relu{j}"), $"middle/module{i}/separable{j}", Channels(728));
            x = net.Add(y, x, $"middle/module{i}/add");
        }

        x = Reducing(net, x, "exit/module", Channels(728), Channels(1024));
        x = net.Relu(Separable(net, x, "exit/separable1", Channels(1536)), "exit/separable1/relu");
        x = net.Relu(Separable(net, x, "exit/separable2", Channels(2048)), "exit/separable2/relu");
        x = net.GlobalAveragePool(x, "exit/pool");
        return net.Classifier(dropout > 0 ? net.Dropout(x, "dropout", dropout) : x);
    }

    /// <summary>Two separable convolutions and a max pool, beside a strided 1×1 convolution.</summary>
    private static Value Reducing(NetworkBuilder net, Value x, string name, int first, int second, bool reluFirst = true)
    {
        int stride = net.Reduction();
        Value y = reluFirst ? net.Relu(x, $"{name}/relu1") : x;
        y = Separable(net, y, $"{name}/separable1", first);
        y = Separable(net, net.Relu(y, $"{name}/relu2"), $"{name}/separable2", second);
        y = net.MaxPool(y, $"{name}/pool", 3, stride, Padding.Same);
        Value shortcut = net.ConvBn(x, $"{name}/shortcut", second, 1, stride, activation: Activation.None, epsilon: Epsilon);
        return net.Add(y, shortcut, $"{name}/add");
    }

    private static Value Separable(NetworkBuilder net, Value x, string name, int outputs)
    {
        int inputs = NetworkBuilder.ChannelsOf(x);
        Value y = net.Conv(x, $"{name}/depthwise", inputs, 3, groups: inputs, bias: false);
        return net.ConvBn(y, $"{name}/pointwise", outputs, 1, activation: Activation.None, epsilon: Epsilon);
    }
}
