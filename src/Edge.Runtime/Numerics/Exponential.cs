using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Edge.Runtime.Numerics;

/// <summary>
/// exp in float32 of products and sums that are rounded one by one, so that it is the same on every machine, which the functions of C
/// libraries are not. Reduction to r = x − n·ln 2 in two parts and polynomial of S. L. Moshier, Methods and Programs for Mathematical
/// Functions (Cephes), 1989, expf.c.
/// </summary>
internal static class Exponential
{
    /// <summary>From here on the result would not be a normal number; it is 0.</summary>
    public const float Lowest = -87.0f;

    private const float Log2E = 1.44269504088896341f;
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;
    private const float P0 = 1.9875691500e-4f, P1 = 1.3981999507e-3f, P2 = 8.3334519073e-3f;
    private const float P3 = 4.1665795894e-2f, P4 = 1.6666665459e-1f, P5 = 5.0000001201e-1f;

    /// <summary>1.5 · 2²³: a number from −2²² to 2²² that is added to it is rounded to an integer, ties to even, in its last bits.</summary>
    private const float Rounder = 12582912f;

    /// <summary>exp(x) within 2 units in the last place; 0 below <see cref="Lowest"/> and for NaN.</summary>
    /// <param name="x">At most 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float OfNonPositive(float x)
    {
        if (!(x >= Lowest))
            return 0;
        float shifted = (x * Log2E) + Rounder, n = shifted - Rounder;
        float r = x - (n * Ln2High) - (n * Ln2Low);
        float p = (((((((((P0 * r) + P1) * r) + P2) * r) + P3) * r) + P4) * r) + P5;
        float y = (p * (r * r)) + r + 1;
        int exponent = BitConverter.SingleToInt32Bits(shifted) - BitConverter.SingleToInt32Bits(Rounder);
        return y * BitConverter.Int32BitsToSingle((exponent + 127) << 23);
    }

    /// <summary>The same of four numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> OfNonPositive(Vector128<float> x)
    {
        Vector128<float> normal = Vector128.GreaterThanOrEqual(x, Vector128.Create(Lowest)), rounder = Vector128.Create(Rounder);
        Vector128<float> shifted = (x * Log2E) + rounder, n = shifted - rounder;
        Vector128<float> r = x - (n * Ln2High) - (n * Ln2Low);
        Vector128<float> p = (r * P0) + Vector128.Create(P1);
        p = (p * r) + Vector128.Create(P2);
        p = (p * r) + Vector128.Create(P3);
        p = (p * r) + Vector128.Create(P4);
        p = (p * r) + Vector128.Create(P5);
        Vector128<float> y = (p * (r * r)) + r + Vector128<float>.One;
        Vector128<int> exponent = shifted.AsInt32() - rounder.AsInt32() + Vector128.Create(127);
        return y * (exponent << 23).AsSingle() & normal;
    }
}
