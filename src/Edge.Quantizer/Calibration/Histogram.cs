namespace Edge.Quantizer.Calibration;

/// <summary>
/// Distribution of one tensor's values over any number of images in constant memory: equal bins over [−Limit, Limit]. A value
/// beyond the limit doubles it, merging bins in pairs, so that one pass over the data suffices.
/// </summary>
public sealed class Histogram
{
    /// <summary>Bins on each side of zero.</summary>
    public const int HalfBins = 4096;

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
    public void Add(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty)
            return;
        float low = float.PositiveInfinity, high = float.NegativeInfinity;
        foreach (float v in values)
        {
            if (!float.IsFinite(v))
                throw new UserException("the float network computes NaN or infinity; check the model and its preprocessing");
            low = MathF.Min(low, v);
            high = MathF.Max(high, v);
        }

        Min = MathF.Min(Min, low);
        Max = MathF.Max(Max, high);
        Count += values.Length;
        Cover(Math.Max(Math.Abs((double)low), Math.Abs((double)high)));
        if (Limit == 0)
        {
            _bins[HalfBins] += values.Length;
            return;
        }

        double perBin = HalfBins / Limit;
        foreach (float v in values)
            _bins[Math.Clamp((int)Math.Floor(v * perBin) + HalfBins, 0, (2 * HalfBins) - 1)]++;
    }

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
