using System.Numerics;
using Edge.Training.Autograd.Loops;

namespace Edge.Training.Autograd.Operators;

/// <summary>x for x ≥ 0, else slope · x, with one trained slope per channel or one for all (He et al., 2015).</summary>
internal sealed class PReluOperator<T> : UnaryOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Parameter<T> _slope;
    private readonly Workers _workers;
    private readonly double[][] _sums;

    /// <param name="slope">[channels] in any shape, or one number.</param>
    public PReluOperator(Activation<T> input, Activation<T> output, Parameter<T> slope, Workers workers)
        : base(input, output)
    {
        (_slope, _workers) = (slope, workers);
        _sums = [.. Enumerable.Range(0, workers.Count).Select(_ => new double[slope.Value.Length])];
    }

    public override IEnumerable<Parameter<T>> Parameters => [_slope];

    public override void Forward(in PassContext pass)
    {
        (T[] x, T[] y, T[] slope) = (Input.Data, Output.Data, _slope.Value);
        (int channels, int step) = (Input.Shape.Channels, slope.Length == 1 ? 0 : 1);
        _workers.Run(pass.Batch * Input.Shape.Pixels, (first, end) =>
        {
            for (int p = first; p < end; p++)
            {
                for (int c = 0, i = p * channels; c < channels; c++, i++)
                    y[i] = x[i] >= T.Zero ? x[i] : x[i] * slope[c * step];
            }
        });
    }

    public override void Backward(in PassContext pass)
    {
        (T[] x, T[] dy, T[] slope) = (Input.Data, Output.Gradient, _slope.Value);
        bool accumulate = false;
        T[]? dx = Input.NeedsGradient ? Input.OpenGradient(out accumulate) : null;
        (int channels, int step) = (Input.Shape.Channels, slope.Length == 1 ? 0 : 1);
        Partition.Parts(_workers, pass.Batch * Input.Shape.Pixels, (w, first, end) =>
        {
            double[] sums = _sums[w];
            Array.Clear(sums);
            for (int p = first; p < end; p++)
            {
                for (int c = 0, i = p * channels; c < channels; c++, i++)
                {
                    bool positive = x[i] >= T.Zero;
                    if (!positive)
                        sums[c * step] += double.CreateTruncating(x[i] * dy[i]);
                    if (dx is not null)
                        dx[i] = (accumulate ? dx[i] : T.Zero) + (positive ? dy[i] : dy[i] * slope[c * step]);
                }
            }
        });
        for (int c = 0; c < slope.Length; c++)
            _slope.Gradient[c] += T.CreateTruncating(_sums.Sum(sums => sums[c]));
    }
}
