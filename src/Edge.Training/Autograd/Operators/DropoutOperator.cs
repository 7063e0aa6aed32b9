using System.Numerics;
using Edge.Training.Autograd.Loops;

namespace Edge.Training.Autograd.Operators;

/// <summary>
/// In training sets a share of the elements to 0 and scales the others so that the mean stays (Srivastava et al., 2014); else
/// copies. Which elements is a function of seed, step, node and place alone: neither threads nor an interrupted run change it.
/// </summary>
internal sealed class DropoutOperator<T>(Activation<T> input, Activation<T> output, float ratio, int node, Workers workers)
    : UnaryOperator<T>(input, output)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // 0 or 1/(1 − ratio) for every element.
    private readonly T[] _mask = new T[input.Data.Length];

    public override void Forward(in PassContext pass)
    {
        (T[] x, T[] y) = (Input.Data, Output.Data);
        int count = pass.Batch * Input.Shape.Elements;
        if (!pass.Training)
        {
            x.AsSpan(0, count).CopyTo(y);
            return;
        }

        ulong key = Mix(pass.Seed + Mix(((ulong)pass.Step << 16) + (ulong)node));
        long threshold = (long)(ratio * 4294967296.0);
        T[] choice = [T.CreateTruncating(1 / (1 - (double)ratio)), T.Zero];
        Partition.Elements(workers, count, (first, end) =>
        {
            for (int i = first; i < end; i++)
            {
                // 1 where the random number is below the threshold, without a branch that nobody could predict.
                long random = (long)(Mix(key + (ulong)i) >> 32);
                _mask[i] = choice[((random - threshold) >> 63) & 1];
                y[i] = x[i] * _mask[i];
            }
        });
    }

    public override void Backward(in PassContext pass)
    {
        T[] dy = Output.Gradient;
        T[] dx = Input.OpenGradient(out bool accumulate);
        Partition.Elements(workers, pass.Batch * Input.Shape.Elements, (first, end) =>
        {
            for (int i = first; i < end; i++)
                dx[i] = (accumulate ? dx[i] : T.Zero) + (dy[i] * _mask[i]);
        });
    }

    /// <summary>SplitMix64's step and finaliser (Steele et al., 2014).</summary>
    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
