using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Float;

/// <summary>
/// Local response normalization across channels. The window of channel c is [c − ⌊(Size−1)/2⌋, c + ⌈(Size−1)/2⌉], cut at the
/// ends (ONNX LRN). A piece is a group of pixels.
/// </summary>
internal sealed unsafe class FloatLrn : PreparedOperator
{
    private readonly TensorView _input;
    private readonly TensorView _output;
    private readonly RowBlocks _blocks;
    private readonly int _size;
    private readonly float _scale;
    private readonly float _beta;
    private readonly float _bias;

    public FloatLrn(FloatLrnOperator op, PreparationContext context)
    {
        (_input, _output) = (context.Tensor(op.Inputs[0]), context.Tensor(op.Outputs[0]));
        (_size, _scale, _beta, _bias) = (op.Size, op.Alpha / op.Size, op.Beta, op.Bias);
        (int rows, int length) = FloatStrides.Rows(_output, dense: false);
        _blocks = new RowBlocks(rows, length);
    }

    public override int Pieces => _blocks.Pieces;

    public override string Kernel => "FloatLrn-Scalar";

    public override void Run(int first, int end)
    {
        int channels = _input.Channels, before = (_size - 1) / 2, after = _size - 1 - before;
        for (int piece = first; piece < end; piece++)
        {
            (int row, int endRow, int start, int length) = _blocks[piece];
            for (; row < endRow; row++)
            {
                float* x = _input.Float32 + ((nint)row * _input.RowStride), y = _output.Float32 + ((nint)row * _output.RowStride);
                for (int c = start; c < start + length; c++)
                {
                    float sum = 0;
                    for (int i = Math.Max(0, c - before); i <= Math.Min(channels - 1, c + after); i++)
                        sum += x[i] * x[i];
                    y[c] = x[c] / MathF.Pow(_bias + (_scale * sum), _beta);
                }
            }
        }
    }
}
