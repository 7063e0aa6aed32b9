using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Second stage of <see cref="Winograd4x4Neon"/>: for each of the 36 points a matrix product of tiles by output channels. smlal
/// takes its activation by element, so nothing is spread; four tiles × 16 channels of int32 sums stay in registers.
/// </summary>
internal static unsafe class WinogradProductNeon
{
    private const int Points = Winograd4x4Neon.Points, Channels = Winograd4x4Neon.Channels, Step = Winograd4x4Neon.DepthStep;
    private const int TileSums = Points * Channels;

    /// <param name="values">[tile][input channel block][point][8].</param>
    /// <param name="tileValues">From one tile's values to the next one's.</param>
    /// <param name="weights">[point][input channel][16].</param>
    /// <param name="sums">[tile][point][16], written for a multiple of four tiles; those behind the real ones mean
    /// nothing.</param>
    /// <param name="depth">Input channels, a multiple of 8.</param>
    public static void Multiply(short* values, nint tileValues, short* weights, int* sums, int tiles, nint depth)
    {
        // Lower halves are taken after the last use of a whole vector, so that they are the same register.
        nint blocks = depth / Step;
        for (nint point = 0; point < Points; point++, weights += depth * Channels)
        {
            short* v = values + (point * Step);
            int* to = sums + (point * Channels);
            for (int tile = tiles; tile > 0; tile -= 4, v += 4 * tileValues, to += 4 * TileSums)
            {
                short* a0 = v, a1 = a0 + tileValues, a2 = a1 + tileValues, a3 = a2 + tileValues, w = weights;
                Vector128<int> s00 = Vector128<int>.Zero, s01 = s00, s02 = s00, s03 = s00;
                Vector128<int> s10 = Vector128<int>.Zero, s11 = s10, s12 = s10, s13 = s10;
                Vector128<int> s20 = Vector128<int>.Zero, s21 = s20, s22 = s20, s23 = s20;
                Vector128<int> s30 = Vector128<int>.Zero, s31 = s30, s32 = s30, s33 = s30;
                for (nint block = blocks; block > 0; block--, w += Step * Channels)
                {
                    Vector128<short> v0 = Vector128.Load(a0), v1 = Vector128.Load(a1);
                    Vector128<short> v2 = Vector128.Load(a2), v3 = Vector128.Load(a3);
                    a0 += Points * Step;
                    a1 += Points * Step;
                    a2 += Points * Step;
                    a3 += Points * Step;

                    Vector128<short> w0 = Vector128.Load(w), w1 = Vector128.Load(w + 8);
                    s01 = MultiplyUpper(s01, w0, v0, 0);
                    s11 = MultiplyUpper(s11, w0, v1, 0);
                    s21 = MultiplyUpper(s21, w0, v2, 0);
                    s31 = MultiplyUpper(s31, w0, v3, 0);
                    s03 = MultiplyUpper(s03, w1, v0, 0);
                    s13 = MultiplyUpper(s13, w1, v1, 0);
                    s23 = MultiplyUpper(s23, w1, v2, 0);
                    s33 = MultiplyUpper(s33, w1, v3, 0);
                    Vector64<short> l0 = w0.GetLower(), l1 = w1.GetLower();
                    s00 = MultiplyLower(s00, l0, v0, 0);
                    s10 = MultiplyLower(s10, l0, v1, 0);
                    s20 = MultiplyLower(s20, l0, v2, 0);
                    s30 = MultiplyLower(s30, l0, v3, 0);
                    s02 = MultiplyLower(s02, l1, v0, 0);
                    s12 = MultiplyLower(s12, l1, v1, 0);
                    s22 = MultiplyLower(s22, l1, v2, 0);
                    s32 = MultiplyLower(s32, l1, v3, 0);

                    w0 = Vector128.Load(w + 16);
                    w1 = Vector128.Load(w + 24);
                    s01 = MultiplyUpper(s01, w0, v0, 1);
                    s11 = MultiplyUpper(s11, w0, v1, 1);
                    s21 = MultiplyUpper(s21, w0, v2, 1);
                    s31 = MultiplyUpper(s31, w0, v3, 1);
                    s03 = MultiplyUpper(s03, w1, v0, 1);
                    s13 = MultiplyUpper(s13, w1, v1, 1);
                    s23 = MultiplyUpper(s23, w1, v2, 1);
                    s33 = MultiplyUpper(s33, w1, v3, 1);
                    l0 = w0.GetLower();
                    l1 = w1.GetLower();
                    s00 = MultiplyLower(s00, l0, v0, 1);
                    s10 = MultiplyLower(s10, l0, v1, 1);
                    s20 = MultiplyLower(s20, l0, v2, 1);
                    s30 = MultiplyLower(s30, l0, v3, 1);
                    s02 = MultiplyLower(s02, l1, v0, 1);
                    s12 = MultiplyLower(s12, l1, v1, 1);
                    s22 = MultiplyLower(s22, l1, v2, 1);
                    s32 = MultiplyLower(s32, l1, v3, 1);

                    w0 = Vector128.Load(w + 32);
                    w1 = Vector128.Load(w + 40);
                    s01 = MultiplyUpper(s01, w0, v0, 2);
                    s11 = MultiplyUpper(s11, w0, v1, 2);
                    s21 = MultiplyUpper(s21, w0, v2, 2);
                    s31 = MultiplyUpper(s31, w0, v3, 2);
                    s03 = MultiplyUpper(s03, w1, v0, 2);
                    s13 = MultiplyUpper(s13, w1, v1, 2);
                    s23 = MultiplyUpper(s23, w1, v2, 2);
                    s33 = MultiplyUpper(s33, w1, v3, 2);
                    l0 = w0.GetLower();
                    l1 = w1.GetLower();
                    s00 = MultiplyLower(s00, l0, v0, 2);
                    s10 = MultiplyLower(s10, l0, v1, 2);
                    s20 = MultiplyLower(s20, l0, v2, 2);
                    s30 = MultiplyLower(s30, l0, v3, 2);
                    s02 = MultiplyLower(s02, l1, v0, 2);
                    s12 = MultiplyLower(s12, l1, v1, 2);
                    s22 = MultiplyLower(s22, l1, v2, 2);
                    s32 = MultiplyLower(s32, l1, v3, 2);

                    w0 = Vector128.Load(w + 48);
                    w1 = Vector128.Load(w + 56);
                    s01 = MultiplyUpper(s01, w0, v0, 3);
                    s11 = MultiplyUpper(s11, w0, v1, 3);
                    s21 = MultiplyUpper(s21, w0, v2, 3);
                    s31 = MultiplyUpper(s31, w0, v3, 3);
                    s03 = MultiplyUpper(s03, w1, v0, 3);
                    s13 = MultiplyUpper(s13, w1, v1, 3);
                    s23 = MultiplyUpper(s23, w1, v2, 3);
                    s33 = MultiplyUpper(s33, w1, v3, 3);
                    l0 = w0.GetLower();
                    l1 = w1.GetLower();
                    s00 = MultiplyLower(s00, l0, v0, 3);
                    s10 = MultiplyLower(s10, l0, v1, 3);
                    s20 = MultiplyLower(s20, l0, v2, 3);
                    s30 = MultiplyLower(s30, l0, v3, 3);
                    s02 = MultiplyLower(s02, l1, v0, 3);
                    s12 = MultiplyLower(s12, l1, v1, 3);
                    s22 = MultiplyLower(s22, l1, v2, 3);
                    s32 = MultiplyLower(s32, l1, v3, 3);

                    w0 = Vector128.Load(w + 64);
                    w1 = Vector128.Load(w + 72);
                    s01 = MultiplyUpper(s01, w0, v0, 4);
                    s11 = MultiplyUpper(s11, w0, v1, 4);
                    s21 = MultiplyUpper(s21, w0, v2, 4);
                    s31 = MultiplyUpper(s31, w0, v3, 4);
                    s03 = MultiplyUpper(s03, w1, v0, 4);
                    s13 = MultiplyUpper(s13, w1, v1, 4);
                    s23 = MultiplyUpper(s23, w1, v2, 4);
                    s33 = MultiplyUpper(s33, w1, v3, 4);
                    l0 = w0.GetLower();
                    l1 = w1.GetLower();
                    s00 = MultiplyLower(s00, l0, v0, 4);
                    s10 = MultiplyLower(s10, l0, v1, 4);
                    s20 = MultiplyLower(s20, l0, v2, 4);
                    s30 = MultiplyLower(s30, l0, v3, 4);
                    s02 = MultiplyLower(s02, l1, v0, 4);
                    s12 = MultiplyLower(s12, l1, v1, 4);
                    s22 = MultiplyLower(s22, l1, v2, 4);
                    s32 = MultiplyLower(s32, l1, v3, 4);

                    w0 = Vector128.Load(w + 80);
                    w1 = Vector128.Load(w + 88);
                    s01 = MultiplyUpper(s01, w0, v0, 5);
                    s11 = MultiplyUpper(s11, w0, v1, 5);
                    s21 = MultiplyUpper(s21, w0, v2, 5);
                    s31 = MultiplyUpper(s31, w0, v3, 5);
                    s03 = MultiplyUpper(s03, w1, v0, 5);
                    s13 = MultiplyUpper(s13, w1, v1, 5);
                    s23 = MultiplyUpper(s23, w1, v2, 5);
                    s33 = MultiplyUpper(s33, w1, v3, 5);
                    l0 = w0.GetLower();
                    l1 = w1.GetLower();
                    s00 = MultiplyLower(s00, l0, v0, 5);
                    s10 = MultiplyLower(s10, l0, v1, 5);
                    s20 = MultiplyLower(s20, l0, v2, 5);
                    s30 = MultiplyLower(s30, l0, v3, 5);
                    s02 = MultiplyLower(s02, l1, v0, 5);
                    s12 = MultiplyLower(s12, l1, v1, 5);
                    s22 = MultiplyLower(s22, l1, v2, 5);
                    s32 = MultiplyLower(s32, l1, v3, 5);

                    w0 = Vector128.Load(w + 96);
                    w1 = Vector128.Load(w + 104);
                    s01 = MultiplyUpper(s01, w0, v0, 6);
                    s11 = MultiplyUpper(s11, w0, v1, 6);
                    s21 = MultiplyUpper(s21, w0, v2, 6);
                    s31 = MultiplyUpper(s31, w0, v3, 6);
                    s03 = MultiplyUpper(s03, w1, v0, 6);
                    s13 = MultiplyUpper(s13, w1, v1, 6);
                    s23 = MultiplyUpper(s23, w1, v2, 6);
                    s33 = MultiplyUpper(s33, w1, v3, 6);
                    l0 = w0.GetLower();
                    l1 = w1.GetLower();
                    s00 = MultiplyLower(s00, l0, v0, 6);
                    s10 = MultiplyLower(s10, l0, v1, 6);
                    s20 = MultiplyLower(s20, l0, v2, 6);
                    s30 = MultiplyLower(s30, l0, v3, 6);
                    s02 = MultiplyLower(s02, l1, v0, 6);
                    s12 = MultiplyLower(s12, l1, v1, 6);
                    s22 = MultiplyLower(s22, l1, v2, 6);
                    s32 = MultiplyLower(s32, l1, v3, 6);

                    w0 = Vector128.Load(w + 112);
                    w1 = Vector128.Load(w + 120);
                    s01 = MultiplyUpper(s01, w0, v0, 7);
                    s11 = MultiplyUpper(s11, w0, v1, 7);
                    s21 = MultiplyUpper(s21, w0, v2, 7);
                    s31 = MultiplyUpper(s31, w0, v3, 7);
                    s03 = MultiplyUpper(s03, w1, v0, 7);
                    s13 = MultiplyUpper(s13, w1, v1, 7);
                    s23 = MultiplyUpper(s23, w1, v2, 7);
                    s33 = MultiplyUpper(s33, w1, v3, 7);
                    l0 = w0.GetLower();
                    l1 = w1.GetLower();
                    s00 = MultiplyLower(s00, l0, v0, 7);
                    s10 = MultiplyLower(s10, l0, v1, 7);
                    s20 = MultiplyLower(s20, l0, v2, 7);
                    s30 = MultiplyLower(s30, l0, v3, 7);
                    s02 = MultiplyLower(s02, l1, v0, 7);
                    s12 = MultiplyLower(s12, l1, v1, 7);
                    s22 = MultiplyLower(s22, l1, v2, 7);
                    s32 = MultiplyLower(s32, l1, v3, 7);
                }

                s00.Store(to);
                s01.Store(to + 4);
                s02.Store(to + 8);
                s03.Store(to + 12);
                s10.Store(to + TileSums);
                s11.Store(to + TileSums + 4);
                s12.Store(to + TileSums + 8);
                s13.Store(to + TileSums + 12);
                s20.Store(to + (2 * TileSums));
                s21.Store(to + (2 * TileSums) + 4);
                s22.Store(to + (2 * TileSums) + 8);
                s23.Store(to + (2 * TileSums) + 12);
                s30.Store(to + (3 * TileSums));
                s31.Store(to + (3 * TileSums) + 4);
                s32.Store(to + (3 * TileSums) + 8);
                s33.Store(to + (3 * TileSums) + 12);
            }
        }
    }

    /// <summary>Adds four channels' products with one activation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> MultiplyLower(
        Vector128<int> sum, Vector64<short> weights, Vector128<short> values, [ConstantExpected(Max = (byte)7)] byte lane) =>
        AdvSimd.MultiplyBySelectedScalarWideningLowerAndAdd(sum, weights, values, lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> MultiplyUpper(
        Vector128<int> sum, Vector128<short> weights, Vector128<short> values, [ConstantExpected(Max = (byte)7)] byte lane) =>
        AdvSimd.MultiplyBySelectedScalarWideningUpperAndAdd(sum, weights, values, lane);
}
