using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Passes;

/// <summary>An interval that a value's elements cannot leave, derived from the operators that compute it.</summary>
internal readonly record struct ValueBounds(float Low, float High)
{
    public static readonly ValueBounds Unbounded = new(float.NegativeInfinity, float.PositiveInfinity);

    private static readonly ValueBounds Unit = new(0, 1);

    /// <summary>The bounds that Relu or Clip imposes, null for any other node.</summary>
    public static ValueBounds? OfActivation(Node node) => node.OpType switch
    {
        OpTypes.Relu => new ValueBounds(0, float.PositiveInfinity),
        OpTypes.Clip => new ValueBounds(
            node.Attributes.Float("min", float.NegativeInfinity), node.Attributes.Float("max", float.PositiveInfinity)),
        _ => null,
    };

    /// <summary>The bounds of a fused activation; unbounded where there is none.</summary>
    public static ValueBounds Fused(Node node) => new(
        node.Attributes.Float(OpTypes.FusedLow, float.NegativeInfinity),
        node.Attributes.Float(OpTypes.FusedHigh, float.PositiveInfinity));

    public static ValueBounds Of(Value value) => Of(value, []);

    public bool Contains(ValueBounds other) => other.Low >= Low && other.High <= High;

    /// <summary>The interval after clamping to <paramref name="limits"/>: min(max(x, low), high), as ONNX Clip.</summary>
    public ValueBounds Clamp(ValueBounds limits) => new(limits.Apply(Low), limits.Apply(High));

    public ValueBounds Union(ValueBounds other) => new(Math.Min(Low, other.Low), Math.Max(High, other.High));

    private float Apply(float x) => Math.Min(Math.Max(x, Low), High);

    private static ValueBounds Of(Value value, Dictionary<Value, ValueBounds> known)
    {
        if (known.TryGetValue(value, out ValueBounds bounds))
            return bounds;
        if (value.Constant is { Type: DataType.Float32, Count: > 0 } constant)
            bounds = new ValueBounds(constant.Floats.Min(), constant.Floats.Max());
        else
            bounds = value.Producer is { } node ? OfResult(node, known).Clamp(Fused(node)) : Unbounded;
        return known[value] = bounds;
    }

    private static ValueBounds OfResult(Node node, Dictionary<Value, ValueBounds> known)
    {
        ValueBounds Input(int i) => Of(node.Input(i), known);
        switch (node.OpType)
        {
            case OpTypes.Relu or OpTypes.Clip:
                return Input(0).Clamp(OfActivation(node)!.Value);
            case OpTypes.Sigmoid or OpTypes.HardSigmoid or OpTypes.Softmax:
                return Unit;
            case OpTypes.Tanh:
                return new ValueBounds(-1, 1);
            case OpTypes.MaxPool or OpTypes.GlobalMaxPool or OpTypes.GlobalAveragePool or OpTypes.ReduceMean or OpTypes.Reshape
                or OpTypes.Flatten or OpTypes.Squeeze or OpTypes.Unsqueeze or OpTypes.Transpose or OpTypes.ChannelShuffle
                or OpTypes.Slice or OpTypes.Split or OpTypes.Identity or OpTypes.Dropout:
                return Input(0);
            case OpTypes.AveragePool:
                return node.Attributes.Int("count_include_pad", 0) == 0 ? Input(0) : Input(0).Union(new ValueBounds(0, 0));
            case OpTypes.Pad when node.Attributes.Text("mode", "constant") == "constant":
                float padding = node.Attributes.Float("value", 0);
                return Input(0).Union(new ValueBounds(padding, padding));
            case OpTypes.Concat:
                return Enumerable.Range(0, node.Inputs.Count).Select(Input).Aggregate((a, b) => a.Union(b));
            case OpTypes.Add:
                return new ValueBounds(Input(0).Low + Input(1).Low, Input(0).High + Input(1).High);
            default:
                return Unbounded;
        }
    }
}
