using System.Numerics;
using System.Runtime.InteropServices;
using Edge.Runtime.Format;
using Edge.Training.Autograd.Loops;

namespace Edge.Training.Autograd.Operators;

/// <summary>
/// The largest value of every window; padding never wins. Which tap won is kept for every element, so that the gradient goes
/// back there; of equals the first.
/// </summary>
internal sealed class MaxPoolOperator<T> : UnaryOperator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly WindowTaps _taps;
    private readonly Workers _workers;

    // The winning tap's number, as a T so that it goes through the same vectors.
    private readonly T[] _winners;

    public MaxPoolOperator(Activation<T> input, Activation<T> output, Window window, Workers workers)
        : base(input, output)
    {
        _workers = workers;
        _taps = new WindowTaps(window, input.Shape, output.Shape, countPadding: false);
        _winners = new T[output.Data.Length];
    }

    public override void Forward(in PassContext pass)
    {
        (T[] x, T[] y) = (Input.Data, Output.Data);
        (int channels, int pixels) = (Output.Shape.Channels, Output.Shape.Pixels);
        _workers.Run(pass.Batch, (first, end) =>
        {
            for (int n = first; n < end; n++)
            {
                int image = n * Input.Shape.Elements;
                for (int p = 0; p < pixels; p++)
                {
                    int at = ((n * pixels) + p) * channels;
                    Pixel(x.AsSpan(image), _taps.Of(p), y.AsSpan(at, channels), _winners.AsSpan(at, channels));
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
                    int at = ((n * pixels) + p) * channels;
                    ReadOnlySpan<Tap> taps = _taps.Of(p);
                    for (int t = 0; t < taps.Length; t++)
                        AddWhereWon(dy.AsSpan(at, channels), _winners.AsSpan(at, channels), t, image.Slice(taps[t].Offset, channels));
                }
            }
        });
    }

    private static void Pixel(ReadOnlySpan<T> image, ReadOnlySpan<Tap> taps, Span<T> y, Span<T> winners)
    {
        if (taps.IsEmpty)
        {
            // A dilated window may step over a small image.
            y.Fill(T.NegativeInfinity);
            return;
        }

        ref T px = ref MemoryMarshal.GetReference(image);
        ref T py = ref MemoryMarshal.GetReference(y);
        ref T pw = ref MemoryMarshal.GetReference(winners);
        int c = 0;
        for (; c <= y.Length - Vector<T>.Count; c += Vector<T>.Count)
        {
            Vector<T> best = Vector.LoadUnsafe(ref px, (nuint)(taps[0].Offset + c));
            Vector<T> winner = Vector<T>.Zero;
            for (int t = 1; t < taps.Length; t++)
            {
                Vector<T> x = Vector.LoadUnsafe(ref px, (nuint)(taps[t].Offset + c));
                Vector<T> larger = Vector.GreaterThan(x, best);
                winner = Vector.ConditionalSelect(larger, new Vector<T>(T.CreateTruncating(t)), winner);
                best = Vector.ConditionalSelect(larger, x, best);
            }

            best.StoreUnsafe(ref py, (nuint)c);
            winner.StoreUnsafe(ref pw, (nuint)c);
        }

        for (; c < y.Length; c++)
        {
            (y[c], winners[c]) = (image[taps[0].Offset + c], T.Zero);
            for (int t = 1; t < taps.Length; t++)
            {
                if (image[taps[t].Offset + c] > y[c])
                    (y[c], winners[c]) = (image[taps[t].Offset + c], T.CreateTruncating(t));
            }
        }
    }

    private static void AddWhereWon(ReadOnlySpan<T> dy, ReadOnlySpan<T> winners, int tap, Span<T> dx)
    {
        ref T pdy = ref MemoryMarshal.GetReference(dy);
        ref T pw = ref MemoryMarshal.GetReference(winners);
        ref T pdx = ref MemoryMarshal.GetReference(dx);
        T number = T.CreateTruncating(tap);
        var numbers = new Vector<T>(number);
        int c = 0;
        for (; c <= dy.Length - Vector<T>.Count; c += Vector<T>.Count)
        {
            Vector<T> won = Vector.Equals(Vector.LoadUnsafe(ref pw, (nuint)c), numbers);
            Vector<T> gradient = Vector.BitwiseAnd(Vector.LoadUnsafe(ref pdy, (nuint)c), won);
            (Vector.LoadUnsafe(ref pdx, (nuint)c) + gradient).StoreUnsafe(ref pdx, (nuint)c);
        }

        for (; c < dy.Length; c++)
        {
            if (winners[c] == number)
                dx[c] += dy[c];
        }
    }
}
