using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;

namespace Edge.Quantizer.Tests.Passes;

/// <summary>Builds small graphs by hand, NCHW, with weights that are the same in every run.</summary>
internal sealed class GraphBuilder
{
    private readonly Random _random = new(20260114);
    private int _names;

    public ModelGraph Graph { get; } = new("test");

    public Value Input(params int[] shape)
    {
        var value = new Value($"input{_names++}") { Shape = shape };
        Graph.Inputs.Add(value);
        return value;
    }

    /// <summary>Uniform in [low, high).</summary>
    public Value Weights(int[] shape, float low = -1, float high = 1)
    {
        float[] data = new float[Tensor.Volume(shape)];
        for (int i = 0; i < data.Length; i++)
            data[i] = low + ((high - low) * _random.NextSingle());
        return Constant(shape, data);
    }

    public Value Constant(int[] shape, params float[] data) =>
        new($"constant{_names++}") { Constant = new Tensor(shape, data), Shape = shape };

    public Value Scalar(float value) => Constant([], value);

    public Value Op(string opType, Value?[] inputs, params (string Name, object Value)[] attributes) =>
        Ops(opType, 1, inputs, attributes)[0];

    public Value[] Ops(string opType, int outputs, Value?[] inputs, params (string Name, object Value)[] attributes)
    {
        string name = $"{opType.ToLowerInvariant()}{_names++}";
        Value[] results = [.. Enumerable.Range(0, outputs).Select(i => new Value(i == 0 ? name : $"{name}_{i}"))];
        var node = new Node(name, opType, inputs, results);
        foreach ((string key, object value) in attributes)
            node.Attributes.Set(key, value);
        Graph.Add(node);
        Shapes.Apply(node);
        return results;
    }

    public Value Conv(Value x, int outputs, int kernel, int stride = 1, int pad = 0, int group = 1, bool bias = true)
    {
        Value weights = Weights([outputs, x.Shape![1] / group, kernel, kernel]);
        Value?[] inputs = bias ? [x, weights, Weights([outputs])] : [x, weights];
        return Op(OpTypes.Conv, inputs, [.. Window(kernel, stride, pad), ("group", group)]);
    }

    public Value Pool(string opType, Value x, int kernel, int stride, int pad = 0, bool ceil = false, bool countPad = false)
    {
        (string, object)[] attributes = [.. Window(kernel, stride, pad), ("ceil_mode", ceil ? 1 : 0)];
        if (opType == OpTypes.AveragePool)
            attributes = [.. attributes, ("count_include_pad", countPad ? 1 : 0)];
        return Op(opType, [x], attributes);
    }

    public Value BatchNormalization(Value x)
    {
        int[] channels = [x.Shape![1]];
        return Op(
            OpTypes.BatchNormalization,
            [x, Weights(channels, 0.5f, 1.5f), Weights(channels), Weights(channels), Weights(channels, 0.2f, 2)],
            ("epsilon", 1e-3f));
    }

    public Value Gemm(Value x, int outputs) => Op(
        OpTypes.Gemm,
        [x, Weights([outputs, x.Shape![1]]), Weights([outputs])],
        ("alpha", 1f), ("beta", 1f), ("transA", 0), ("transB", 1));

    public Value Relu(Value x) => Op(OpTypes.Relu, [x]);

    public Value Clip(Value x, float min, float max) => Op(OpTypes.Clip, [x], ("min", min), ("max", max));

    public Value Reshape(Value x, params int[] shape) => Op(OpTypes.Reshape, [x], ("shape", shape));

    public Value Transpose(Value x, params int[] permutation) => Op(OpTypes.Transpose, [x], ("perm", permutation));

    public Value Pad(Value x, int top, int left, int bottom, int right, float value = 0, string mode = "constant") => Op(
        OpTypes.Pad, [x], ("pads", new[] { 0, 0, top, left, 0, 0, bottom, right }), ("mode", mode), ("value", value));

    /// <summary>Shuffles channels as ShuffleNet's exporters spell it.</summary>
    public Value Shuffle(Value x, int groups)
    {
        int[] s = x.Shape!;
        Value split = Reshape(x, s[0], groups, s[1] / groups, s[2], s[3]);
        return Reshape(Transpose(split, 0, 2, 1, 3, 4), s);
    }

    public Value Slice(Value x, int axis, int start, int size)
    {
        int[] starts = new int[x.Shape!.Length];
        int[] sizes = [.. x.Shape];
        (starts[axis], sizes[axis]) = (start, size);
        return Op(OpTypes.Slice, [x], ("starts", starts), ("steps", Array.ConvertAll(starts, _ => 1)), ("sizes", sizes));
    }

    /// <summary>The finished graph, with shapes.</summary>
    public ModelGraph Build(params Value[] outputs)
    {
        Graph.Outputs.AddRange(outputs);
        Graph.Check();
        return Graph;
    }

    private static (string, object)[] Window(int kernel, int stride, int pad) =>
    [
        ("kernel_shape", new[] { kernel, kernel }), ("strides", new[] { stride, stride }), ("dilations", new[] { 1, 1 }),
        ("pads", new[] { pad, pad, pad, pad }),
    ];
}
