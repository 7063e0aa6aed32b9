using System.Numerics;

namespace Edge.SignRenderer.Images;

/// <summary>
/// The random numbers of one sample: xoshiro256** (Blackman and Vigna, 2018), seeded by SplitMix64 from the data set's seed and
/// the sample's index. A sample therefore never depends on the thread that renders it, nor on the samples before it.
/// </summary>
internal sealed class SampleRandom
{
    private const int NormalTableBits = 12;

    /// <summary>Quantiles of the standard normal distribution at (i + ½) / 4096.</summary>
    private static readonly float[] NormalTable = MakeNormalTable();

    private ulong _s0, _s1, _s2, _s3;

    public SampleRandom(ulong seed, long index)
    {
        ulong state = seed * 0x9E3779B97F4A7C15UL ^ (ulong)index * 0xD1B54A32D192ED03UL;
        _s0 = SplitMix(ref state);
        _s1 = SplitMix(ref state);
        _s2 = SplitMix(ref state);
        _s3 = SplitMix(ref state);
    }

    public ulong Bits()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1).</summary>
    public float Unit() => (Bits() >> 40) * (1f / (1 << 24));

    /// <summary>Uniform in [low, high).</summary>
    public float Range(float low, float high) => low + (high - low) * Unit();

    /// <summary>Uniform in 0 … count − 1.</summary>
    public int Below(int count) => (int)(((Bits() >> 32) * (ulong)count) >> 32);

    /// <summary>+1 or −1.</summary>
    public float Sign() => (long)Bits() < 0 ? -1 : 1;

    public bool Chance(float probability) => Unit() < probability;

    /// <summary>Standard normal, by 4096 quantiles: at most ±3.7.</summary>
    public float Normal() => NormalTable[Bits() >> (64 - NormalTableBits)];

    public float Normal(float mean, float deviation) => mean + deviation * Normal();

    /// <summary>exp(N(ln <paramref name="median"/>, <paramref name="deviation"/>²)).</summary>
    public float LogNormal(float median, float deviation) => median * MathF.Exp(deviation * Normal());

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>Four independent standard normal numbers for the price of one draw.</summary>
    public Vector4 Normal4()
    {
        ulong bits = Bits();
        const int Mask = (1 << NormalTableBits) - 1;
        return new(
            NormalTable[bits & Mask], NormalTable[(bits >> 13) & Mask], NormalTable[(bits >> 26) & Mask],
            NormalTable[(bits >> 39) & Mask]);
    }

    private static ulong SplitMix(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>Inverts the normal distribution by bisection of its integral (trapezoids of width 1/512).</summary>
    private static float[] MakeNormalTable()
    {
        const int Count = 1 << NormalTableBits;
        const double Step = 1.0 / 512;
        float[] table = new float[Count];
        double sum = 0, x = -6;
        for (int i = 0; i < Count; i++)
        {
            double quantile = (i + 0.5) / Count;
            while (sum < quantile)
            {
                sum += Step * Math.Exp(-(x + Step / 2) * (x + Step / 2) / 2) / Math.Sqrt(2 * Math.PI);
                x += Step;
            }

            table[i] = (float)x;
        }

        return table;
    }
}
