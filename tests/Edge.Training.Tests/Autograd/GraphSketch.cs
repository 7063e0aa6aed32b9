using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;

namespace Edge.Training.Tests.Autograd;

/// <summary>Writes small canonical graphs node by node, with seeded constants.</summary>
internal sealed class GraphSketch
{
    private readonly Random _random;
    private int _count;

    public GraphSketch(int channels, int height, int width, int seed = 1)
    {
        _random = new Random(seed);
        Input = new Value("input") { Shape = [1, channels, height, width] };
        Graph.Inputs.Add(Input);
    }

    public ModelGraph Graph { get; } = new("sketch");

    public Value Input { get; }

    public static Attributes With(params (string Name, object Value)[] attributes)
    {
        var result = new Attributes();
        foreach ((string name, object value) in attributes)
            result.Set(name, value);
        return result;
    }

    /// <summary>Uniform in [low, high).</summary>
    public Value Constant(int[] shape, double low = -1, double high = 1)
    {
        float[] data = new float[Tensor.Volume(shape)];
        for (int i = 0; i < data.Length; i++)
            data[i] = (float)(low + (_random.NextDouble() * (high - low)));
        return new Value($"constant{_count++}") { Constant = new Tensor(shape, data), Shape = shape };
    }

    public Value Add(string opType, Value?[] inputs, params (string Name, object Value)[] attributes)
    {
        string name = $"{opType.ToLowerInvariant()}{_count++}";
        var output = new Value(name);
        var node = new Node(name, opType, inputs, [output], With(attributes));
        Graph.Add(node);
        Shapes.Apply(node);
        return output;
    }

    public Value[] Split(Value x, int axis, params int[] sizes)
    {
        string name = $"split{_count++}";
        Value[] outputs = [.. sizes.Select((_, i) => new Value($"{name}_{i}"))];
        var node = new Node(name, OpTypes.Split, [x], outputs, With(("axis", axis), ("split", sizes)));
        Graph.Add(node);
        Shapes.Apply(node);
        return outputs;
    }

    public Value Conv(
        Value x, int outputs, int kernel = 1, int group = 1, int stride = 1, int dilation = 1, int pad = 0, bool bias = true)
    {
        int inputs = x.Shape![1] / group;
        double reach = Math.Sqrt(3.0 / (inputs * kernel * kernel));
        return Add(
            OpTypes.Conv,
            bias
                ? [x, Constant([outputs, inputs, kernel, kernel], -reach, reach), Constant([outputs])]
                : [x, Constant([outputs, inputs, kernel, kernel], -reach, reach)],
            ("kernel_shape", new[] { kernel, kernel }),
            ("strides", new[] { stride, stride }),
            ("dilations", new[] { dilation, dilation }),
            ("pads", new[] { pad, pad, pad, pad }),
            ("group", group));
    }

    public Value BatchNormalization(Value x)
    {
        int[] c = [x.Shape![1]];
        Value[] constants = [Constant(c, 0.5, 1.5), Constant(c), Constant(c, -0.3, 0.3), Constant(c, 0.5, 2)];
        return Add(OpTypes.BatchNormalization, [x, .. constants], ("epsilon", 1e-5f));
    }

    public Value Relu(Value x) => Add(OpTypes.Relu, [x]);

    /// <summary>Global pooling, flattening and a fully connected layer.</summary>
    public Value Classifier(Value x, int classes)
    {
        Value pooled = Add(OpTypes.GlobalAveragePool, [x]);
        Value flat = Add(OpTypes.Flatten, [pooled], ("axis", 1));
        double reach = Math.Sqrt(3.0 / flat.Shape![1]);
        return Add(
            OpTypes.Gemm, [flat, Constant([classes, flat.Shape![1]], -reach, reach), Constant([classes])], ("transB", 1));
    }

    public ModelGraph End(Value output)
    {
        Graph.Outputs.Add(output);
        Graph.Check();
        return Graph;
    }

    /// <summary>Ends in the probabilities of the logits.</summary>
    public ModelGraph EndInSoftmax(Value logits) => End(Add(OpTypes.Softmax, [logits], ("axis", 1)));
}
