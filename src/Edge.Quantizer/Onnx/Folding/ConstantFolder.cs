using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Onnx.Folding;

/// <summary>
/// Computes canonical nodes whose inputs are all constant, as far as shape subgraphs and stored weights use them: views,
/// movement, casts and element by element arithmetic.
/// </summary>
internal static class ConstantFolder
{
    /// <summary>
    /// The results, one per output; null when an input is not constant or the operator is left to the executor.
    /// </summary>
    /// <param name="node">A node whose output shapes are inferred.</param>
    public static Tensor[]? Evaluate(Node node)
    {
        Tensor[] inputs = new Tensor[node.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (node.Inputs[i]?.Constant is not { } constant)
                return null;
            inputs[i] = constant;
        }

        int[] shape = node.Output.Shape!;
        return node.OpType switch
        {
            OpTypes.Identity or OpTypes.Dropout or OpTypes.Reshape or OpTypes.Flatten or OpTypes.Squeeze or OpTypes.Unsqueeze =>
                [inputs[0].Reshape(shape)],
            OpTypes.Cast => [Arithmetic.Cast(inputs[0], node.Output.Type)],
            OpTypes.Add or OpTypes.Sub or OpTypes.Mul or OpTypes.Div => [Arithmetic.Binary(node.OpType, inputs[0], inputs[1])],
            OpTypes.Sum => [inputs.Aggregate((a, b) => Arithmetic.Binary(OpTypes.Add, a, b))],
            OpTypes.Min or OpTypes.Max => [inputs.Aggregate((a, b) => Arithmetic.Binary(node.OpType, a, b))],
            OpTypes.Transpose => [Transpose(node, inputs[0], shape)],
            OpTypes.Slice => [Slice(node, inputs[0], shape)],
            OpTypes.Split => Split(node, inputs[0]),
            OpTypes.Concat => [Concat(inputs, node.Attributes.Int("axis", 0), shape)],
            _ => null,
        };
    }

    /// <summary>Joins along an axis into the given shape.</summary>
    /// <exception cref="InvalidDataException">The element types differ.</exception>
    public static Tensor Concat(Tensor[] inputs, int axis, int[] shape)
    {
        if (inputs.Any(t => t.Type != inputs[0].Type))
            throw new InvalidDataException("Concat of different element types");
        return inputs[0].Type switch
        {
            DataType.Float32 => new Tensor(shape, Join(inputs, t => t.Floats, axis, shape)),
            DataType.Int64 => new Tensor(shape, Join(inputs, t => t.Longs, axis, shape)),
            _ => new Tensor(shape, Join(inputs, t => t.Bools, axis, shape)),
        };
    }

    private static Tensor Transpose(Node node, Tensor x, int[] shape)
    {
        long[] strides = StridedView.StridesOf(x.Shape);
        return StridedView.Copy(x, shape, 0, Array.ConvertAll(node.Attributes.Ints("perm")!, axis => strides[axis]));
    }

    private static Tensor Slice(Node node, Tensor x, int[] shape)
    {
        int[] starts = node.Attributes.Ints("starts")!;
        int[] steps = node.Attributes.Ints("steps")!;
        long[] strides = StridedView.StridesOf(x.Shape);
        long offset = 0;
        for (int i = 0; i < strides.Length; i++)
        {
            offset += starts[i] * strides[i];
            strides[i] *= steps[i];
        }

        return StridedView.Copy(x, shape, offset, strides);
    }

    private static Tensor[] Split(Node node, Tensor x)
    {
        int axis = node.Attributes.Int("axis", 0);
        long[] strides = StridedView.StridesOf(x.Shape);
        long offset = 0;
        return
        [
            .. node.Outputs.Select(output =>
            {
                Tensor part = StridedView.Copy(x, output.Shape!, offset, strides);
                offset += output.Shape![axis] * strides[axis];
                return part;
            }),
        ];
    }

    private static T[] Join<T>(Tensor[] inputs, Func<Tensor, T[]> data, int axis, int[] shape)
    {
        T[] result = new T[Tensor.Volume(shape)];
        int outer = Tensor.Volume(shape.AsSpan(..axis));
        int rowLength = Tensor.Volume(shape.AsSpan(axis..));
        int column = 0;
        foreach (Tensor input in inputs)
        {
            int length = Tensor.Volume(input.Shape.AsSpan(axis..));
            for (int row = 0; row < outer; row++)
                Array.Copy(data(input), row * length, result, (row * rowLength) + column, length);
            column += length;
        }

        return result;
    }
}
