namespace Edge.Quantizer.Compression;

/// <summary>Weight sharing of float32 layers (Han, Mao and Dally, arXiv:1510.00149, section 3): few values a layer, zeros stay zeros.</summary>
public static class SharedValues
{
    /// <summary>Different values of a layer, 0 included, that a package has codebooks for.</summary>
    public const int Most = 256;

    /// <summary>
    /// The values that weights are to share, ascending, by k-means: at most 2 to the power of <paramref name="bits"/>, and with the 0
    /// of those that are 0 no more than <see cref="Most"/>. Weights that have no more different values already keep them.
    /// </summary>
    /// <param name="weights">Of one layer.</param>
    /// <param name="bits">2 to 8.</param>
    /// <param name="start">Where k-means starts.</param>
    public static float[] Of(ReadOnlySpan<float> weights, int bits, CentroidStart start)
    {
        var kept = new List<float>(weights.Length);
        foreach (float weight in weights)
        {
            if (weight != 0)
                kept.Add(weight);
        }

        int most = Math.Min(1 << bits, kept.Count < weights.Length ? Most - 1 : Most);
        float[] values = [.. kept.Distinct().Order()];
        return values.Length <= most ? values : KMeans.Centroids(kept.ToArray(), [], most, start);
    }

    /// <summary>Index of the value nearest to a weight; of two equally near the lower one.</summary>
    /// <param name="values">Ascending, at least one.</param>
    public static int Nearest(ReadOnlySpan<float> values, float weight)
    {
        int above = values.BinarySearch(weight);
        if (above >= 0)
            return above;
        above = ~above;
        return above == 0 ? 0
            : above == values.Length || weight - values[above - 1] <= values[above] - weight ? above - 1
            : above;
    }
}
