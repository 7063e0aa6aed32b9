using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Softmax;

/// <summary>
/// Softmax over the last axis, see <see cref="SoftmaxOperator"/>: the one form for every instruction set, because the order of the
/// sum is part of the definition and a classifier runs it once.
/// </summary>
internal sealed unsafe class SoftmaxScalar : PreparedOperator
{
    private readonly TensorView _input;
    private readonly TensorView _output;
    private readonly float* _exponentials;

    public SoftmaxScalar(SoftmaxOperator op, PreparationContext context)
    {
        (_input, _output) = (context.Tensor(op.Inputs[0]), context.Tensor(op.Outputs[0]));
        _exponentials = (float*)context.Allocate(256 * sizeof(float));
        context.Constant<float>(op.Exponentials)[..256].CopyTo(new Span<float>(_exponentials, 256));
        Pieces = _input.Shape[..^1].Aggregate(1, (a, b) => a * b);
    }

    /// <summary>Rows.</summary>
    public override int Pieces { get; }

    public override string Kernel => "SoftmaxScalar";

    public override void Run(int first, int end)
    {
        for (int row = first; row < end; row++)
        {
            var x = new ReadOnlySpan<sbyte>(_input.Int8 + ((nint)row * _input.RowStride), _input.Channels);
            float* p = _output.Float32 + ((nint)row * _output.RowStride);
            int max = -128;
            foreach (sbyte value in x)
                max = Math.Max(max, value);

            float sum = 0;
            for (int i = 0; i < x.Length; i++)
            {
                p[i] = _exponentials[max - x[i]];
                sum += p[i];
            }

            for (int i = 0; i < x.Length; i++)
                p[i] /= sum;
        }
    }
}
