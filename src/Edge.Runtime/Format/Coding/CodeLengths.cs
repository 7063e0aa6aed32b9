namespace Edge.Runtime.Format.Coding;

/// <summary>
/// Lengths of optimal prefix codes of at most <see cref="SymbolTables.MaxCodeLength"/> bits, by the package-merge algorithm
/// (Larmore and Hirschberg, J. ACM 37(3), 1990).
/// </summary>
internal static class CodeLengths
{
    /// <param name="counts">At least two of them positive.</param>
    public static ushort[] Fit(ReadOnlySpan<long> counts)
    {
        var leaves = new List<(long Weight, int[] Symbols)>();
        for (int s = 0; s < counts.Length; s++)
        {
            if (counts[s] > 0)
                leaves.Add((counts[s], [s]));
        }

        leaves.Sort((a, b) => a.Weight != b.Weight ? a.Weight.CompareTo(b.Weight) : a.Symbols[0].CompareTo(b.Symbols[0]));
        List<(long Weight, int[] Symbols)> packages = [];
        for (int length = 0; length < SymbolTables.MaxCodeLength; length++)
        {
            List<(long Weight, int[] Symbols)> merged = Merge(leaves, packages);
            packages = [];
            for (int i = 0; i + 1 < merged.Count; i += 2)
                packages.Add((merged[i].Weight + merged[i + 1].Weight, [.. merged[i].Symbols, .. merged[i + 1].Symbols]));
        }

        ushort[] lengths = new ushort[counts.Length];
        for (int i = 0; i < leaves.Count - 1; i++)
        {
            foreach (int s in packages[i].Symbols)
                lengths[s]++;
        }

        return lengths;
    }

    private static List<(long Weight, int[] Symbols)> Merge(
        List<(long Weight, int[] Symbols)> a, List<(long Weight, int[] Symbols)> b)
    {
        var merged = new List<(long Weight, int[] Symbols)>(a.Count + b.Count);
        for (int i = 0, j = 0; i < a.Count || j < b.Count;)
            merged.Add(j == b.Count || (i < a.Count && a[i].Weight <= b[j].Weight) ? a[i++] : b[j++]);
        return merged;
    }
}
