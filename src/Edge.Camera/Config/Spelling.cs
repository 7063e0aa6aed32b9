namespace Edge.Camera.Config;

/// <summary>What a misspelt word may have meant.</summary>
internal static class Spelling
{
    /// <summary>The candidate with the smallest edit distance, swapped neighbours counting as one edit (Damerau 1964), if that is at most a third
    /// of the word.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        (string? best, int distance) = (null, Math.Max(1, word.Length / 3) + 1);
        foreach (string candidate in candidates)
        {
            int d = Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (d < distance)
                (best, distance) = (candidate, d);
        }

        return best;
    }

    private static int Distance(string a, string b)
    {
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (int j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int substitution = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(substitution, Math.Min(d[i - 1, j], d[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
