using System.Numerics;

namespace Edge.Quantizer.Calibration;

/// <summary>
/// Distribution of one tensor's values over any number of images in constant memory: equal bins over [−Limit, Limit]. A value
/// beyond the limit doubles it, merging bins in pairs, so that one pass over the data suffices.
/// </summary>
/// <param name="threads">Threads that share the values of one call; 0 takes one per core. The counts don't depend on it.</param>
public sealed class Histogram(int threads = 0)
{
    /// <summary>Bins on each side of zero.</summary>
    public const int HalfBins = 4096;

    /// <summary>Values that a thread counts before it looks for more.</summary>
    private const int ValuesPerTask = 1 << 16;

    /// <summary>
    /// Neighbouring values are counted in tables of their own: behind a ReLU most fall into the bin of zero, and one count would wait for
    /// the other.
    /// </summary>
    private const int Tables = 2;

    private readonly ParallelOptions _threads = new() { MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads };

    private readonly long[] _bins = new long[2 * HalfBins];

    /// <summary>Bins in order of value; bin i covers [(i − HalfBins)·BinWidth, (i + 1 − HalfBins)·BinWidth).</summary>
    public ReadOnlySpan<long> Bins => _bins;

    /// <summary>Half the covered range: the smallest power of two above every magnitude seen; 0 until a non-zero value came.</summary>
    public double Limit { get; private set; }

    public double BinWidth => Limit / HalfBins;

    public long Count { get; private set; }

    /// <summary>Smallest value seen, +∞ before the first.</summary>
    public float Min { get; private set; } = float.PositiveInfinity;

    /// <summary>Largest value seen, −∞ before the first.</summary>
    public float Max { get; private set; } = float.NegativeInfinity;

    /// <summary>Value in the middle of a bin.</summary>
    public double Center(int bin) => (bin + 0.5 - HalfBins) * BinWidth;

    /// <summary>Adds values.</summary>
    /// <exception cref="UserException">A value is NaN or infinite: the network overflows on this input.</exception>
    public void Add(float[] values)
    {
        if (values.Length == 0)
            return;

        // Smallest and largest are NaN where one value is.
        float low = TensorPrimitives.Min(values), high = TensorPrimitives.Max(values);
        if (!float.IsFinite(low) || !float.IsFinite(high))
            throw new UserException("the float network computes NaN or infinity; check the model and its preprocessing");
        Min = MathF.Min(Min, low);
        Max = MathF.Max(Max, high);
        Count += values.Length;
        Cover(Math.Max(Math.Abs((double)low), Math.Abs((double)high)));
        if (Limit == 0)
        {
            _bins[HalfBins] += values.Length;
            return;
        }

        if (values.Length < _bins.Length)
        {
            double perBin = HalfBins / Limit;
            foreach (float value in values)
                _bins[Bin(value, perBin)]++;
            return;
        }

        int tasks = (values.Length + ValuesPerTask - 1) / ValuesPerTask;
        Parallel.For(0, tasks, _threads, () => new int[Tables * 2 * HalfBins], CountTask, AddCounts);

        int[] CountTask(int task, ParallelLoopState state, int[] counts)
        {
            int first = task * ValuesPerTask;
            CountInto(counts, values.AsSpan(first, Math.Min(ValuesPerTask, values.Length - first)));
            return counts;
        }

        void AddCounts(int[] counts)
        {
            lock (_bins)
            {
                for (int bin = 0; bin < _bins.Length; bin++)
                {
                    for (int table = 0; table < Tables; table++)
                        _bins[bin] += counts[(bin * Tables) + table];
                }
            }
        }
    }

    /// <summary>Counts values below <see cref="Limit"/> into [bin, table].</summary>
    private void CountInto(Span<int> counts, ReadOnlySpan<float> values)
    {
        double perBin = HalfBins / Limit;
        int done = 0;

        // A power of two, by which floats are multiplied exactly if it is one.
        var factor = new Vector<float>((float)perBin);
        var zeroBin = new Vector<int>(HalfBins);
        Span<int> bins = stackalloc int[Vector<int>.Count];
        for (; float.IsFinite((float)perBin) && done <= values.Length - Vector<float>.Count; done += Vector<float>.Count)
        {
            (Vector.ConvertToInt32(Vector.Floor(new Vector<float>(values[done..]) * factor)) + zeroBin).CopyTo(bins);
            for (int lane = 0; lane < bins.Length; lane++)
                counts[(bins[lane] * Tables) + (lane % Tables)]++;
        }

        for (; done < values.Length; done++)
            counts[Bin(values[done], perBin) * Tables]++;
    }

    private static int Bin(float value, double perBin) => (int)Math.Floor(value * perBin) + HalfBins;

    private void Cover(double magnitude)
    {
        if (magnitude == 0)
            return;
        if (Limit == 0)
        {
            // The zeros counted so far stay in the bin that starts at zero.
            Limit = Math.ScaleB(1, Math.ILogB(magnitude) + 1);
            return;
        }

        while (magnitude >= Limit)
        {
            Span<long> bins = _bins;
            Span<long> positive = bins[HalfBins..], negative = bins[..HalfBins];
            for (int i = 0; i < HalfBins; i++)
                positive[i] = 2 * i < HalfBins ? positive[2 * i] + positive[(2 * i) + 1] : 0;
            for (int i = HalfBins - 1; i >= 0; i--)
            {
                int from = HalfBins - (2 * (HalfBins - i));
                negative[i] = from >= 0 ? negative[from] + negative[from + 1] : 0;
            }

            Limit *= 2;
        }
    }

    /// <summary>Number of values below the lower edge of each bin; one entry more than bins.</summary>
    internal long[] Cumulative()
    {
        var sums = new long[_bins.Length + 1];
        for (int i = 0; i < _bins.Length; i++)
            sums[i + 1] = sums[i] + _bins[i];
        return sums;
    }

    /// <summary>Lower and upper edge of the occupied bins.</summary>
    internal (int First, int End) Occupied()
    {
        int first = _bins.AsSpan().IndexOfAnyExcept(0), last = _bins.AsSpan().LastIndexOfAnyExcept(0);
        return first < 0 ? (HalfBins, HalfBins) : (first, last + 1);
    }
}
