namespace Edge.Runtime.Format.Coding;

/// <summary>
/// Frequencies of rANS tables: numbers with at most two bits below the leading one, whose sum is 4096 at most; what is missing goes
/// to the most frequent symbol.
/// </summary>
internal static class Frequencies
{
    private const int Scale = 1 << SymbolTables.ScaleBits;

    /// <summary>Spends the 4096 where they save the most bits.</summary>
    /// <param name="counts">At least two of them positive.</param>
    public static ushort[] Fit(ReadOnlySpan<long> counts)
    {
        long total = 0;
        foreach (long count in counts)
            total += count;
        ushort[] frequencies = new ushort[counts.Length];
        int sum = 0;
        for (int s = 0; s < counts.Length; s++)
        {
            if (counts[s] > 0)
                frequencies[s] = Floor(Math.Max(1, (int)(counts[s] * Scale / total)));
            sum += frequencies[s];
        }

        for (; sum > Scale; sum -= Change(counts, frequencies, up: false, int.MaxValue))
        {
        }

        for (int more; sum < Scale && (more = Change(counts, frequencies, up: true, Scale - sum)) > 0;)
            sum += more;
        return frequencies;
    }

    /// <summary>The largest number of the kind that is not above <paramref name="frequency"/>.</summary>
    private static ushort Floor(int frequency)
    {
        int coarse = Math.Max(0, System.Numerics.BitOperations.Log2((uint)frequency) - 2);
        return (ushort)(frequency >> coarse << coarse);
    }

    /// <summary>Moves the frequency that gains most (or loses least) a bit per unit to its neighbour, and tells by how much.</summary>
    private static int Change(ReadOnlySpan<long> counts, ushort[] frequencies, bool up, int most)
    {
        int best = -1, bestStep = 0;
        double bestGain = double.NegativeInfinity;
        for (int s = 0; s < frequencies.Length; s++)
        {
            int f = frequencies[s];
            if (f == 0 || (!up && f == 1))
                continue;
            int target = up ? f + (1 << Math.Max(0, System.Numerics.BitOperations.Log2((uint)f) - 2)) : Floor(f - 1);
            int step = Math.Abs(target - f);
            if (step > most)
                continue;
            double gain = counts[s] * Math.Log2((double)target / f) / step;
            if (gain > bestGain)
                (best, bestStep, bestGain) = (s, step, gain);
        }

        if (best < 0)
            return 0;
        frequencies[best] = (ushort)(frequencies[best] + (up ? bestStep : -bestStep));
        return bestStep;
    }
}
