using Edge.Quantizer.Calibration;
using Edge.Runtime.Format;
using Edge.Training.Autograd;
using Edge.Training.Autograd.Loops;
using Edge.Training.Autograd.Operators;

namespace Edge.Training.Quantization;

/// <summary>The runtime's average: the integer sum over the window, requantized with sx / (sy · count) in float32.</summary>
internal sealed class QuantizedAveragePoolOperator : UnaryOperator<float>
{
    private readonly WindowTaps _taps;
    private readonly ActivationRange _inputRange;
    private readonly OutputQuantizer _quantizer;
    private readonly GradientPool<float> _pool;
    private readonly Workers _workers;
    private readonly float[] _steps;

    public QuantizedAveragePoolOperator(
        Activation<float> input,
        Activation<float> output,
        (Window Window, bool CountPadding) window,
        ActivationRange inputRange,
        OutputQuantizer quantizer,
        GradientPool<float> pool,
        Workers workers)
        : base(input, output)
    {
        _taps = new WindowTaps(window.Window, input.Shape, output.Shape, window.CountPadding);
        (_inputRange, _quantizer, _pool, _workers) = (inputRange, quantizer, pool, workers);
        _steps = new float[output.Data.Length];
    }

    public override void Forward(in PassContext pass)
    {
        int count = pass.Batch * Output.Shape.Elements;
        if (_quantizer.IsCalibrating)
        {
            Sum(Input.Data, pass.Batch, positions => 1f / positions);
            _quantizer.Calibrate(_steps, Output.Data, count);
            return;
        }

        QuantizationParameters y = _quantizer.Begin();
        float inputScale = _inputRange.Parameters.Scale;
        float[] codes = _pool.Rent(Input.Data.Length);
        Steps.Of(Input.Data, codes, pass.Batch * Input.Shape.Elements, inputScale, _workers);
        Sum(codes, pass.Batch, positions => inputScale / (y.Scale * positions));
        _pool.Return(codes);
        _quantizer.Forward(_steps, Output.Data, count, y.Scale);
    }

    public override void Backward(in PassContext pass)
    {
        int count = pass.Batch * Output.Shape.Elements;
        (int channels, int pixels) = (Output.Shape.Channels, Output.Shape.Pixels);
        float[] d = _pool.Rent(Output.Data.Length);
        _quantizer.Backward(_steps, Output.Gradient, d, count, accumulate: false);
        float[] dx = Input.OpenGradient(out bool accumulate);
        _workers.Run(pass.Batch, (first, end) =>
        {
            for (int n = first; n < end; n++)
            {
                Span<float> image = dx.AsSpan(n * Input.Shape.Elements, Input.Shape.Elements);
                if (!accumulate)
                    image.Clear();
                for (int p = 0; p < pixels; p++)
                {
                    ReadOnlySpan<float> mean = d.AsSpan(((n * pixels) + p) * channels, channels);
                    foreach (Tap tap in _taps.Of(p))
                        RowMath.AddScaled(mean, 1f / _taps.Divisor(p), image.Slice(tap.Offset, channels));
                }
            }
        });
        _pool.Return(d);
    }

    private void Sum(float[] x, int batch, Func<int, float> multiplier)
    {
        (int channels, int pixels) = (Output.Shape.Channels, Output.Shape.Pixels);
        _workers.Run(batch, (first, end) =>
        {
            for (int n = first; n < end; n++)
            {
                ReadOnlySpan<float> image = x.AsSpan(n * Input.Shape.Elements, Input.Shape.Elements);
                for (int p = 0; p < pixels; p++)
                {
                    Span<float> sum = _steps.AsSpan(((n * pixels) + p) * channels, channels);
                    sum.Clear();
                    foreach (Tap tap in _taps.Of(p))
                        RowMath.Add(image.Slice(tap.Offset, channels), sum);
                    RowMath.Scale(sum, multiplier(_taps.Divisor(p)), sum);
                }
            }
        });
    }
}
