namespace Edge.Quantizer.Quantization;

/// <summary>How close the values of an int8 tensor are to the float ones, gathered over any number of images.</summary>
public sealed class SignalToNoise
{
    private double _signal, _noise, _dot, _int8Squares;
    private long _count, _saturated;

    /// <summary>Signal to quantization noise ratio, 10·log10(Σx² / Σ(x − x̂)²), dB; +∞ without noise.</summary>
    public double Decibels => 10 * Math.Log10(_signal / _noise);

    /// <summary>Cosine of the angle between both tensors as vectors, −1 to 1; 1 when both are zero.</summary>
    public double Cosine => _signal == 0 && _int8Squares == 0 ? 1 : _dot / Math.Sqrt(_signal * _int8Squares);

    /// <summary>Root of the mean squared error.</summary>
    public double Rmse => _count == 0 ? 0 : Math.Sqrt(_noise / _count);

    /// <summary>Share of codes at −128 or 127 whose real value lies beyond the representable range, 0 to 1.</summary>
    public double Saturation => _count == 0 ? 0 : (double)_saturated / _count;

    /// <summary>Adds tensors of equal length.</summary>
    /// <returns>Their squared distance, Σ(x − x̂)².</returns>
    public double Add(ReadOnlySpan<float> reference, ReadOnlySpan<float> int8)
    {
        double noise = 0;
        for (int i = 0; i < reference.Length; i++)
        {
            double x = reference[i], y = int8[i];
            _signal += x * x;
            _int8Squares += y * y;
            _dot += x * y;
            noise += (x - y) * (x - y);
        }

        _noise += noise;
        _count += reference.Length;
        return noise;
    }

    /// <summary>Counts reference values that no code reaches.</summary>
    public void AddSaturation(ReadOnlySpan<float> reference, float low, float high)
    {
        foreach (float x in reference)
        {
            if (x < low || x > high)
                _saturated++;
        }
    }
}
