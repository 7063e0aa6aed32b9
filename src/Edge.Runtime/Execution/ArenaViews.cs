using Edge.Runtime.Format;

namespace Edge.Runtime.Execution;

/// <summary>
/// Decides which tensors are no memory of their own but a part of another one: inputs of a concatenation inside its output,
/// channel slices inside their input, reshapes on their input. Each tensor gets at most one such place; where a second one would
/// be needed, or an operator could not use the strided rows, bytes are copied instead.
/// </summary>
internal sealed class ArenaViews
{
    private readonly ModelManifest _manifest;
    private readonly int[] _parents;
    private readonly int[] _channels;
    private readonly bool[] _strided;
    private readonly bool[] _mustBeDense;

    public ArenaViews(ModelManifest manifest)
    {
        _manifest = manifest;
        int count = manifest.Tensors.Length;
        _parents = new int[count];
        Array.Fill(_parents, -1);
        _channels = new int[count];
        _strided = new bool[count];
        _mustBeDense = TensorsThatMustBeDense(manifest);
        foreach (OperatorDefinition op in manifest.Operators)
        {
            if (op is ConcatOperator concat)
                JoinConcat(concat);
        }

        foreach (OperatorDefinition op in manifest.Operators)
        {
            if (op is SliceOperator slice)
                JoinSlice(slice);
        }

        foreach (OperatorDefinition op in manifest.Operators)
        {
            if (op is ReshapeOperator)
                JoinReshape(op.Inputs[0], op.Outputs[0]);
        }
    }

    /// <summary>The tensor whose memory this one lies in; itself when it has its own.</summary>
    public int Root(int tensor)
    {
        while (_parents[tensor] >= 0)
            tensor = _parents[tensor];
        return tensor;
    }

    /// <summary>Elements from the root's first element to this tensor's, and from row to row.</summary>
    public (long Start, int RowStride) Place(int tensor)
    {
        if (_parents[tensor] < 0 || !_strided[tensor])
            return (_parents[tensor] < 0 ? 0 : Place(_parents[tensor]).Start, _manifest.Tensors[tensor].Shape[^1]);
        (long start, int stride) = Place(_parents[tensor]);
        return (start + _channels[tensor], stride);
    }

    private static bool[] TensorsThatMustBeDense(ModelManifest manifest)
    {
        bool[] dense = Array.ConvertAll(manifest.Tensors, t => t.Type != ElementType.Int8 || t.Constant is not null);
        dense[manifest.Input] = true;
        foreach (int output in manifest.Outputs)
            dense[output] = true;
        foreach (OperatorDefinition op in manifest.Operators)
        {
            if (!StridedAccess.Reads(op))
            {
                foreach (int input in op.Inputs)
                    dense[input] = true;
            }

            if (!StridedAccess.Writes(op))
                dense[op.Outputs[0]] = true;
        }

        return dense;
    }

    private void JoinConcat(ConcatOperator op)
    {
        int output = op.Outputs[0], begin = 0;
        TensorDefinition whole = _manifest.Tensors[output];
        if (op.Axis != whole.Shape.Length - 1)
            return;
        foreach (int input in op.Inputs)
        {
            TensorDefinition part = _manifest.Tensors[input];
            if (InPlace.SameQuantization(part, whole))
                JoinChannels(input, output, begin);
            begin += part.Shape[^1];
        }
    }

    private void JoinSlice(SliceOperator op)
    {
        int input = op.Inputs[0], output = op.Outputs[0];
        if (InPlace.CutsChannelsOnly(_manifest.Tensors[input].Shape, _manifest.Tensors[output].Shape, op))
            JoinChannels(output, input, op.Begin[^1]);
    }

    private void JoinChannels(int part, int whole, int firstChannel)
    {
        if (_mustBeDense[part] || !CanJoin(part, whole))
            return;
        _parents[part] = whole;
        _channels[part] = firstChannel;
        _strided[part] = true;
    }

    private void JoinReshape(int input, int output)
    {
        if (_strided[input] || _strided[output] || !CanJoin(output, input))
            return;
        _parents[output] = input;
    }

    private bool CanJoin(int part, int whole) =>
        _parents[part] < 0 && Root(whole) != part
        && _manifest.Tensors[part].Constant is null && _manifest.Tensors[whole].Constant is null;
}
