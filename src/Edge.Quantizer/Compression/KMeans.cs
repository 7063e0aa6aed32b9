namespace Edge.Quantizer.Compression;

/// <summary>Where the centroids of weight sharing start (arXiv:1510.00149, section 3.1).</summary>
public enum CentroidStart
{
    /// <summary>Evenly between the smallest and the largest weight: keeps the rare large ones, which matter most.</summary>
    Linear,

    /// <summary>Evenly along the cumulative distribution of the weights.</summary>
    Density,

    /// <summary>Weights chosen at random.</summary>
    Random,
}

/// <summary>
/// Lloyd's iteration for numbers: a centroid owns an interval, so that a round costs k binary searches in sorted values with running
/// sums.
/// </summary>
public static class KMeans
{
    private const int MaxRounds = 200;

    /// <summary>Centroids, ascending, at most <paramref name="count"/>: those that own nothing are left out.</summary>
    /// <param name="values">At least one.</param>
    /// <param name="importance">Factor of each value's squared error; null for 1.</param>
    /// <param name="seed">Of <see cref="CentroidStart.Random"/>.</param>
    public static float[] Centroids(ReadOnlySpan<float> values, ReadOnlySpan<float> importance, int count, CentroidStart start, int seed = 1)
    {
        float[] sorted = values.ToArray(), factors = importance.IsEmpty ? [.. Enumerable.Repeat(1f, sorted.Length)] : importance.ToArray();
        Array.Sort(sorted, factors);
        double[] mass = new double[sorted.Length + 1], moment = new double[sorted.Length + 1];
        for (int i = 0; i < sorted.Length; i++)
        {
            mass[i + 1] = mass[i] + factors[i];
            moment[i + 1] = moment[i] + ((double)factors[i] * sorted[i]);
        }

        List<float> centroids = Start(sorted, count, start, seed);
        for (int round = 0; round < MaxRounds; round++)
        {
            var moved = new List<float>();
            int begin = 0;
            for (int c = 0; c < centroids.Count; c++)
            {
                int end = c + 1 < centroids.Count ? FirstAbove(sorted, (centroids[c] + centroids[c + 1]) / 2) : sorted.Length;
                if (mass[end] > mass[begin])
                    moved.Add((float)((moment[end] - moment[begin]) / (mass[end] - mass[begin])));
                begin = Math.Max(begin, end);
            }

            if (moved.SequenceEqual(centroids))
                break;
            centroids = moved;
        }

        return [.. centroids];
    }

    private static List<float> Start(float[] sorted, int count, CentroidStart start, int seed)
    {
        var random = new Random(seed);
        var centroids = new SortedSet<float>();
        for (int i = 0; i < count; i++)
        {
            centroids.Add(start switch
            {
                CentroidStart.Linear => sorted[0] + ((sorted[^1] - sorted[0]) * (i + 0.5f) / count),
                CentroidStart.Density => sorted[(int)((i + 0.5) * sorted.Length / count)],
                _ => sorted[random.Next(sorted.Length)],
            });
        }

        return [.. centroids];
    }

    private static int FirstAbove(float[] sorted, float limit)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sorted[middle] > limit)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
