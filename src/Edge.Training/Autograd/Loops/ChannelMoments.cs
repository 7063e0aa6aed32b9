using System.Numerics;
using System.Runtime.InteropServices;
using Edge.Training.Autograd.Operators;

namespace Edge.Training.Autograd.Loops;

/// <summary>
/// Sums over all pixels of NHWC memory, for each channel. Blocks that stay in the cache are added up in T, blocks
/// in double precision.
/// </summary>
internal sealed class ChannelMoments<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Elements of a block, about: it stays in the second-level cache.</summary>
    private const int BlockElements = 16384;

    /// <summary>Patterns of a block at least: its sums per channel must not cost more than its elements.</summary>
    private const int BlockPatterns = 16;

    private readonly int _channels;
    private readonly Workers _workers;
    private readonly ChannelPattern _pattern;
    private readonly int _blockRows;
    private readonly Part[] _parts;

    public ChannelMoments(int channels, Workers workers)
    {
        (_channels, _workers) = (channels, workers);
        _pattern = ChannelPattern.For<T>(channels);
        int patternRows = _pattern.Length / channels;
        _blockRows = Math.Max(BlockPatterns, BlockElements / _pattern.Length) * patternRows;
        _parts = [.. Enumerable.Range(0, workers.Count).Select(_ => new Part(channels, _pattern.Length))];
    }

    /// <summary>Mean and variance (divided by n) of each channel.</summary>
    /// <param name="x">[rows, channels].</param>
    /// <param name="rows">Pixels of all images.</param>
    /// <param name="mean">Receives the means.</param>
    /// <returns>The variances, valid until the next call.</returns>
    public double[] MeanAndVariance(T[] x, int rows, double[] mean)
    {
        Partition.Parts(_workers, rows, (w, first, end) => Moments(_parts[w], x, first, end));
        Part total = _parts[0];
        for (int w = 1; w < _parts.Length; w++)
            total.Merge(_parts[w].Count, _parts[w].First, _parts[w].Second);
        total.First.CopyTo(mean, 0);
        for (int c = 0; c < _channels; c++)
            total.Second[c] /= rows;
        return total.Second;
    }

    /// <summary>Σ d and Σ d · (x − mean) of each channel, where d is dy inside the bounds of y and 0 outside.</summary>
    /// <returns>Valid until the next call.</returns>
    public (double[] Sum, double[] Product) Products(T[] x, T[] y, T[] dy, int rows, double[] mean, ClampBounds<T> bounds)
    {
        Partition.Parts(_workers, rows, (w, first, end) => Products(_parts[w], (x, y, dy), (first, end), mean, bounds));
        Part total = _parts[0];
        for (int w = 1; w < _parts.Length; w++)
        {
            for (int c = 0; c < _channels; c++)
            {
                total.First[c] += _parts[w].First[c];
                total.Second[c] += _parts[w].Second[c];
            }
        }

        return (total.First, total.Second);
    }

    private void Moments(Part part, T[] x, int first, int end)
    {
        part.Clear();
        Span<T> sums = part.SumPattern;
        Span<T> means = part.MeanPattern;
        for (int row = first; row < end; row += _blockRows)
        {
            int rows = Math.Min(_blockRows, end - row);
            double share = 1.0 / rows;
            ReadOnlySpan<T> block = x.AsSpan(row * _channels, rows * _channels);
            Array.Clear(part.BlockMean);
            Array.Clear(part.BlockSquares);
            for (int i = 0; i < block.Length; i += _pattern.Length)
                RowMath.Add(block.Slice(i, Math.Min(_pattern.Length, block.Length - i)), sums);
            _pattern.Drain(sums, part.BlockMean);
            for (int c = 0; c < _channels; c++)
            {
                // The deviations are measured from the mean as T holds it; Merge must use that one.
                double mean = part.BlockMean[c] * share;
                part.MeanRow[c] = T.CreateTruncating(mean);
                part.BlockResidue[c] = mean - double.CreateTruncating(part.MeanRow[c]);
                part.BlockMean[c] = mean;
            }

            _pattern.Spread(part.MeanRow, means);
            for (int i = 0; i < block.Length; i += _pattern.Length)
                AddSquares(block.Slice(i, Math.Min(_pattern.Length, block.Length - i)), means, sums);
            _pattern.Drain(sums, part.BlockSquares);
            for (int c = 0; c < _channels; c++)
                part.BlockSquares[c] = Math.Max(0, part.BlockSquares[c] - (rows * part.BlockResidue[c] * part.BlockResidue[c]));
            part.Merge(rows, part.BlockMean, part.BlockSquares);
        }
    }

    private static void AddSquares(ReadOnlySpan<T> x, ReadOnlySpan<T> mean, Span<T> sums)
    {
        ref T px = ref MemoryMarshal.GetReference(x);
        ref T pm = ref MemoryMarshal.GetReference(mean[..x.Length]);
        ref T ps = ref MemoryMarshal.GetReference(sums[..x.Length]);
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> d = Vector.LoadUnsafe(ref px, (nuint)i) - Vector.LoadUnsafe(ref pm, (nuint)i);
            (Vector.LoadUnsafe(ref ps, (nuint)i) + (d * d)).StoreUnsafe(ref ps, (nuint)i);
        }

        for (; i < x.Length; i++)
            sums[i] += (x[i] - mean[i]) * (x[i] - mean[i]);
    }

    private void Products(
        Part part, (T[] X, T[] Y, T[] Dy) data, (int First, int End) range, double[] mean, ClampBounds<T> bounds)
    {
        part.Clear();
        Span<T> sums = part.SumPattern;
        Span<T> products = part.ProductPattern;
        for (int c = 0; c < _channels; c++)
            part.MeanRow[c] = T.CreateTruncating(mean[c]);
        _pattern.Spread(part.MeanRow, part.MeanPattern);
        for (int row = range.First; row < range.End; row += _blockRows)
        {
            int start = row * _channels;
            int end = start + (Math.Min(_blockRows, range.End - row) * _channels);
            for (int i = start; i < end; i += _pattern.Length)
            {
                int count = Math.Min(_pattern.Length, end - i);
                AddProducts(
                    data.X.AsSpan(i, count), data.Y.AsSpan(i, count), data.Dy.AsSpan(i, count), part.MeanPattern, sums, products, bounds);
            }

            _pattern.Drain(sums, part.First);
            _pattern.Drain(products, part.Second);
        }
    }

    private static void AddProducts(
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> y,
        ReadOnlySpan<T> dy,
        ReadOnlySpan<T> mean,
        Span<T> sums,
        Span<T> products,
        ClampBounds<T> bounds)
    {
        ref T px = ref MemoryMarshal.GetReference(x);
        ref T py = ref MemoryMarshal.GetReference(y);
        ref T pdy = ref MemoryMarshal.GetReference(dy);
        ref T pm = ref MemoryMarshal.GetReference(mean);
        ref T ps = ref MemoryMarshal.GetReference(sums);
        ref T pp = ref MemoryMarshal.GetReference(products);
        (var low, var high) = (new Vector<T>(bounds.Low), new Vector<T>(bounds.High));
        bool bounded = !bounds.IsNone;
        int i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> d = Vector.LoadUnsafe(ref pdy, (nuint)i);
            if (bounded)
            {
                Vector<T> result = Vector.LoadUnsafe(ref py, (nuint)i);
                d = Vector.BitwiseAnd(
                    d, Vector.BitwiseAnd(Vector.GreaterThan(result, low), Vector.LessThan(result, high)));
            }

            Vector<T> deviation = Vector.LoadUnsafe(ref px, (nuint)i) - Vector.LoadUnsafe(ref pm, (nuint)i);
            (Vector.LoadUnsafe(ref ps, (nuint)i) + d).StoreUnsafe(ref ps, (nuint)i);
            (Vector.LoadUnsafe(ref pp, (nuint)i) + (d * deviation)).StoreUnsafe(ref pp, (nuint)i);
        }

        for (; i < x.Length; i++)
        {
            T d = bounded ? bounds.Pass(y[i], dy[i]) : dy[i];
            sums[i] += d;
            products[i] += d * (x[i] - mean[i]);
        }
    }

    /// <summary>One worker's sums.</summary>
    private sealed class Part(int channels, int patternLength)
    {
        /// <summary>Means, or the first sum.</summary>
        public double[] First { get; } = new double[channels];

        /// <summary>Sums of squared deviations, or the second sum.</summary>
        public double[] Second { get; } = new double[channels];

        public double[] BlockMean { get; } = new double[channels];

        public double[] BlockSquares { get; } = new double[channels];

        public double[] BlockResidue { get; } = new double[channels];

        public T[] MeanRow { get; } = new T[channels];

        public T[] MeanPattern { get; } = new T[patternLength];

        public T[] SumPattern { get; } = new T[patternLength];

        public T[] ProductPattern { get; } = new T[patternLength];

        public long Count { get; private set; }

        public void Clear()
        {
            Count = 0;
            Array.Clear(First);
            Array.Clear(Second);
        }

        /// <summary>Joins means and sums of squared deviations of two sets (Chan, Golub and LeVeque, 1979).</summary>
        public void Merge(long count, double[] mean, double[] squares)
        {
            if (count == 0)
                return;
            long total = Count + count;
            double share = (double)count / total;
            double cross = (double)Count * share;
            for (int c = 0; c < First.Length; c++)
            {
                double distance = mean[c] - First[c];
                First[c] += distance * share;
                Second[c] += squares[c] + (distance * distance * cross);
            }

            Count = total;
        }
    }
}
