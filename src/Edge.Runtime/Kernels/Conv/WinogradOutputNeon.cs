using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>What the last stage of <see cref="Winograd4x4Neon"/> knows of a block of output channels.</summary>
internal unsafe struct WinogradOutput
{
    /// <summary>[channel], times <see cref="WinogradWeights.Scale"/>.</summary>
    public int* Bias;

    /// <summary>[channel].</summary>
    public float* Multipliers;

    /// <summary>Added to every output pointer: the block's first channel.</summary>
    public nint Offset;

    /// <summary>Real channels of the block, a multiple of 4.</summary>
    public int Channels;

    /// <summary>Bounds of the output, its zero point included.</summary>
    public int Low, High;

    public int ZeroPoint;
}

/// <summary>
/// Last stage of <see cref="Winograd4x4Neon"/>: Aᵀ·m·A of a tile's 36 sums, requantized, four channels at a time.
/// </summary>
internal static unsafe class WinogradOutputNeon
{
    /// <param name="sums">[point][16].</param>
    /// <param name="outputs">16 pixels.</param>
    public static void Transform(in WinogradOutput block, int* sums, sbyte** outputs)
    {
        Vector128<int> two = Vector128.Create(2), four = Vector128.Create(4), eight = Vector128.Create(8);
        nint offset = block.Offset;
        for (int channel = 0; channel < block.Channels; channel += 4, offset += 4, sums += 4)
        {
            // Point (1, 1) has the factor 1 in every output.
            Vector128<int> bias = Vector128.Load(block.Bias + channel);
            Transform(
                Load(sums, 0),
                Load(sums, 6),
                Load(sums, 12),
                Load(sums, 18),
                Load(sums, 24),
                Load(sums, 30),
                two, four, eight,
                out Vector128<int> z00, out Vector128<int> z10, out Vector128<int> z20, out Vector128<int> z30);
            Transform(
                Load(sums, 1),
                Load(sums, 7) + bias,
                Load(sums, 13),
                Load(sums, 19),
                Load(sums, 25),
                Load(sums, 31),
                two, four, eight,
                out Vector128<int> z01, out Vector128<int> z11, out Vector128<int> z21, out Vector128<int> z31);
            Transform(
                Load(sums, 2),
                Load(sums, 8),
                Load(sums, 14),
                Load(sums, 20),
                Load(sums, 26),
                Load(sums, 32),
                two, four, eight,
                out Vector128<int> z02, out Vector128<int> z12, out Vector128<int> z22, out Vector128<int> z32);
            Transform(
                Load(sums, 3),
                Load(sums, 9),
                Load(sums, 15),
                Load(sums, 21),
                Load(sums, 27),
                Load(sums, 33),
                two, four, eight,
                out Vector128<int> z03, out Vector128<int> z13, out Vector128<int> z23, out Vector128<int> z33);
            Transform(
                Load(sums, 4),
                Load(sums, 10),
                Load(sums, 16),
                Load(sums, 22),
                Load(sums, 28),
                Load(sums, 34),
                two, four, eight,
                out Vector128<int> z04, out Vector128<int> z14, out Vector128<int> z24, out Vector128<int> z34);
            Transform(
                Load(sums, 5),
                Load(sums, 11),
                Load(sums, 17),
                Load(sums, 23),
                Load(sums, 29),
                Load(sums, 35),
                two, four, eight,
                out Vector128<int> z05, out Vector128<int> z15, out Vector128<int> z25, out Vector128<int> z35);

            var requantize = new WinogradRequantizeNeon(block, channel);
            Vector128<int> y0, y1, y2, y3;
            Transform(
                z00, z01, z02, z03, z04, z05, two, four, eight, out y0, out y1, out y2, out y3);
            Store(requantize.Round(y0, y1, y2, y3), outputs + 0, offset);
            Transform(
                z10, z11, z12, z13, z14, z15, two, four, eight, out y0, out y1, out y2, out y3);
            Store(requantize.Round(y0, y1, y2, y3), outputs + 4, offset);
            Transform(
                z20, z21, z22, z23, z24, z25, two, four, eight, out y0, out y1, out y2, out y3);
            Store(requantize.Round(y0, y1, y2, y3), outputs + 8, offset);
            Transform(
                z30, z31, z32, z33, z34, z35, two, four, eight, out y0, out y1, out y2, out y3);
            Store(requantize.Round(y0, y1, y2, y3), outputs + 12, offset);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Load(int* sums, int point) => Vector128.Load(sums + (point * Winograd4x4Neon.Channels));

    /// <summary>Aᵀ·m in one dimension, the last column twice as large.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transform(
        Vector128<int> m0,
        Vector128<int> m1,
        Vector128<int> m2,
        Vector128<int> m3,
        Vector128<int> m4,
        Vector128<int> m5,
        Vector128<int> two,
        Vector128<int> four,
        Vector128<int> eight,
        out Vector128<int> y0,
        out Vector128<int> y1,
        out Vector128<int> y2,
        out Vector128<int> y3)
    {
        Vector128<int> inner = m1 + m2, outer = m3 + m4, innerOdd = m1 - m2, outerOdd = m3 - m4;
        y0 = m0 + inner + outer;
        y1 = AdvSimd.MultiplyAdd(innerOdd, outerOdd, two);
        y2 = AdvSimd.MultiplyAdd(inner, outer, four);
        y3 = AdvSimd.MultiplyAdd(AdvSimd.MultiplyAdd(innerOdd, outerOdd, eight), m5, two);
    }

    /// <summary>Four neighbouring pixels of four channels each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<int> pixels, sbyte** outputs, nint offset)
    {
        AdvSimd.StoreSelectedScalar((int*)(outputs[0] + offset), pixels, 0);
        AdvSimd.StoreSelectedScalar((int*)(outputs[1] + offset), pixels, 1);
        AdvSimd.StoreSelectedScalar((int*)(outputs[2] + offset), pixels, 2);
        AdvSimd.StoreSelectedScalar((int*)(outputs[3] + offset), pixels, 3);
    }
}
