using Edge.Runtime.Execution;

namespace Edge.Runtime.Kernels.Float;

/// <summary>
/// Transposes dense matrices [count, rows, columns] to [count, columns, rows], in square blocks whose lines stay in the first-level
/// cache on both sides: how an image changes between channels first and channels last. A piece is a strip of columns of one matrix.
/// </summary>
internal sealed unsafe class FloatTranspose : PreparedOperator
{
    /// <summary>Floats of one cache line.</summary>
    private const int Block = 16;

    private readonly float* _input;
    private readonly float* _output;
    private readonly int _rows;
    private readonly int _columns;
    private readonly int _strips;

    public FloatTranspose(TensorView input, TensorView output, int count, int rows, int columns)
    {
        _input = input.Float32;
        _output = output.Float32;
        (_rows, _columns) = (rows, columns);
        _strips = (columns + Block - 1) / Block;
        Pieces = count * _strips;
    }

    public override int Pieces { get; }

    public override string Kernel => "FloatTranspose16x16-Scalar";

    public override void Run(int first, int end)
    {
        for (int piece = first; piece < end; piece++)
        {
            nint matrix = piece / _strips * (nint)_rows * _columns;
            int column = piece % _strips * Block, width = Math.Min(Block, _columns - column);
            float* from = _input + matrix + column, to = _output + matrix + ((nint)column * _rows);
            for (int row = 0; row < _rows; row += Block)
                Move(from + ((nint)row * _columns), to + row, Math.Min(Block, _rows - row), width);
        }
    }

    private void Move(float* from, float* to, int height, int width)
    {
        for (int c = 0; c < width; c++)
        {
            float* source = from + c, target = to + ((nint)c * _rows);
            for (int r = 0; r < height; r++, source += _columns)
                target[r] = *source;
        }
    }
}
