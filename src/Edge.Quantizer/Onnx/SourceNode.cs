using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx.Schema;
using Kind = Edge.Quantizer.Onnx.Schema.AttributeProto.Types.AttributeType;

namespace Edge.Quantizer.Onnx;

/// <summary>
/// One node of the file while it is brought to canonical form: typed access to its inputs and attributes, and a way to emit.
/// </summary>
internal sealed class SourceNode(ImportContext context, NodeProto proto)
{
    public string OpType => proto.OpType;

    public int Opset => context.Opset;

    public int InputCount => proto.Input.Count;

    public int OutputCount => proto.Output.Count;

    /// <summary>The input at this place; null when it is left out.</summary>
    public Value? InputOrNull(int index) =>
        index < proto.Input.Count && proto.Input[index].Length > 0 ? context.Lookup(proto.Input[index], this) : null;

    public Value Input(int index) => InputOrNull(index) ?? throw Error($"input {index} is missing");

    public Value[] AllInputs() => proto.Input.Count > 0
        ? [.. Enumerable.Range(0, proto.Input.Count).Select(Input)]
        : throw Error("it has no inputs");

    public int[] Shape(int index) => Input(index).Shape!;

    /// <summary>An input that must be known at import.</summary>
    public Tensor Constant(int index, string meaning) =>
        ConstantOrNull(index, meaning) ?? throw Error($"input {index} ({meaning}) is missing");

    /// <inheritdoc cref="Constant"/>
    public Tensor? ConstantOrNull(int index, string meaning)
    {
        if (InputOrNull(index) is not { } value)
            return null;
        return value.Constant
            ?? throw Error($"input {index} ({meaning}) must be constant, but '{value.Name}' is computed at run time");
    }

    /// <summary>A constant list of integers; null when the input is left out.</summary>
    public long[]? IntegersOrNull(int index, string meaning) => ConstantOrNull(index, meaning) is { } t
        ? t.Type == DataType.Int64 ? t.Longs : throw Error($"input {index} ({meaning}) must be an integer tensor")
        : null;

    /// <summary>A constant of one number; null when the input is left out.</summary>
    public float? ScalarOrNull(int index, string meaning)
    {
        Tensor? tensor = ConstantOrNull(index, meaning);
        if (tensor is null or { Count: 0 })
            return null;
        if (tensor.Count != 1)
            throw Error($"input {index} ({meaning}) must be one number, it has shape [{string.Join(", ", tensor.Shape)}]");
        return tensor.Type switch
        {
            DataType.Float32 => tensor.Floats[0],
            DataType.Int64 => tensor.Longs[0],
            _ => tensor.Bools[0] ? 1 : 0,
        };
    }

    public bool Has(string name) => Find(name) is not null;

    public long Int(string name, long fallback) => Typed(name, Kind.Int)?.I ?? fallback;

    public float Float(string name, float fallback) => Typed(name, Kind.Float)?.F ?? fallback;

    public string Text(string name, string fallback) => Typed(name, Kind.String)?.S.ToStringUtf8() ?? fallback;

    public long[]? Ints(string name) => Typed(name, Kind.Ints)?.Ints.ToArray();

    public float[]? Floats(string name) => Typed(name, Kind.Floats)?.Floats.ToArray();

    public Tensor? Tensor(string name) =>
        Typed(name, Kind.Tensor) is { } a ? context.ReadTensor(a.T ?? new TensorProto(), $"attribute '{name}'") : null;

    /// <summary>Integers as 32-bit sizes; null when absent.</summary>
    public int[]? Sizes(string name) => Ints(name) is { } values ? Array.ConvertAll(values, v => Size(v, name)) : null;

    public int Size(long value, string meaning) =>
        value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Error($"{meaning} {value} is out of range");

    /// <summary>An axis counted from the front; negative ones count from the back.</summary>
    /// <param name="axis">−rank to rank−1.</param>
    /// <param name="rank">Number of axes.</param>
    public int Axis(long axis, int rank) => axis >= -rank && axis < rank
        ? (int)(axis < 0 ? axis + rank : axis)
        : throw Error($"axis {axis} is outside the {rank} axes of its input");

    public int[] Axes(IEnumerable<long> axes, int rank) => [.. axes.Select(a => Axis(a, rank))];

    /// <summary>Adds a canonical node that computes the first output of this one.</summary>
    public void Emit(string opType, Value?[] inputs, Attributes? attributes = null) =>
        Emit(opType, inputs, attributes, proto.Output.Count > 0 ? 1 : 0);

    /// <summary>Adds a canonical node that computes the first <paramref name="outputs"/> outputs of this one.</summary>
    public void Emit(string opType, Value?[] inputs, Attributes? attributes, int outputs) =>
        context.Emit(this, opType, inputs, attributes, proto.Output.Take(outputs), NodeOrder.NameOf(proto));

    /// <summary>Adds a canonical node in front of the last one, whose result gets a new name.</summary>
    public Value EmitIntermediate(string opType, Value?[] inputs, Attributes attributes, string suffix)
    {
        string name = context.UniqueValueName($"{proto.Output[0]}/{suffix}");
        context.Emit(this, opType, inputs, attributes, [name], $"{NodeOrder.NameOf(proto)}/{suffix}");
        return context.Lookup(name, this);
    }

    /// <summary>States that an output of this node is a constant.</summary>
    public void EmitConstant(Tensor tensor, int output = 0)
    {
        if (output < proto.Output.Count && proto.Output[output].Length > 0)
            context.Define(proto.Output[output], tensor);
    }

    /// <summary>Counts a constant of this shape against the import's limit, before it is made.</summary>
    public void Reserve(int[] shape) => context.Account(this, shape);

    public UserException Error(string message) =>
        context.Error($"{OpType} '{NodeOrder.NameOf(proto)}' (opset {Opset}): {message}");

    private AttributeProto? Find(string name) => proto.Attribute.FirstOrDefault(a => a.Name == name);

    private AttributeProto? Typed(string name, Kind kind)
    {
        AttributeProto? attribute = Find(name);
        if (attribute is { HasType: true } && attribute.Type != kind)
            throw Error($"attribute '{name}' is of type {attribute.Type}, expected {kind}");
        return attribute;
    }
}
