using System.Numerics;
using System.Runtime.InteropServices;
using Edge.Training.Autograd.Operators;

namespace Edge.Training.Autograd.Loops;

/// <summary>Linear functions with coefficients per channel over NHWC memory.</summary>
internal sealed class ChannelAffine<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _channels;
    private readonly Workers _workers;
    private readonly ChannelPattern _pattern;
    private readonly T[] _row;
    private readonly T[][] _coefficients;

    public ChannelAffine(int channels, Workers workers)
    {
        (_channels, _workers) = (channels, workers);
        _pattern = ChannelPattern.For<T>(channels);
        _row = new T[channels];
        _coefficients = [.. Enumerable.Range(0, 4).Select(_ => new T[_pattern.Length])];
    }

    /// <summary>y = clamp(factor · x + offset).</summary>
    public void Forward(T[] x, T[] y, int rows, Func<int, double> factor, Func<int, double> offset, ClampBounds<T> bounds)
    {
        Spread(0, factor);
        Spread(1, offset);
        (T[] f, T[] o, int length) = (_coefficients[0], _coefficients[1], _pattern.Length);
        Patterns(rows, (first, end) =>
        {
            for (int i = first; i < end; i += length)
            {
                int count = Math.Min(length, end - i);
                Forward(x.AsSpan(i, count), y.AsSpan(i, count), f, o, bounds);
            }
        });
    }

    /// <summary>dx = f · d + g · (x − m) + o, added to dx or not, where d is dy inside the bounds of y and 0 outside.</summary>
    public void Backward(
        (T[] X, T[] Y, T[] Dy, T[] Dx) data,
        int rows,
        (Func<int, double> F, Func<int, double> G, Func<int, double> M, Func<int, double> O) coefficients,
        ClampBounds<T> bounds,
        bool accumulate)
    {
        Spread(0, coefficients.F);
        Spread(1, coefficients.G);
        Spread(2, coefficients.M);
        Spread(3, coefficients.O);
        (T[][] c, int length) = (_coefficients, _pattern.Length);
        (T[] x, T[] y, T[] dy, T[] dx) = data;
        Patterns(rows, (first, end) =>
        {
            for (int i = first; i < end; i += length)
            {
                int count = Math.Min(length, end - i);
                var slices = new Slices(x.AsSpan(i, count), y.AsSpan(i, count), dy.AsSpan(i, count), dx.AsSpan(i, count));
                Backward(slices, c, bounds, accumulate);
            }
        });
    }

    /// <summary>Calls the body on ranges of elements that start with a pattern.</summary>
    private void Patterns(int rows, Action<int, int> body)
    {
        int elements = rows * _channels;
        int length = _pattern.Length;
        _workers.Run((elements + length - 1) / length, (first, end) => body(first * length, Math.Min(elements, end * length)));
    }

    private void Spread(int index, Func<int, double> value)
    {
        for (int c = 0; c < _channels; c++)
            _row[c] = T.CreateTruncating(value(c));
        _pattern.Spread(_row, _coefficients[index]);
    }

    private static void Forward(ReadOnlySpan<T> x, Span<T> y, T[] factor, T[] offset, ClampBounds<T> bounds)
    {
        ref T px = ref MemoryMarshal.GetReference(x);
        ref T py = ref MemoryMarshal.GetReference(y);
        ref T pf = ref MemoryMarshal.GetArrayDataReference(factor);
        ref T po = ref MemoryMarshal.GetArrayDataReference(offset);
        (var low, var high) = (new Vector<T>(bounds.Low), new Vector<T>(bounds.High));
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> result = (Vector.LoadUnsafe(ref px, (nuint)i) * Vector.LoadUnsafe(ref pf, (nuint)i))
                + Vector.LoadUnsafe(ref po, (nuint)i);
            Vector.MinNative(high, Vector.MaxNative(low, result)).StoreUnsafe(ref py, (nuint)i);
        }

        for (; i < x.Length; i++)
            y[i] = bounds.Apply((x[i] * factor[i]) + offset[i]);
    }

    private static void Backward(Slices data, T[][] coefficients, ClampBounds<T> bounds, bool accumulate)
    {
        ref T px = ref MemoryMarshal.GetReference(data.X);
        ref T py = ref MemoryMarshal.GetReference(data.Y);
        ref T pdy = ref MemoryMarshal.GetReference(data.Dy);
        ref T pdx = ref MemoryMarshal.GetReference(data.Dx);
        ref T pf = ref MemoryMarshal.GetArrayDataReference(coefficients[0]);
        ref T pg = ref MemoryMarshal.GetArrayDataReference(coefficients[1]);
        ref T pm = ref MemoryMarshal.GetArrayDataReference(coefficients[2]);
        ref T po = ref MemoryMarshal.GetArrayDataReference(coefficients[3]);
        (var low, var high) = (new Vector<T>(bounds.Low), new Vector<T>(bounds.High));
        bool bounded = !bounds.IsNone;
        int i = 0;
        for (; i <= data.X.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            nuint at = (nuint)i;
            Vector<T> d = Vector.LoadUnsafe(ref pdy, at);
            if (bounded)
            {
                Vector<T> result = Vector.LoadUnsafe(ref py, at);
                d = Vector.BitwiseAnd(
                    d, Vector.BitwiseAnd(Vector.GreaterThan(result, low), Vector.LessThan(result, high)));
            }

            Vector<T> dx = (d * Vector.LoadUnsafe(ref pf, at)) + Vector.LoadUnsafe(ref po, at)
                + ((Vector.LoadUnsafe(ref px, at) - Vector.LoadUnsafe(ref pm, at)) * Vector.LoadUnsafe(ref pg, at));
            (accumulate ? Vector.LoadUnsafe(ref pdx, at) + dx : dx).StoreUnsafe(ref pdx, at);
        }

        for (; i < data.X.Length; i++)
        {
            T d = bounded ? bounds.Pass(data.Y[i], data.Dy[i]) : data.Dy[i];
            T dx = (d * coefficients[0][i]) + coefficients[3][i] + ((data.X[i] - coefficients[2][i]) * coefficients[1][i]);
            data.Dx[i] = accumulate ? data.Dx[i] + dx : dx;
        }
    }

    private readonly ref struct Slices(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx)
    {
        public readonly ReadOnlySpan<T> X = x;
        public readonly ReadOnlySpan<T> Y = y;
        public readonly ReadOnlySpan<T> Dy = dy;
        public readonly Span<T> Dx = dx;
    }
}
