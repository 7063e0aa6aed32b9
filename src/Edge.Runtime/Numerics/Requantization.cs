using System.Runtime.CompilerServices;

namespace Edge.Runtime.Numerics;

/// <summary>
/// The arithmetic contract: how an exact integer sum becomes int8. Every SIMD kernel must give the same bytes.
/// </summary>
public static class Requantization
{
    /// <summary>
    /// q = roundTiesToEven(clamp(float(acc)·multiplier, low − zeroPoint, high − zeroPoint)) + zeroPoint, evaluated in float32 in
    /// this order. The clamp stands before the conversion because conversions out of range differ between x86 and ARM.
    /// </summary>
    /// <param name="accumulator">Exact sum at scale input·weight.</param>
    /// <param name="multiplier">(input scale · weight scale) / output scale, in float32.</param>
    /// <param name="zeroPoint">Zero point of the output, −128 to 127.</param>
    /// <param name="low">Smallest output value, −128 to 127.</param>
    /// <param name="high">Largest output value, <paramref name="low"/> to 127.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static sbyte Requantize(int accumulator, float multiplier, int zeroPoint, int low, int high) =>
        RoundClamped(accumulator * multiplier, zeroPoint, low, high);

    /// <summary>The second half of <see cref="Requantize"/>, for sums that are float32 already.</summary>
    /// <param name="scaled">Output value in steps of the output's scale, zero point not yet added.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static sbyte RoundClamped(float scaled, int zeroPoint, int low, int high)
    {
        float clamped = MathF.Min(MathF.Max(scaled, low - zeroPoint), high - zeroPoint);
        return (sbyte)((int)MathF.Round(clamped, MidpointRounding.ToEven) + zeroPoint);
    }

    /// <summary>m = (input scale · weight scale) / output scale, each step rounded to float32.</summary>
    public static float Multiplier(float inputScale, float weightScale, float outputScale)
    {
        float product = inputScale * weightScale;
        return product / outputScale;
    }
}
