namespace Edge.Quantizer.Calibration;

/// <summary>The interval of real values that a tensor's int8 codes shall cover.</summary>
public readonly record struct ValueRange(float Low, float High)
{
    /// <summary>The smallest interval that holds both.</summary>
    public ValueRange Union(ValueRange other) => new(MathF.Min(Low, other.Low), MathF.Max(High, other.High));

    /// <summary>
    /// Asymmetric int8 parameters: scale = (high − low) / 255 with zero inside the range and exactly representable,
    /// zero point = round(−128 − low/scale). An empty range (all zeros) gets scale 1.
    /// </summary>
    public QuantizationParameters ToParameters()
    {
        float low = MathF.Min(Low, 0), high = MathF.Max(High, 0);
        float scale = (float)(((double)high - low) / 255);
        if (!(scale >= 1e-30f))
            return new QuantizationParameters(1, low < 0 ? 127 : -128);
        int zeroPoint = Math.Clamp((int)Math.Round(-128 - ((double)low / scale), MidpointRounding.ToEven), -128, 127);
        return new QuantizationParameters(scale, zeroPoint);
    }
}

/// <summary>Real value = Scale · (q − ZeroPoint), q in [−128, 127].</summary>
public readonly record struct QuantizationParameters(float Scale, int ZeroPoint)
{
    /// <summary>Smallest and largest representable real value.</summary>
    public ValueRange Range => new(Scale * (-128 - ZeroPoint), Scale * (127 - ZeroPoint));

    /// <summary>The code of a real value, rounded to even and saturated.</summary>
    public sbyte Quantize(double value) =>
        (sbyte)Math.Clamp(Math.Round(value / Scale, MidpointRounding.ToEven) + ZeroPoint, -128, 127);

    public float Dequantize(int code) => Scale * (code - ZeroPoint);
}
