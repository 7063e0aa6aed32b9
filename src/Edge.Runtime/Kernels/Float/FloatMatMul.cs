using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Movement;

namespace Edge.Runtime.Kernels.Float;

/// <summary>
/// Matrix product of the last two axes, the others broadcast; a vector as first operand is a row, as second a column. The
/// second operand is read in place: the last tile may read past a row, and past the end of the tensor only within the readable
/// bytes behind it. A piece is a block of rows times a block of columns of one product.
/// </summary>
internal sealed unsafe class FloatMatMul<TTile> : PreparedOperator
    where TTile : IFloatGemmTile
{
    private readonly float* _a;
    private readonly float* _b;
    private readonly float* _output;
    private readonly nint _strideA;
    private readonly nint _strideB;
    private readonly nint _strideY;
    private readonly int _rows;
    private readonly int _depth;
    private readonly int _columns;
    private readonly int _rowTiles;
    private readonly int _columnTiles;
    private readonly int[] _batch;
    private readonly nint[] _batchA;
    private readonly nint[] _batchB;
    private readonly nint[] _batchY;
    private readonly float* _bias;

    public FloatMatMul(FloatMatMulOperator op, PreparationContext context)
    {
        TensorView a = context.Tensor(op.Inputs[0]), b = context.Tensor(op.Inputs[1]), y = context.Tensor(op.Outputs[0]);
        _a = a.Float32;
        _b = b.Float32;
        _output = y.Float32;
        bool vectorA = a.Shape.Length == 1, vectorB = b.Shape.Length == 1;
        (_rows, _depth, _columns) = (vectorA ? 1 : a.Shape[^2], a.Shape[^1], vectorB ? 1 : b.Shape[^1]);
        (_strideA, _strideB) = (a.RowStride, vectorB ? 1 : b.RowStride);

        // Result axes: batch…, rows unless a is a vector, columns unless b is a vector.
        int dropped = (vectorA ? 1 : 0) + (vectorB ? 1 : 0);
        nint[] strides = new TensorLayout(y).Steps;
        int batchAxes = Math.Max(0, y.Shape.Length - 2 + dropped);
        if (vectorA && vectorB)
            batchAxes = 0;
        _batch = y.Shape[..batchAxes];
        _batchY = strides[..batchAxes];
        _strideY = vectorA ? 0 : vectorB ? strides[^1] : strides[^2];
        _batchA = BatchStrides(a, batchAxes);
        _batchB = BatchStrides(b, batchAxes);
        _rowTiles = (_rows + TTile.Rows - 1) / TTile.Rows;
        _columnTiles = (_columns + TTile.Columns - 1) / TTile.Columns;
        Pieces = _rowTiles * _columnTiles;
        foreach (int d in _batch)
            Pieces *= d;
        _bias = (float*)context.Allocate((nuint)TTile.Columns * sizeof(float));
    }

    public override int Pieces { get; }

    public override long MultiplyAccumulates => (long)Pieces / ((long)_rowTiles * _columnTiles) * _rows * _columns * _depth;

    public override string Kernel => $"FloatMatMul-{TTile.Suffix}";

    public override void Run(int first, int end)
    {
        float** rows = stackalloc float*[TTile.Rows];
        float* edge = stackalloc float[TTile.Rows * TTile.Columns];
        for (int piece = first; piece < end; piece++)
        {
            int tile = piece % (_rowTiles * _columnTiles), rest = piece / (_rowTiles * _columnTiles);
            float* a = _a, b = _b, y = _output;
            for (int i = _batch.Length - 1; i >= 0; i--)
            {
                int index = rest % _batch[i];
                rest /= _batch[i];
                a += index * _batchA[i];
                b += index * _batchB[i];
                y += index * _batchY[i];
            }

            int row = tile / _columnTiles * TTile.Rows, column = tile % _columnTiles * TTile.Columns;
            int height = Math.Min(TTile.Rows, _rows - row), width = Math.Min(TTile.Columns, _columns - column);
            for (int r = 0; r < TTile.Rows; r++)
                rows[r] = a + ((row + Math.Min(r, height - 1)) * _strideA);
            TTile.Run(
                rows, 0, 1, _depth, b + column, _strideB, _bias, float.NegativeInfinity, float.PositiveInfinity, edge, TTile.Columns);
            for (int r = 0; r < height; r++)
                new ReadOnlySpan<float>(edge + (r * TTile.Columns), width).CopyTo(new Span<float>(y + ((row + r) * _strideY) + column, width));
        }
    }

    /// <summary>Strides of an operand along the result's batch axes, 0 where it is broadcast.</summary>
    private static nint[] BatchStrides(TensorView operand, int batchAxes)
    {
        nint[] own = new TensorLayout(operand).Steps;
        var strides = new nint[batchAxes];
        int ownBatch = Math.Max(0, operand.Shape.Length - 2);
        for (int i = 0; i < ownBatch; i++)
            strides[batchAxes - ownBatch + i] = operand.Shape[i] == 1 ? 0 : own[i];
        return strides;
    }
}
