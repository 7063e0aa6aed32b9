using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>First stage of <see cref="Winograd4x4Neon"/>: Bᵀ·d·B of a patch of 6×6 inputs, eight channels at a time.</summary>
internal static unsafe class WinogradInputNeon
{
    private const int Step = Winograd4x4Neon.DepthStep;

    /// <param name="inputs">36 pixels.</param>
    /// <param name="values">[channel block][point][8]: where the result goes; holds the columns' transforms in between.</param>
    /// <param name="blocks">Blocks of eight channels.</param>
    public static void Transform(sbyte** inputs, short* values, int blocks)
    {
        Vector128<short> four = Vector128.Create((short)4);
        for (nint c = 0, end = (nint)blocks * Step; c < end; c += Step, values += Winograd4x4Neon.Points * Step)
        {
            for (nint x = 0; x < 6; x++)
            {
                Transform(
                    Widen(inputs[x] + c),
                    Widen(inputs[x + 6] + c),
                    Widen(inputs[x + 12] + c),
                    Widen(inputs[x + 18] + c),
                    Widen(inputs[x + 24] + c),
                    Widen(inputs[x + 30] + c),
                    four,
                    values + (x * Step),
                    6 * Step);
            }

            for (nint y = 0; y < 6; y++)
            {
                short* row = values + (y * 6 * Step);
                Transform(
                    Vector128.Load(row),
                    Vector128.Load(row + Step),
                    Vector128.Load(row + (2 * Step)),
                    Vector128.Load(row + (3 * Step)),
                    Vector128.Load(row + (4 * Step)),
                    Vector128.Load(row + (5 * Step)),
                    four,
                    row,
                    Step);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Widen(sbyte* eight) => AdvSimd.SignExtendWideningLower(Vector64.Load(eight));

    /// <summary>Bᵀ·d in one dimension; <paramref name="stride"/> is a constant where this is inlined.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transform(
        Vector128<short> d0,
        Vector128<short> d1,
        Vector128<short> d2,
        Vector128<short> d3,
        Vector128<short> d4,
        Vector128<short> d5,
        Vector128<short> four,
        short* to,
        int stride)
    {
        Vector128<short> even = d4 - d2, odd = d3 - d1;
        Vector128<short> even4 = AdvSimd.MultiplySubtract(d4, d2, four), odd4 = AdvSimd.MultiplySubtract(d3, d1, four);
        Vector128<short> twice = odd + odd;
        AdvSimd.MultiplyAdd(even, d0 - d2, four).Store(to);
        (even4 + odd4).Store(to + stride);
        (even4 - odd4).Store(to + (2 * stride));
        (even + twice).Store(to + (3 * stride));
        (even - twice).Store(to + (4 * stride));
        AdvSimd.MultiplySubtract(d5 - d3, odd, four).Store(to + (5 * stride));
    }
}
