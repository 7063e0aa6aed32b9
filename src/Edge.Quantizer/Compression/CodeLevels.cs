namespace Edge.Quantizer.Compression;

/// <summary>The int8 codes that the weights of one layer may take.</summary>
public sealed class CodeLevels
{
    private readonly sbyte[] _levels;
    private readonly byte[] _nearest = new byte[256];

    /// <param name="levels">At least one, in [−127, 127].</param>
    public CodeLevels(IEnumerable<sbyte> levels)
    {
        _levels = [.. levels.Distinct().Order()];
        for (int code = -128; code < 128; code++)
        {
            int best = 0;
            for (int l = 1; l < _levels.Length; l++)
            {
                if (Math.Abs(_levels[l] - code) < Math.Abs(_levels[best] - code))
                    best = l;
            }

            _nearest[code + 128] = (byte)best;
        }
    }

    /// <summary>All codes.</summary>
    public static CodeLevels All { get; } = new(Enumerable.Range(-127, 255).Select(c => (sbyte)c));

    public IReadOnlyList<sbyte> Levels => _levels;

    /// <summary>At most 2 to the power of <paramref name="bits"/> codes, by k-means over the weights in units of their scales.</summary>
    /// <param name="weights">Real weights; zeros where they are pruned, which count for nothing.</param>
    /// <param name="scales">One per row.</param>
    /// <param name="energies">Mean square of what a weight is multiplied with, by its place in the row; empty for 1.</param>
    public static CodeLevels Shared(
        ReadOnlySpan<float> weights, ReadOnlySpan<float> scales, ReadOnlySpan<double> energies, int bits, CentroidStart start)
    {
        int length = weights.Length / scales.Length;
        var codes = new List<float>();
        var importance = new List<float>();
        for (int i = 0; i < weights.Length; i++)
        {
            float scale = scales[i / length];
            if (weights[i] == 0)
                continue;
            codes.Add(Math.Clamp(weights[i] / scale, -127, 127));
            importance.Add(scale * scale * (energies.IsEmpty ? 1 : (float)energies[i % length]));
        }

        if (codes.Count == 0)
            return new CodeLevels([0]);
        float[] centroids = KMeans.Centroids(
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(codes),
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(importance), 1 << bits, start);
        return new CodeLevels(centroids.Select(c => (sbyte)MathF.Round(c)));
    }

    /// <summary>The level nearest to a weight in units of its scale.</summary>
    public sbyte Nearest(float code)
    {
        int level = _nearest[(int)MathF.Round(Math.Clamp(code, -127, 127), MidpointRounding.ToEven) + 128];
        if (level + 1 < _levels.Length && _levels[level + 1] - code < code - _levels[level])
            level++;
        else if (level > 0 && code - _levels[level - 1] < _levels[level] - code)
            level--;
        return _levels[level];
    }
}
