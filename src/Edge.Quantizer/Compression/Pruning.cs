namespace Edge.Quantizer.Compression;

/// <summary>Magnitude pruning (Han et al., arXiv:1506.02626).</summary>
public static class Pruning
{
    /// <summary>Marks the smallest weights.</summary>
    /// <param name="magnitudes">|w| of every weight.</param>
    /// <param name="ratio">Share of weights to mark, 0 to 1.</param>
    public static bool[] Smallest(ReadOnlySpan<float> magnitudes, double ratio)
    {
        int[] order = new int[magnitudes.Length];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(magnitudes.ToArray(), order);
        bool[] pruned = new bool[order.Length];
        foreach (int i in order.AsSpan(0, (int)Math.Round(ratio * order.Length)))
            pruned[i] = true;
        return pruned;
    }

    /// <inheritdoc cref="Smallest"/>
    /// <param name="weights">The weights themselves.</param>
    public static bool[] Of(ReadOnlySpan<float> weights, double ratio)
    {
        float[] magnitudes = weights.ToArray();
        for (int i = 0; i < magnitudes.Length; i++)
            magnitudes[i] = MathF.Abs(magnitudes[i]);
        return Smallest(magnitudes, ratio);
    }
}
