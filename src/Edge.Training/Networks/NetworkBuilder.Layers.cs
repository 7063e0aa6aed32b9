using Edge.Quantizer;
using Edge.Quantizer.Graph;

namespace Edge.Training.Networks;

/// <content>The layers.</content>
public sealed partial class NetworkBuilder
{
    /// <summary>A convolution [1, in, h, w] to [1, outputs, h', w'].</summary>
    public Value Conv(
        Value x,
        string name,
        int outputs,
        Kernel kernel,
        int stride = 1,
        int groups = 1,
        Padding padding = Padding.Same,
        bool bias = true) =>
        Conv(x, name, outputs, kernel, stride, groups, padding, bias, null);

    private Value Conv(
        Value x, string name, int outputs, Kernel kernel, int stride, int groups, Padding padding, bool bias, double? deviation)
    {
        RequireRoom(x, name, stride);
        if (ChannelsOf(x) % groups != 0 || outputs % groups != 0)
        {
            throw new UserException(
                $"{Network}: layer '{name}': {ChannelsOf(x)} input and {outputs} output channels do not divide into {groups} "
                + "groups; choose another width or number of groups");
        }

        int inputs = ChannelsOf(x) / groups;
        int[] shape = [outputs, inputs, kernel.Height, kernel.Width];
        int fanIn = inputs * kernel.Height * kernel.Width;
        Value weights = Weights($"{name}/weight", shape, deviation ?? Math.Sqrt(2.0 / fanIn));
        Value[] parameters = bias ? [weights, Filled($"{name}/bias", outputs, 0)] : [weights];
        (int y, int z) = padding == Padding.Same ? ((kernel.Height - 1) / 2, (kernel.Width - 1) / 2) : (0, 0);
        var attributes = new Attributes().Set("group", groups);
        Spread(attributes, kernel, stride, [y, z, y, z]);
        return Emit(OpTypes.Conv, name, [x, .. parameters], attributes);
    }

    /// <summary>A classifier that is a 1×1 convolution over the image, to be averaged; with bias.</summary>
    public Value ConvClassifier(Value x, string name) => Conv(x, name, Classes, 1, 1, 1, Padding.Same, true, ClassifierDeviation);

    /// <summary>A convolution without bias, batch normalization and an activation.</summary>
    public Value ConvBn(
        Value x,
        string name,
        int outputs,
        Kernel kernel,
        int stride = 1,
        int groups = 1,
        Padding padding = Padding.Same,
        Activation activation = Activation.Relu,
        float epsilon = 1e-5f)
    {
        Value y = Conv(x, name, outputs, kernel, stride, groups, padding, bias: false);
        return Activate(BatchNorm(y, $"{name}/bn", epsilon), name, activation);
    }

    /// <summary>A 3×3 convolution of every channel by itself, batch normalization and an activation.</summary>
    public Value DepthwiseBn(
        Value x, string name, int stride = 1, Activation activation = Activation.Relu, float epsilon = 1e-5f) =>
        ConvBn(x, name, ChannelsOf(x), 3, stride, ChannelsOf(x), activation: activation, epsilon: epsilon);

    /// <summary>Batch normalization (Ioffe and Szegedy 2015, arXiv:1502.03167); starts as the identity.</summary>
    public Value BatchNorm(Value x, string name, float epsilon = 1e-5f)
    {
        int channels = ChannelsOf(x);
        Value[] parameters =
        [
            Filled($"{name}/scale", channels, 1), Filled($"{name}/bias", channels, 0),
            Filled($"{name}/mean", channels, 0), Filled($"{name}/variance", channels, 1),
        ];
        return Emit(OpTypes.BatchNormalization, name, [x, .. parameters], new Attributes().Set("epsilon", epsilon));
    }

    public Value Relu(Value x, string name) => Emit(OpTypes.Relu, name, [x]);

    /// <summary>min(max(x, 0), 6).</summary>
    public Value Relu6(Value x, string name) => Emit(OpTypes.Clip, name, [x], new Attributes().Set("min", 0f).Set("max", 6f));

    /// <summary>The activation behind layer <paramref name="layer"/>.</summary>
    public Value Activate(Value x, string layer, Activation activation) => activation switch
    {
        Activation.Relu => Relu(x, $"{layer}/relu"),
        Activation.Relu6 => Relu6(x, $"{layer}/relu6"),
        _ => x,
    };

    /// <summary>Local response normalization across channels (Krizhevsky et al. 2012, section 3.3).</summary>
    public Value LocalResponseNorm(Value x, string name, int size = 5, float alpha = 1e-4f, float beta = 0.75f) => Emit(
        OpTypes.Lrn, name, [x], new Attributes().Set("size", size).Set("alpha", alpha).Set("beta", beta).Set("bias", 1f));

    /// <summary>The largest of a window. Rounding up, Caffe's rule, gives a last window that hangs over the edge.</summary>
    public Value MaxPool(
        Value x, string name, Kernel kernel, int stride, Padding padding = Padding.Valid, bool roundUp = false) =>
        Emit(OpTypes.MaxPool, name, [x], Pool(x, name, kernel, stride, padding, roundUp));

    /// <summary>
    /// A max pool that makes the image smaller, or nothing at all where <see cref="NetworkOptions.SkippedReductions"/> asks for
    /// it.
    /// </summary>
    public Value ReducingMaxPool(
        Value x, string name, Kernel kernel, Padding padding = Padding.Valid, bool roundUp = false)
    {
        int stride = Reduction();
        return stride == 1 ? x : MaxPool(x, name, kernel, stride, padding, roundUp);
    }

    /// <summary>The mean of a window; padding does not count.</summary>
    public Value AveragePool(Value x, string name, Kernel kernel, int stride, Padding padding = Padding.Same) => Emit(
        OpTypes.AveragePool, name, [x], Pool(x, name, kernel, stride, padding, false).Set("count_include_pad", 0));

    /// <summary>The mean of every channel, [1, c, 1, 1].</summary>
    public Value GlobalAveragePool(Value x, string name) => Emit(OpTypes.GlobalAveragePool, name, [x]);

    /// <summary>Joins channels.</summary>
    public Value Concat(string name, params Value[] parts) =>
        Emit(OpTypes.Concat, name, parts, new Attributes().Set("axis", 1));

    public Value Add(Value a, Value b, string name) => Emit(OpTypes.Add, name, [a, b]);

    /// <summary>Multiplies by a constant.</summary>
    public Value Scale(Value x, string name, float factor) =>
        Emit(OpTypes.Mul, name, [x, Parameter($"{name}/factor", [], [factor])]);

    /// <summary>Output channel j · groups + g is input channel g · (c / groups) + j.</summary>
    public Value ChannelShuffle(Value x, string name, int groups) =>
        Emit(OpTypes.ChannelShuffle, name, [x], new Attributes().Set("group", groups));

    /// <summary>Cuts the channels in two halves.</summary>
    public (Value First, Value Second) SplitChannels(Value x, string name)
    {
        int[] halves = [ChannelsOf(x) / 2, ChannelsOf(x) - (ChannelsOf(x) / 2)];
        Value[] parts = Emit(
            OpTypes.Split, name, [x], new Attributes().Set("axis", 1).Set("split", halves), [$"{name}/first", $"{name}/second"]);
        return (parts[0], parts[1]);
    }

    /// <summary>Dropout: in training drops this share of the elements, otherwise does nothing.</summary>
    public Value Dropout(Value x, string name, float ratio) =>
        Emit(OpTypes.Dropout, name, [x], new Attributes().Set("ratio", ratio));

    /// <summary>[1, c, 1, 1] to [1, c].</summary>
    public Value Flatten(Value x, string name) => Emit(OpTypes.Flatten, name, [x], new Attributes().Set("axis", 1));

    /// <summary>The classifier: a fully connected layer from [1, c] or [1, c, 1, 1] to logits [1, classes], with bias.</summary>
    public Value Classifier(Value x, string name = "classifier")
    {
        Value row = x.Shape!.Length == 2 ? x : Flatten(x, $"{name}/flatten");
        Value weights = Weights($"{name}/weight", [Classes, row.Shape![1]], ClassifierDeviation);
        Attributes attributes = new Attributes().Set("alpha", 1f).Set("beta", 1f).Set("transA", 0).Set("transB", 1);
        return Emit(OpTypes.Gemm, name, [row, weights, Filled($"{name}/bias", Classes, 0)], attributes);
    }

    private Attributes Pool(Value x, string name, Kernel kernel, int stride, Padding padding, bool roundUp)
    {
        RequireRoom(x, name, stride);
        (int y, int z) = padding == Padding.Same ? ((kernel.Height - 1) / 2, (kernel.Width - 1) / 2) : (0, 0);
        var attributes = new Attributes().Set("ceil_mode", roundUp ? 1 : 0);
        Spread(attributes, kernel, stride, [y, z, y, z]);
        return attributes;
    }
}
