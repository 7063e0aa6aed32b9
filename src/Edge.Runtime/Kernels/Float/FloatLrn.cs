using System.Numerics;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Float;

/// <summary>
/// Local response normalization across channels. The window of channel c is [c − ⌊(Size−1)/2⌋, c + ⌈(Size−1)/2⌉], cut at the
/// ends (ONNX LRN), its squares are added from the lowest channel on. A piece is a group of pixels.
/// </summary>
internal sealed unsafe class FloatLrn<TPower> : PreparedOperator
    where TPower : struct, ILrnPower
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

    public override string Kernel => "FloatLrn-Vector";

    public override void Run(int first, int end)
    {
        for (int piece = first; piece < end; piece++)
        {
            (int row, int endRow, int start, int length) = _blocks[piece];
            for (; row < endRow; row++)
                Apply(_input.Float32 + ((nint)row * _input.RowStride), _output.Float32 + ((nint)row * _output.RowStride), start, start + length);
        }
    }

    private void Apply(float* x, float* y, int start, int end)
    {
        int before = (_size - 1) / 2, whole = Math.Min(end, _input.Channels - (_size - 1 - before)), c = start;
        for (int edge = Math.Min(before, end); c < edge; c++)
            y[c] = Normalized(x, c);

        // A lane is a channel: from here on the windows of neighbouring channels begin side by side.
        for (; c + Vector<float>.Count <= whole; c += Vector<float>.Count)
        {
            Vector<float> sum = Vector<float>.Zero;
            for (int i = c - before; i < c - before + _size; i++)
            {
                Vector<float> neighbours = Vector.Load(x + i);
                sum += neighbours * neighbours;
            }

            Vector.Store(Vector.Load(x + c) / TPower.Raise(new Vector<float>(_bias) + (sum * _scale), _beta), y + c);
        }

        for (; c < end; c++)
            y[c] = Normalized(x, c);
    }

    private float Normalized(float* x, int channel)
    {
        int first = channel - ((_size - 1) / 2);
        float sum = 0;
        for (int i = Math.Max(0, first); i < Math.Min(_input.Channels, first + _size); i++)
            sum += x[i] * x[i];
        return x[channel] / TPower.Raise(_bias + (_scale * sum), _beta);
    }
}

internal static class FloatLrn
{
    public static PreparedOperator Prepare(FloatLrnOperator op, PreparationContext context) => op.Beta == ThreeQuarters.Beta
        ? new FloatLrn<ThreeQuarters>(op, context)
        : new FloatLrn<AnyPower>(op, context);

    /// <summary>The β of nearly all networks with such a layer (Krizhevsky et al. 2012, section 3.3): √x·√√x.</summary>
    private readonly struct ThreeQuarters : ILrnPower
    {
        public const float Beta = 0.75f;

        public static Vector<float> Raise(Vector<float> x, float beta)
        {
            Vector<float> root = Vector.SquareRoot(x);
            return root * Vector.SquareRoot(root);
        }

        public static float Raise(float x, float beta)
        {
            float root = MathF.Sqrt(x);
            return root * MathF.Sqrt(root);
        }
    }

    private readonly struct AnyPower : ILrnPower
    {
        public static Vector<float> Raise(Vector<float> x, float beta)
        {
            for (int i = 0; i < Vector<float>.Count; i++)
                x = x.WithElement(i, MathF.Pow(x[i], beta));
            return x;
        }

        public static float Raise(float x, float beta) => MathF.Pow(x, beta);
    }
}

/// <summary>How the divisor is raised to β; the same result wherever a channel stands.</summary>
internal interface ILrnPower
{
    static abstract Vector<float> Raise(Vector<float> x, float beta);

    static abstract float Raise(float x, float beta);
}
