using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Runtime.Kernels.Float;

/// <summary>
/// Depthwise float32 convolution (one input, one output channel per group) over NHWC, straight from the input. A piece is one
/// row of the output. Every output is one chain of fused multiply-adds in the order of the window.
/// </summary>
internal sealed unsafe class FloatDepthwise : PreparedOperator
{
    private readonly FloatImage _input;
    private readonly FloatImage _output;
    private readonly Window _window;
    private readonly nint _weightStride;
    private readonly float* _weights;
    private readonly float* _bias;
    private readonly float _low;
    private readonly float _high;

    public FloatDepthwise(FloatConvOperator op, PreparationContext context)
    {
        _input = new FloatImage(context.Tensor(op.Inputs[0]));
        _output = new FloatImage(context.Tensor(op.Outputs[0]));
        _window = op.Window;
        _low = op.Low ?? float.NegativeInfinity;
        _high = op.High ?? float.PositiveInfinity;

        // [tap][channel], channels rounded up to whole vectors.
        int channels = _output.Channels, taps = _window.KernelHeight * _window.KernelWidth;
        _weightStride = (channels + 7) / 8 * 8;
        _weights = (float*)context.Allocate((nuint)taps * (nuint)_weightStride * sizeof(float));
        _bias = (float*)context.Allocate((nuint)_weightStride * sizeof(float));
        ReadOnlySpan<float> weights = context.Constant<float>(op.Weights);
        for (int c = 0; c < channels; c++)
        {
            for (int t = 0; t < taps; t++)
                _weights[(t * _weightStride) + c] = weights[(c * taps) + t];
        }

        context.Constant<float>(op.Bias).CopyTo(new Span<float>(_bias, channels));
    }

    public override int Pieces => _output.Batch * _output.Height;

    public override long MultiplyAccumulates => (long)_output.Pixels * _output.Channels * _window.KernelHeight * _window.KernelWidth;

    public override string Kernel => "FloatDepthwise-Vector256";

    public override void Run(int first, int end)
    {
        for (int line = first; line < end; line++)
        {
            int n = line / _output.Height, oy = line % _output.Height;
            WindowSpan rows = WindowSpan.Rows(_window, oy, _input.Height);
            for (int ox = 0; ox < _output.Width; ox++)
                Pixel(n, rows, WindowSpan.Columns(_window, ox, _input.Width), _output.Pixel(n, oy, ox));
        }
    }

    private void Pixel(int n, WindowSpan rows, WindowSpan columns, float* output)
    {
        int channels = _output.Channels, c = 0;
        for (; c <= channels - 16; c += 16)
        {
            (Vector256<float> sum0, Vector256<float> sum1) = (Vector256.Load(_bias + c), Vector256.Load(_bias + c + 8));
            for (int ky = rows.First; ky < rows.End; ky++)
            {
                float* x = _input.Pixel(n, rows.Position(ky), columns.Position(columns.First)) + c;
                float* w = _weights + (((ky * _window.KernelWidth) + columns.First) * _weightStride) + c;
                for (int kx = columns.First; kx < columns.End; kx++)
                {
                    sum0 = Vector256.FusedMultiplyAdd(Vector256.Load(x), Vector256.Load(w), sum0);
                    sum1 = Vector256.FusedMultiplyAdd(Vector256.Load(x + 8), Vector256.Load(w + 8), sum1);
                    x += _window.DilationX * _input.Stride;
                    w += _weightStride;
                }
            }

            Bound(sum0).Store(output + c);
            Bound(sum1).Store(output + c + 8);
        }

        for (; c < channels; c += 8)
        {
            Vector256<float> sum = Vector256.Load(_bias + c);
            for (int ky = rows.First; ky < rows.End; ky++)
            {
                float* x = _input.Pixel(n, rows.Position(ky), columns.Position(columns.First)) + c;
                float* w = _weights + (((ky * _window.KernelWidth) + columns.First) * _weightStride) + c;
                for (int kx = columns.First; kx < columns.End; kx++)
                {
                    // The last vector may read past the channels of the pixel, never past the readable bytes behind the tensor.
                    sum = Vector256.FusedMultiplyAdd(Vector256.Load(x), Vector256.Load(w), sum);
                    x += _window.DilationX * _input.Stride;
                    w += _weightStride;
                }
            }

            Vector256<float> y = Bound(sum);
            if (channels - c >= 8)
                y.Store(output + c);
            else
                new ReadOnlySpan<float>(&y, channels - c).CopyTo(new Span<float>(output + c, channels - c));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<float> Bound(Vector256<float> y) =>
        Vector256.MinNative(Vector256.MaxNative(y, Vector256.Create(_low)), Vector256.Create(_high));
}
