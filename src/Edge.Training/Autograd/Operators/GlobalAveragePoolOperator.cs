using System.Numerics;
using Edge.Training.Autograd.Loops;

namespace Edge.Training.Autograd.Operators;

/// <summary>The mean of every channel over all pixels.</summary>
internal sealed class GlobalAveragePoolOperator<T>(Activation<T> input, Activation<T> output, Workers workers)
    : UnaryOperator<T>(input, output)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override void Forward(in PassContext pass)
    {
        (T[] x, T[] y) = (Input.Data, Output.Data);
        (int pixels, int channels) = (Input.Shape.Pixels, Input.Shape.Channels);
        T share = T.One / T.CreateChecked(pixels);
        workers.Run(pass.Batch, (first, end) =>
        {
            for (int n = first; n < end; n++)
            {
                Span<T> mean = y.AsSpan(n * channels, channels);
                mean.Clear();
                for (int p = 0; p < pixels; p++)
                    RowMath.Add(x.AsSpan(((n * pixels) + p) * channels, channels), mean);
                RowMath.Scale(mean, share, mean);
            }
        });
    }

    public override void Backward(in PassContext pass)
    {
        T[] dy = Output.Gradient;
        T[] dx = Input.OpenGradient(out bool accumulate);
        (int pixels, int channels) = (Input.Shape.Pixels, Input.Shape.Channels);
        T share = T.One / T.CreateChecked(pixels);
        workers.Run(pass.Batch, (first, end) =>
        {
            for (int n = first; n < end; n++)
            {
                ReadOnlySpan<T> mean = dy.AsSpan(n * channels, channels);
                for (int p = 0; p < pixels; p++)
                {
                    Span<T> pixel = dx.AsSpan(((n * pixels) + p) * channels, channels);
                    if (accumulate)
                        RowMath.AddScaled(mean, share, pixel);
                    else
                        RowMath.Scale(mean, share, pixel);
                }
            }
        });
    }
}
