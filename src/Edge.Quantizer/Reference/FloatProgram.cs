using Edge.Quantizer.Graph;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels;
using Edge.Runtime.Kernels.Float;

namespace Edge.Quantizer.Reference;

/// <summary>
/// A graph brought to the float32 operators of the runtime: slots that hold tensors, and steps that read and write them. The
/// lowering of each node appends to it; <see cref="FloatExecutor"/> gives the slots their addresses and runs the steps.
/// </summary>
internal sealed class FloatProgram
{
    private readonly List<Slot> _slots = [];
    private readonly List<Step> _steps = [];
    private readonly List<Func<float[]>> _constants = [];
    private readonly Dictionary<Value, int> _values = [];
    private readonly Dictionary<int, int> _nhwc = [];
    private readonly List<(Node Node, int EndStep)> _nodes = [];

    public FloatProgram(ModelGraph graph)
    {
        try
        {
            foreach (Value input in graph.Inputs)
                SlotOf(input);
            foreach (Node node in graph.Nodes)
            {
                Lowering.NodeLowering.Lower(node, this);
                _nodes.Add((node, _steps.Count));
            }
        }
        catch (InvalidDataException e)
        {
            throw new UserException($"{graph.Name}: {e.Message}", e);
        }
    }

    public IReadOnlyList<Slot> Slots => _slots;

    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>The nodes in order, each with the number of steps after which its outputs are complete.</summary>
    public IReadOnlyList<(Node Node, int EndStep)> Nodes => _nodes;

    /// <summary>The slot of a value: made on first use.</summary>
    public int SlotOf(Value value)
    {
        if (_values.TryGetValue(value, out int slot))
            return slot;
        int[] shape = value.Constant?.Shape ?? value.Shape ?? throw new InvalidDataException($"the shape of '{value.Name}' is not known");
        if ((value.Constant?.Type ?? value.Type) != DataType.Float32)
            throw new InvalidDataException($"'{value.Name}' holds {value.Type}; the float executor computes with Float32");
        slot = Add(value.Name, shape, value.Constant?.Floats, null);
        _values[value] = slot;
        return slot;
    }

    /// <summary>The slot of the node's input.</summary>
    public int Input(Node node, int index) => SlotOf(node.Input(index));

    /// <summary>The slot of the node's output.</summary>
    public int Output(Node node, int index = 0) => SlotOf(node.Outputs[index]);

    /// <summary>Dimensions of a slot; a scalar has one of length 1.</summary>
    public int[] Shape(int slot) => _slots[slot].Shape;

    /// <summary>A slot for an intermediate result.</summary>
    public int Temporary(params int[] shape) => Add($"temporary {_slots.Count}", shape, null, null);

    /// <summary>A slot that holds these numbers.</summary>
    public int Constant(int[] shape, float[] data) => Add($"constant {_slots.Count}", shape, data, null);

    /// <summary>An array that an operator asks for while it prepares; computed then, not kept.</summary>
    public int Weights(Func<float[]> data)
    {
        _constants.Add(data);
        return _constants.Count - 1;
    }

    public float[] WeightsAt(int index) => _constants[index]();

    /// <summary>The elements of a slot under another shape.</summary>
    public int View(int slot, params int[] shape) =>
        _slots[slot].Shape.AsSpan().SequenceEqual(shape) ? slot : Add(_slots[slot].Name, shape, _slots[slot].Data, _slots[slot].Root ?? slot);

    /// <summary>Lets a value be the elements of a slot under the value's own shape: nothing is computed.</summary>
    public void SetView(Value value, int slot)
    {
        int[] shape = value.Shape ?? throw new InvalidDataException($"the shape of '{value.Name}' is not known");
        _values[value] = Add(value.Name, shape, _slots[slot].Data, _slots[slot].Root ?? slot);
    }

    /// <summary>Appends an operator of the runtime.</summary>
    public void Emit(OperatorDefinition op) => Emit(op.Inputs, op.Outputs, context => KernelFactory.Prepare(op, context), op.Name);

    /// <summary>Appends an operator of which nothing is left to do when its outputs are empty.</summary>
    public void Emit(int[] inputs, int[] outputs, Func<PreparationContext, PreparedOperator> prepare, string name)
    {
        if (outputs.Any(o => Tensor.Volume(_slots[o].Shape) > 0))
            _steps.Add(new Step(name, inputs, outputs, prepare));
    }

    /// <summary>The image [n, c, h, w] in a slot as [n, h, w, c], converted at most once.</summary>
    public int ToNhwc(int slot)
    {
        int root = _slots[slot].Root ?? slot;
        int[] s = Shape(slot);
        if (_nhwc.TryGetValue(root, out int known) && Shape(known).AsSpan().SequenceEqual([s[0], s[2], s[3], s[1]]))
            return known;
        int image = Temporary(s[0], s[2], s[3], s[1]);
        TransposeMatrices(slot, image, s[0], s[1], s[2] * s[3]);
        return _nhwc[root] = image;
    }

    /// <summary>Brings an image [n, h, w, c] to a slot [n, c, h, w], and remembers both forms.</summary>
    public void FromNhwc(int image, int slot)
    {
        int[] s = Shape(slot);
        TransposeMatrices(image, slot, s[0], s[2] * s[3], s[1]);
        _nhwc[_slots[slot].Root ?? slot] = image;
    }

    /// <summary>Called when a slot changes after it was converted.</summary>
    public void ForgetNhwc(int slot) => _nhwc.Remove(_slots[slot].Root ?? slot);

    public void Transpose(int from, int to, params int[] permutation) =>
        Emit(new TransposeOperator { Name = _slots[to].Name, Inputs = [from], Outputs = [to], Permutation = permutation });

    private void TransposeMatrices(int from, int to, int count, int rows, int columns) =>
        Emit([from], [to], context => new FloatTranspose(context.Tensor(from), context.Tensor(to), count, rows, columns), _slots[to].Name);

    private int Add(string name, int[] shape, float[]? data, int? root)
    {
        _slots.Add(new Slot(name, shape.Length == 0 ? [1] : shape, data, root));
        return _slots.Count - 1;
    }

    /// <summary>A tensor of the program.</summary>
    /// <param name="Name">The value's name, for messages.</param>
    /// <param name="Shape">Dimensions, at least one.</param>
    /// <param name="Data">A constant's elements; null where they are computed.</param>
    /// <param name="Root">The slot whose memory this one shares; null for its own.</param>
    internal sealed record Slot(string Name, int[] Shape, float[]? Data, int? Root);

    /// <summary>One operator with the slots that it reads and writes.</summary>
    internal sealed record Step(string Name, int[] Inputs, int[] Outputs, Func<PreparationContext, PreparedOperator> Prepare);
}
