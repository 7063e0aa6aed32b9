using System.Numerics;
using Edge.Runtime.Format;
using Edge.Training.Autograd.Loops;

namespace Edge.Training.Autograd.Operators;

/// <summary>The mean of every window, with or without its padding in the divisor.</summary>
internal sealed class AveragePoolOperator<T> : UnaryOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly WindowTaps _taps;
    private readonly Workers _workers;

    public AveragePoolOperator(Activation<T> input, Activation<T> output, Window window, bool countPadding, Workers workers)
        : base(input, output)
    {
        _workers = workers;
        _taps = new WindowTaps(window, input.Shape, output.Shape, countPadding);
    }

    public override void Forward(in PassContext pass)
    {
        (T[] x, T[] y) = (Input.Data, Output.Data);
        (int channels, int pixels) = (Output.Shape.Channels, Output.Shape.Pixels);
        _workers.Run(pass.Batch, (first, end) =>
        {
            for (int n = first; n < end; n++)
            {
                ReadOnlySpan<T> image = x.AsSpan(n * Input.Shape.Elements, Input.Shape.Elements);
                for (int p = 0; p < pixels; p++)
                {
                    Span<T> mean = y.AsSpan(((n * pixels) + p) * channels, channels);
                    mean.Clear();
                    foreach (Tap tap in _taps.Of(p))
                        RowMath.Add(image.Slice(tap.Offset, channels), mean);
                    RowMath.Scale(mean, T.One / T.CreateChecked(_taps.Divisor(p)), mean);
                }
            }
        });
    }

    public override void Backward(in PassContext pass)
    {
        T[] dy = Output.Gradient;
        T[] dx = Input.OpenGradient(out bool accumulate);
        (int channels, int pixels) = (Output.Shape.Channels, Output.Shape.Pixels);
        _workers.Run(pass.Batch, (first, end) =>
        {
            for (int n = first; n < end; n++)
            {
                Span<T> image = dx.AsSpan(n * Input.Shape.Elements, Input.Shape.Elements);
                if (!accumulate)
                    image.Clear();
                for (int p = 0; p < pixels; p++)
                {
                    T share = T.One / T.CreateChecked(_taps.Divisor(p));
                    foreach (Tap tap in _taps.Of(p))
                        RowMath.AddScaled(dy.AsSpan(((n * pixels) + p) * channels, channels), share, image.Slice(tap.Offset, channels));
                }
            }
        });
    }
}
