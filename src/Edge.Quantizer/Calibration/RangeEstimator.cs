namespace Edge.Quantizer.Calibration;

/// <summary>A way to choose the quantized range of a tensor from the distribution of its values.</summary>
public abstract class RangeEstimator
{
    /// <summary>All methods by the name that the command line knows.</summary>
    public static IReadOnlyList<RangeEstimator> All { get; } =
        [new MinMaxEstimator(), new PercentileEstimator(), new MseEstimator(), new EntropyEstimator()];

    public abstract string Name { get; }

    public abstract ValueRange Estimate(Histogram histogram);

    /// <exception cref="UserException">No method has this name.</exception>
    public static RangeEstimator Named(string name) =>
        All.FirstOrDefault(e => e.Name == name)
        ?? throw new UserException($"calibration method '{name}' is unknown; known are auto, {string.Join(", ", All.Select(e => e.Name))}");
}

/// <summary>The whole range seen: nothing saturates on the calibration images.</summary>
public sealed class MinMaxEstimator : RangeEstimator
{
    public override string Name => "minmax";

    public override ValueRange Estimate(Histogram histogram) =>
        histogram.Count == 0 ? default : new ValueRange(histogram.Min, histogram.Max);
}

/// <summary>Cuts the rarest values off: a share of <see cref="Tail"/> on each side may saturate.</summary>
public sealed class PercentileEstimator : RangeEstimator
{
    /// <summary>Share of values outside the range on each side (99.99th percentile, as in TensorRT's and ONNX Runtime's tools).</summary>
    public const double Tail = 1e-4;

    public override string Name => "percentile";

    public override ValueRange Estimate(Histogram histogram)
    {
        if (histogram.Limit == 0)
            return default;
        long[] sums = histogram.Cumulative();
        double cut = histogram.Count * Tail;
        int first = 0, end = Histogram.HalfBins * 2;
        while (first < end - 1 && sums[first + 1] <= cut)
            first++;
        while (end > first + 1 && histogram.Count - sums[end - 1] <= cut)
            end--;
        double width = histogram.BinWidth;
        return new ValueRange(
            MathF.Max(histogram.Min, (float)((first - Histogram.HalfBins) * width)),
            MathF.Min(histogram.Max, (float)((end - Histogram.HalfBins) * width)));
    }
}

/// <summary>
/// Least mean squared error: searches shrunken ranges and adds the rounding noise inside (scale²/12) to the squared clipping
/// error outside.
/// </summary>
public sealed class MseEstimator : RangeEstimator
{
    /// <summary>Shrink factors tried on each side, from 1 downwards in steps of 1/64.</summary>
    private const int Steps = 56;

    public override string Name => "mse";

    public override ValueRange Estimate(Histogram histogram)
    {
        if (histogram.Limit == 0)
            return default;
        Moments moments = new(histogram);
        var best = new ValueRange(histogram.Min, histogram.Max);
        double bestError = Error(best);

        // The two ends influence each other only through the scale: alternate until neither moves.
        for (bool moved = true; moved;)
        {
            moved = false;
            for (int i = 1; i < Steps; i++)
            {
                float factor = 1 - (i / 64f);
                moved |= Try(best with { High = histogram.Max * factor });
                moved |= Try(best with { Low = histogram.Min * factor });
                moved |= Try(new ValueRange(histogram.Min * factor, histogram.Max * factor));
            }
        }

        return best;

        bool Try(ValueRange range)
        {
            double error = Error(range);
            if (!(error < bestError))
                return false;
            (best, bestError) = (range, error);
            return true;
        }

        double Error(ValueRange range)
        {
            float low = MathF.Min(range.Low, 0), high = MathF.Max(range.High, 0);
            double scale = ((double)high - low) / 255;
            int first = moments.BinOf(low), end = moments.BinOf(high);
            return (moments.NonZero(first, end) * scale * scale / 12)
                + moments.SquaredDistance(0, first, low)
                + moments.SquaredDistance(end, Histogram.HalfBins * 2, high);
        }
    }

    /// <summary>Prefix sums of count, value and value² over the bins, so that any interval's error is a difference.</summary>
    private sealed class Moments
    {
        private readonly double[] _count, _sum, _squares;
        private readonly double _binWidth;

        public Moments(Histogram histogram)
        {
            int n = histogram.Bins.Length;
            (_count, _sum, _squares, _binWidth) = (new double[n + 1], new double[n + 1], new double[n + 1], histogram.BinWidth);
            for (int i = 0; i < n; i++)
            {
                double count = histogram.Bins[i], value = histogram.Center(i);
                _count[i + 1] = _count[i] + count;
                _sum[i + 1] = _sum[i] + (count * value);
                _squares[i + 1] = _squares[i] + (count * value * value);
            }
        }

        public int BinOf(float value) => Math.Clamp((int)Math.Round(value / _binWidth) + Histogram.HalfBins, 0, _count.Length - 1);

        /// <summary>Values in bins [first, end) but for the bin that starts at zero: ReLU's exact zeros have no rounding noise.</summary>
        public double NonZero(int first, int end)
        {
            double all = _count[end] - _count[first];
            return first <= Histogram.HalfBins && end > Histogram.HalfBins
                ? all - (_count[Histogram.HalfBins + 1] - _count[Histogram.HalfBins])
                : all;
        }

        public double SquaredDistance(int first, int end, double point)
        {
            if (end <= first)
                return 0;
            double n = _count[end] - _count[first], s = _sum[end] - _sum[first], q = _squares[end] - _squares[first];
            return q - (2 * point * s) + (n * point * point);
        }
    }
}

/// <summary>
/// Least information lost: the range whose 256-level version of the distribution has the smallest Kullback-Leibler divergence
/// from the clipped original (S. Migacz, "8-bit inference with TensorRT", GTC 2017), searched over shrunken ranges that keep
/// the ratio of both ends.
/// </summary>
public sealed class EntropyEstimator : RangeEstimator
{
    private const int Levels = 256;
    private const int Candidates = 100;

    public override string Name => "entropy";

    public override ValueRange Estimate(Histogram histogram)
    {
        if (histogram.Limit == 0)
            return default;
        (int first, int end) = histogram.Occupied();
        first = Math.Min(first, Histogram.HalfBins);
        end = Math.Max(end, Histogram.HalfBins + 1);

        // ReLU's zeros would outweigh everything: the literature leaves the zero bin out.
        double[] counts = new double[end - first];
        for (int i = first; i < end; i++)
            counts[i - first] = i == Histogram.HalfBins && histogram.Min >= 0 ? 0 : histogram.Bins[i];
        int zero = Histogram.HalfBins - first, above = counts.Length - zero;

        (int Begin, int End) best = (0, counts.Length);
        double least = double.PositiveInfinity;
        for (int c = 0; c < Candidates; c++)
        {
            double keep = 1 - (0.009 * c);
            int from = zero - (int)Math.Round(zero * keep), to = zero + Math.Max(1, (int)Math.Round(above * keep));
            if (to - from < Levels)
                break;
            double divergence = Divergence(counts, from, to);
            if (divergence < least)
                (least, best) = (divergence, (from, to));
        }

        double width = histogram.BinWidth;
        return new ValueRange(
            MathF.Max(histogram.Min, (float)((first + best.Begin - Histogram.HalfBins) * width)),
            MathF.Min(histogram.Max, (float)((first + best.End - Histogram.HalfBins) * width)));
    }

    private static double Divergence(double[] counts, int from, int to)
    {
        int n = to - from;
        double[] clipped = counts[from..to], coarse = new double[n];
        for (int i = 0; i < from; i++)
            clipped[0] += counts[i];
        for (int i = to; i < counts.Length; i++)
            clipped[^1] += counts[i];

        for (int level = 0; level < Levels; level++)
        {
            int a = (int)((long)level * n / Levels), b = (int)((long)(level + 1) * n / Levels);
            double sum = 0;
            int occupied = 0;
            for (int i = a; i < b; i++)
            {
                sum += counts[from + i];
                occupied += counts[from + i] > 0 ? 1 : 0;
            }

            for (int i = a; i < b; i++)
                coarse[i] = counts[from + i] > 0 ? sum / occupied : 0;
        }

        const double Smallest = 1e-9;
        double p = clipped.Sum(), q = coarse.Sum(), divergence = 0;
        if (p == 0 || q == 0)
            return double.PositiveInfinity;
        for (int i = 0; i < n; i++)
        {
            if (clipped[i] > 0)
                divergence += clipped[i] / p * Math.Log(clipped[i] / p / Math.Max(coarse[i] / q, Smallest));
        }

        return divergence;
    }
}
