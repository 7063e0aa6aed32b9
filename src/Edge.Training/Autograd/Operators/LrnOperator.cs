using System.Numerics;

namespace Edge.Training.Autograd.Operators;

/// <summary>
/// Local response normalization across channels (Krizhevsky et al., 2012): y = x / s^beta with
/// s = bias + alpha / size · Σ x² over the <paramref name="size"/> channels around each.
/// </summary>
internal sealed class LrnOperator<T>(
    Activation<T> input, Activation<T> output, int size, (float Alpha, float Beta, float Bias) constants, Workers workers)
    : UnaryOperator<T>(input, output)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T _alpha = T.CreateChecked(constants.Alpha) / T.CreateChecked(size);
    private readonly T _beta = T.CreateChecked(constants.Beta);
    private readonly T _bias = T.CreateChecked(constants.Bias);
    private readonly T[] _sums = new T[input.Data.Length];

    private int Before => (size - 1) / 2;

    private int After => size - 1 - Before;

    public override void Forward(in PassContext pass)
    {
        (T[] x, T[] y) = (Input.Data, Output.Data);
        int channels = Input.Shape.Channels;
        workers.Run(pass.Batch * Input.Shape.Pixels, (first, end) =>
        {
            for (int p = first; p < end; p++)
            {
                int start = p * channels;
                for (int c = 0; c < channels; c++)
                {
                    T sum = T.Zero;
                    for (int i = Math.Max(0, c - Before); i <= Math.Min(channels - 1, c + After); i++)
                        sum += x[start + i] * x[start + i];
                    _sums[start + c] = _bias + (_alpha * sum);
                    y[start + c] = x[start + c] / T.Pow(_sums[start + c], _beta);
                }
            }
        });
    }

    public override void Backward(in PassContext pass)
    {
        (T[] x, T[] y, T[] dy) = (Input.Data, Output.Data, Output.Gradient);
        T[] dx = Input.OpenGradient(out bool accumulate);
        int channels = Input.Shape.Channels;
        T factor = (T.One + T.One) * _alpha * _beta;
        workers.Run(pass.Batch * Input.Shape.Pixels, (first, end) =>
        {
            for (int p = first; p < end; p++)
            {
                int start = p * channels;
                for (int c = 0; c < channels; c++)
                {
                    // Channel c stands in the windows of these.
                    T cross = T.Zero;
                    for (int i = Math.Max(0, c - After); i <= Math.Min(channels - 1, c + Before); i++)
                        cross += dy[start + i] * y[start + i] / _sums[start + i];
                    T gradient = (dy[start + c] / T.Pow(_sums[start + c], _beta)) - (factor * x[start + c] * cross);
                    dx[start + c] = accumulate ? dx[start + c] + gradient : gradient;
                }
            }
        });
    }
}
