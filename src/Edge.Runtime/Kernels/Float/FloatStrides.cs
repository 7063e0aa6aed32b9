using Edge.Runtime.Execution;
using Edge.Runtime.Kernels.Movement;

namespace Edge.Runtime.Kernels.Float;

/// <summary>How element-wise kernels walk tensors whose innermost rows lie <see cref="TensorView.RowStride"/> apart.</summary>
internal static class FloatStrides
{
    /// <summary>
    /// Strides of an operand for every axis of the result, 0 where it is broadcast; missing leading axes count as 1.
    /// </summary>
    public static nint[] Broadcast(TensorView operand, int[] result)
    {
        nint[] own = new TensorLayout(operand).Steps;
        var strides = new nint[result.Length];
        int missing = result.Length - own.Length;
        for (int i = 0; i < own.Length; i++)
            strides[missing + i] = operand.Shape[i] == 1 ? 0 : own[i];
        return strides;
    }

    /// <summary>Rows of the tensor as one dense run where possible: (rows, length of a row).</summary>
    public static (int Rows, int Length) Rows(TensorView view, bool dense)
    {
        int count = 1;
        foreach (int d in view.Shape)
            count *= d;
        return dense ? (1, count) : (count / view.Shape[^1], view.Shape[^1]);
    }

    /// <summary>Whether the elements lie behind each other without gaps.</summary>
    public static bool IsDense(TensorView view) =>
        view.RowStride == view.Shape[^1] || view.Shape.AsSpan(0, view.Shape.Length - 1).IndexOfAnyExcept(1) < 0;
}
