namespace Edge.Runtime.Format;

/// <summary>
/// When a tensor already lies where an operator would put it, so that no bytes move. The arena planner aims at these, the
/// verifier allows tensors to share memory only here, and the kernels skip the copy.
/// </summary>
internal static class InPlace
{
    /// <summary>Whether this input lies in its place in the concatenation's output.</summary>
    /// <param name="axis">Axis of the concatenation.</param>
    /// <param name="begin">Index along <paramref name="axis"/> in the output at which this input starts.</param>
    public static bool Concat(TensorDefinition input, TensorDefinition output, int axis, int begin) =>
        axis == output.Shape.Length - 1 && SameQuantization(input, output) && IsChannelSlice(input, output, begin);

    /// <summary>Whether the slice's output lies in its place in the input: only the last axis is cut, in steps of 1.</summary>
    public static bool Slice(TensorDefinition input, TensorDefinition output, SliceOperator op) =>
        CutsChannelsOnly(input.Shape, output.Shape, op) && IsChannelSlice(output, input, op.Begin[^1]);

    /// <summary>Whether a reshape's two tensors are the same bytes.</summary>
    public static bool Reshape(TensorDefinition input, TensorDefinition output) =>
        InArena(input, output) && input.Offset == output.Offset && IsDense(input) && IsDense(output);

    /// <summary>Whether the slice keeps every axis but the last whole and takes neighbours along the last.</summary>
    public static bool CutsChannelsOnly(ReadOnlySpan<int> input, ReadOnlySpan<int> output, SliceOperator op)
    {
        for (int i = 0; i < input.Length - 1; i++)
        {
            if (op.Begin[i] != 0 || op.Step[i] != 1 || output[i] != input[i])
                return false;
        }

        return op.Step[^1] == 1;
    }

    /// <summary>Same element type, scale and zero point: bytes of one mean the same in the other.</summary>
    public static bool SameQuantization(TensorDefinition a, TensorDefinition b) =>
        a.Type == b.Type && a.Scale == b.Scale && a.ZeroPoint == b.ZeroPoint;

    public static bool IsDense(TensorDefinition tensor) => tensor.RowStride == tensor.Shape[^1];

    private static bool IsChannelSlice(TensorDefinition part, TensorDefinition whole, int firstChannel) =>
        InArena(part, whole) && part.RowStride == whole.RowStride
        && part.Offset == whole.Offset + ((long)firstChannel * (part.Type == ElementType.Int8 ? 1 : 4));

    private static bool InArena(TensorDefinition a, TensorDefinition b) => a.Constant is null && b.Constant is null;
}
