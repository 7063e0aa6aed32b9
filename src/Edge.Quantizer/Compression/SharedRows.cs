using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Compression;

/// <summary>
/// Weights that share few values already, up to a factor of each output channel: what weight sharing leaves when a batch normalization
/// was folded into the layer behind it. Every weight of row o that is not 0 is Factors[o] · v with v one of Values.
/// </summary>
/// <param name="Values">Different from 0, ascending; the largest magnitude is 1.</param>
/// <param name="Factors">One per row, of either sign, different from 0.</param>
internal sealed record SharedRows(float[] Values, float[] Factors)
{
    /// <summary>Relative difference of weights that are the same value: roundings of a few multiplications.</summary>
    private const float Tolerance = 4e-6f;

    /// <summary>Null if there are no such values, or more than 2 to the power of <paramref name="bits"/>.</summary>
    /// <param name="weights">[output channels, …]; zeros are not shared.</param>
    public static SharedRows? Find(Tensor weights, int bits)
    {
        int rows = weights.Shape[0], length = weights.Count / rows;
        float[] factors = weights.ChannelFactors ?? [.. Enumerable.Repeat(1f, rows)];
        float[] sorted = [.. weights.Floats.Select((w, i) => w == 0 ? 0 : w / factors[i / length]).Where(v => v != 0).Order()];
        List<float> values = [];
        foreach (float value in sorted)
        {
            if (values.Count == 0 || MathF.Abs(value - values[^1]) > Tolerance * MathF.Abs(value))
                values.Add(value);
            if (values.Count > 1 << bits)
                return null;
        }

        if (values.Count == 0 || Array.Exists(factors, f => f == 0 || !float.IsFinite(f)))
            return null;
        float largest = values.Max(MathF.Abs);
        return new SharedRows([.. values.Select(v => v / largest)], Array.ConvertAll(factors, f => f * largest));
    }
}
