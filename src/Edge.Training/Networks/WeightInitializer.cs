using System.Text;

namespace Edge.Training.Networks;

/// <summary>
/// Seeded normal numbers. The stream of a tensor depends on the network's seed and the tensor's name only, so that a layer more
/// or less leaves the weights of all others as they are.
/// </summary>
internal static class WeightInitializer
{
    /// <summary>Normal numbers with mean 0 and this standard deviation (Box and Muller 1958).</summary>
    /// <param name="seed">The network's seed.</param>
    /// <param name="name">The tensor's name.</param>
    /// <param name="count">Number of elements.</param>
    /// <param name="deviation">Standard deviation.</param>
    public static float[] Normal(ulong seed, string name, int count, double deviation)
    {
        var random = new SplitMix64(seed ^ Fnv1a(name));
        float[] values = new float[count];
        for (int i = 0; i < count; i += 2)
        {
            double radius = deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextUnit()));
            (double sine, double cosine) = Math.SinCos(2 * Math.PI * random.NextUnit());
            values[i] = (float)(radius * cosine);
            if (i + 1 < count)
                values[i + 1] = (float)(radius * sine);
        }

        return values;
    }

    /// <summary>FNV-1a hash of the name's UTF-8 bytes, 64 bits.</summary>
    private static ulong Fnv1a(string name)
    {
        ulong hash = 14695981039346656037;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
            hash = (hash ^ b) * 1099511628211;
        return hash;
    }

    /// <summary>SplitMix64 (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195).</summary>
    private struct SplitMix64(ulong state)
    {
        private ulong _state = state;

        /// <summary>Uniform in [0, 1), 53 random bits.</summary>
        public double NextUnit() => (Next() >> 11) * (1.0 / (1UL << 53));

        private ulong Next()
        {
            ulong z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
