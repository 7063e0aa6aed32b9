using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Float;

namespace Edge.Runtime.Kernels.Elementwise;

/// <summary>
/// Tensors of one shape, worked through element by element: as one long row where all of them are dense, else row by row.
/// </summary>
internal abstract class ElementwiseKernel : PreparedOperator
{
    private readonly RowBlocks _blocks;

    protected ElementwiseKernel(string kernel, params ReadOnlySpan<TensorView> tensors)
    {
        Kernel = kernel;
        int[] shape = tensors[0].Shape;
        int rows = 1;
        foreach (int d in shape[..^1])
            rows *= d;
        bool dense = true;
        foreach (TensorView tensor in tensors)
            dense &= InPlace.IsDense(tensor.Definition);
        _blocks = dense ? new RowBlocks(1, rows * shape[^1]) : new RowBlocks(rows, shape[^1]);
    }

    public sealed override int Pieces => _blocks.Pieces;

    public sealed override string Kernel { get; }

    public sealed override void Run(int first, int end)
    {
        for (int piece = first; piece < end; piece++)
        {
            (int firstRow, int endRow, int start, int length) = _blocks[piece];
            for (int row = firstRow; row < endRow; row++)
                Segment(row, start, length);
        }
    }

    /// <summary>Elements [start, start + count) of a row; a row begins row · RowStride elements behind the tensor's first one.</summary>
    protected abstract void Segment(nint row, int start, int count);
}
