namespace Edge.Quantizer.Calibration;

/// <summary>
/// ONNX Runtime's histogram of one tensor and its entropy range, restated from its static quantization tool (<c>calibrate.py</c>,
/// class HistogramCollector with 128 bins that are quantized to 128 levels): equal bins over [−t, t], t the largest magnitude so far;
/// larger values append bins of the same width on both sides. Collected image by image, as with the tool's
/// CalibMaxIntermediateOutputs = 1: collected in one go the search would have a single candidate, the whole range.
/// </summary>
internal sealed class OnnxRuntimeHistogram
{
    private const int FirstBins = 128, QuantizedBins = 128;

    /// <summary>Share given to empty bins before two distributions are compared.</summary>
    private const double Smoothing = 0.0001;

    private long[] _bins = new long[FirstBins];
    private double _threshold;
    private float _low = float.PositiveInfinity, _high = float.NegativeInfinity;

    /// <summary>The whole range seen.</summary>
    public ValueRange MinMax => _low > _high ? default : new ValueRange(_low, _high);

    /// <summary>Adds the values of one image.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        float low = float.PositiveInfinity, high = float.NegativeInfinity;
        foreach (float v in values)
            (low, high) = (MathF.Min(low, v), MathF.Max(high, v));
        (_low, _high) = (MathF.Min(_low, low), MathF.Max(_high, high));
        Cover(Math.Max(Math.Abs((double)low), Math.Abs((double)high)));
        if (_threshold == 0)
        {
            _bins[_bins.Length / 2] += values.Length;
            return;
        }

        double perBin = _bins.Length / (2 * _threshold);
        foreach (float v in values)
            _bins[Math.Clamp((int)((v + _threshold) * perBin), 0, _bins.Length - 1)]++;
    }

    /// <summary>
    /// The symmetric range whose quantized distribution has the least Kullback-Leibler divergence from the clipped one, cut off where
    /// no value was seen.
    /// </summary>
    public ValueRange Entropy()
    {
        int zero = _bins.Length / 2;
        double width = 2 * _threshold / _bins.Length, least = double.PositiveInfinity;
        (int Start, int End) best = (0, _bins.Length);
        for (int i = QuantizedBins / 2; i <= zero; i++)
        {
            (int start, int end) = (zero - i, Math.Min(zero + i + 1, _bins.Length));
            double divergence = Divergence(start, end);
            if (divergence < least)
                (least, best) = (divergence, (start, end));
        }

        return new ValueRange(
            MathF.Max(_low, (float)(-_threshold + (best.Start * width))),
            MathF.Min(_high, (float)(-_threshold + (best.End * width))));
    }

    private void Cover(double magnitude)
    {
        if (magnitude <= _threshold)
            return;
        if (_threshold == 0)
        {
            _threshold = magnitude;
            return;
        }

        double width = 2 * _threshold / _bins.Length;
        int added = (int)((magnitude - _threshold) / width) + 1;
        long[] bins = new long[_bins.Length + (2 * added)];
        _bins.CopyTo(bins, added);
        (_bins, _threshold) = (bins, _threshold + (added * width));
    }

    private double Divergence(int start, int end)
    {
        int n = end - start, merged = n / QuantizedBins;
        double[] p = new double[n], q = new double[n];
        for (int i = 0; i < n; i++)
            p[i] = _bins[start + i];
        for (int i = 0; i < start; i++)
            p[0] += _bins[i];
        for (int i = end; i < _bins.Length; i++)
            p[^1] += _bins[i];

        for (int level = 0; level < QuantizedBins; level++)
        {
            // What the last level gathers of the remainder is spread over its own bins only.
            int from = level * merged, to = from + merged, until = level == QuantizedBins - 1 ? n : to, occupied = 0;
            long sum = 0;
            for (int i = from; i < until; i++)
                sum += _bins[start + i];
            for (int i = from; i < to; i++)
                occupied += p[i] != 0 ? 1 : 0;
            for (int i = from; i < to && occupied > 0; i++)
                q[i] = Math.Floor((double)sum / occupied);
        }

        if (!Smooth(p) || !Smooth(q))
            return double.PositiveInfinity;
        double ps = p.Sum(), qs = q.Sum(), divergence = 0;
        for (int i = 0; i < n; i++)
            divergence += p[i] / ps * Math.Log(p[i] / ps * qs / q[i]);
        return divergence;
    }

    /// <summary>Takes a little from occupied bins for the empty ones; false when all are empty.</summary>
    private static bool Smooth(double[] counts)
    {
        int zeros = counts.Count(c => c == 0);
        if (zeros == counts.Length)
            return false;
        double taken = Smoothing * zeros / (counts.Length - zeros);
        for (int i = 0; i < counts.Length; i++)
            counts[i] += counts[i] == 0 ? Smoothing : -taken;
        return true;
    }
}
