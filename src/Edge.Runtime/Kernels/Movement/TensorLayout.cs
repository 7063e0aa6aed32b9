using Edge.Runtime.Execution;

namespace Edge.Runtime.Kernels.Movement;

/// <summary>Where the elements of a tensor lie: dense, or with a gap behind every innermost row.</summary>
internal readonly struct TensorLayout
{
    /// <summary>A dense tensor.</summary>
    public TensorLayout(ReadOnlySpan<int> shape)
        : this(shape, shape.Length == 0 ? 1 : shape[^1])
    {
    }

    /// <param name="shape">Dimensions in memory order, outermost first.</param>
    /// <param name="rowStride">Elements from one innermost row to the next.</param>
    public TensorLayout(ReadOnlySpan<int> shape, int rowStride)
    {
        Shape = shape.ToArray();
        Steps = new nint[shape.Length];
        nint step = rowStride;
        for (int axis = shape.Length - 1; axis >= 0; axis--)
        {
            bool innermost = axis == shape.Length - 1;
            Steps[axis] = innermost ? 1 : step;
            step *= innermost ? 1 : shape[axis];
        }
    }

    public TensorLayout(TensorView tensor)
        : this(tensor.Shape, tensor.RowStride)
    {
    }

    public int[] Shape { get; }

    /// <summary>Elements from one index to the next, per axis.</summary>
    public nint[] Steps { get; }
}
