namespace Edge.Training.Data;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). A generator is made from what its
/// numbers are for, so that they depend on nothing else: neither on threads nor on what was drawn before.
/// </summary>
public struct SampleRandom
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    private ulong _state;

    public SampleRandom(ulong seed) => _state = seed;

    /// <summary>The generator of one purpose: for example (seed, epoch, index of the image).</summary>
    public static SampleRandom For(ulong seed, long first, long second = 0)
    {
        ulong state = Mix(seed + GoldenGamma);
        state = Mix(state ^ ((ulong)first * GoldenGamma));
        return new SampleRandom(Mix(state ^ ((ulong)second * 0xD1B54A32D192ED03)));
    }

    public ulong Next() => Mix(_state += GoldenGamma);

    /// <summary>0 ≤ x &lt; 1.</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>low ≤ x &lt; high.</summary>
    public double Uniform(double low, double high) => low + ((high - low) * Uniform());

    /// <summary>0 ≤ n &lt; end.</summary>
    public int Below(int end) => (int)(((UInt128)Next() * (uint)end) >> 64);

    public bool Coin() => (Next() >> 63) != 0;

    /// <summary>Mean 0, variance 1 (Box and Muller).</summary>
    public double Gaussian() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    /// <summary>Beta distribution with both parameters <paramref name="alpha"/>, 0 to 1 (Jöhnk 1964).</summary>
    public double Beta(double alpha)
    {
        while (true)
        {
            double a = Math.Pow(Uniform(), 1 / alpha), b = Math.Pow(Uniform(), 1 / alpha);
            if (a + b is > 0 and <= 1)
                return a / (a + b);
        }
    }

    /// <summary>Fisher and Yates.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
