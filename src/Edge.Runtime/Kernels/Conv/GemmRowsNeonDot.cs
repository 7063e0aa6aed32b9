using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>Pixels of a tile: 6, 3 or 1.</summary>
internal interface IDotRows
{
    static abstract int Count { get; }
}

/// <summary>16 channels, or 8.</summary>
internal interface IDotWidth
{
    static abstract bool IsWide { get; }
}

/// <summary>
/// A run of tiles with SDOT: a lane of int32 is one channel, SDOT adds four products to it. One load brings 16 activations of
/// a pixel, of which SDOT picks four by lane; two loads bring four weights of eight channels. Every condition on the type
/// parameters is a constant, what it excludes takes no registers.
/// </summary>
internal static unsafe class GemmRowsNeonDot<TRows, TWidth, TGroups, TInputs>
    where TRows : struct, IDotRows
    where TWidth : struct, IDotWidth
    where TGroups : struct, IBlockGroups
    where TInputs : struct, IGemmInputs
{
    /// <summary>Computes <paramref name="tiles"/> tiles of whole pixels from pixel <paramref name="first"/> of the run on.</summary>
    public static void Compute(in GemmRun run, int first, int tiles)
    {
        nint inputStride = run.InputStride, outputStride = run.OutputStride, tapPitch = run.TapPitch;
        nint group = TInputs.Grouped ? run.InputOffset : 0;
        sbyte* input = run.Input + (first * inputStride), output = run.Output + (first * outputStride);
        sbyte** pointers = run.Pointers + first;
        nint whole = run.Depth & ~15, rest = run.Depth & 15, step = TWidth.IsWide ? 64 : 32, restBytes = rest / 4 * step;
        var range = new OutputRangeNeon(run.Requantize);
        bool narrows = run.Requantize.FitsInt16 && !range.Clamps;
        int width = TWidth.IsWide ? 16 : 8;
        for (; tiles > 0; tiles--)
        {
            // Loaded for each pixel: copies of registers would keep the pipes of SDOT busy.
            int* bias = run.Bias;
            Vector128<int> s00 = Vector128.Load(bias), s01 = Vector128.Load(bias + 4), s02 = default, s03 = default;
            Vector128<int> s10 = default, s11 = default, s12 = default, s13 = default, s20 = default, s21 = default;
            Vector128<int> s22 = default, s23 = default, s30 = default, s31 = default, s32 = default, s33 = default;
            Vector128<int> s40 = default, s41 = default, s42 = default, s43 = default, s50 = default, s51 = default;
            Vector128<int> s52 = default, s53 = default;
            if (TWidth.IsWide)
                LoadPair(ref s02, ref s03, bias, 8);
            if (TRows.Count > 1)
            {
                LoadPair(ref s10, ref s11, bias, width);
                LoadPair(ref s20, ref s21, bias, 2 * width);
                if (TWidth.IsWide)
                {
                    LoadPair(ref s12, ref s13, bias, width + 8);
                    LoadPair(ref s22, ref s23, bias, (2 * width) + 8);
                }
            }

            if (TRows.Count > 3)
            {
                LoadPair(ref s30, ref s31, bias, 3 * width);
                LoadPair(ref s40, ref s41, bias, 4 * width);
                LoadPair(ref s50, ref s51, bias, 5 * width);
                if (TWidth.IsWide)
                {
                    LoadPair(ref s32, ref s33, bias, (3 * width) + 8);
                    LoadPair(ref s42, ref s43, bias, (4 * width) + 8);
                    LoadPair(ref s52, ref s53, bias, (5 * width) + 8);
                }
            }

            sbyte* w = (sbyte*)run.Weights;
            sbyte** taps = pointers;
            int tap = TInputs.Indirect ? run.Taps : 1;
            do
            {
                sbyte* a0 = input, a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
                if (TInputs.Indirect)
                {
                    a0 = taps[0] + group;
                    if (TRows.Count > 1)
                    {
                        a1 = taps[1] + group;
                        a2 = taps[2] + group;
                    }

                    if (TRows.Count > 3)
                    {
                        a3 = taps[3] + group;
                        a4 = taps[4] + group;
                        a5 = taps[5] + group;
                    }

                    taps += tapPitch;
                }
                else
                {
                    a1 = a0 + inputStride;
                    a2 = a1 + inputStride;
                    a3 = a2 + inputStride;
                    a4 = a3 + inputStride;
                    a5 = a4 + inputStride;
                }

                Vector128<sbyte> x0 = default, x1 = default, x2 = default, x3 = default, x4 = default, x5 = default, w0, w1;
                if (TGroups.Count > 1)
                {
                    // As many lanes as a group has channels: groups of four in lanes 0 to 3, groups of eight in lanes 0, 1 and 2, 3.
                    Load(ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, a0, a1, a2, a3, a4, a5, 0);
                    (w0, w1) = (Vector128.Load(w), Vector128.Load(w + 16));
                    if (TGroups.Count == 4)
                    {
                        Dot(ref s00, ref s10, ref s20, ref s30, ref s40, ref s50, w0, x0, x1, x2, x3, x4, x5, 0);
                        Dot(ref s01, ref s11, ref s21, ref s31, ref s41, ref s51, w1, x0, x1, x2, x3, x4, x5, 1);
                        (w0, w1) = (Vector128.Load(w + 32), Vector128.Load(w + 48));
                        Dot(ref s02, ref s12, ref s22, ref s32, ref s42, ref s52, w0, x0, x1, x2, x3, x4, x5, 2);
                        Dot(ref s03, ref s13, ref s23, ref s33, ref s43, ref s53, w1, x0, x1, x2, x3, x4, x5, 3);
                        w += 64;
                        continue;
                    }

                    Dot(ref s00, ref s10, ref s20, ref s30, ref s40, ref s50, w0, x0, x1, x2, x3, x4, x5, 0);
                    Dot(ref s01, ref s11, ref s21, ref s31, ref s41, ref s51, w1, x0, x1, x2, x3, x4, x5, 0);
                    (w0, w1) = (Vector128.Load(w + 32), Vector128.Load(w + 48));
                    Dot(ref s02, ref s12, ref s22, ref s32, ref s42, ref s52, w0, x0, x1, x2, x3, x4, x5, 2);
                    Dot(ref s03, ref s13, ref s23, ref s33, ref s43, ref s53, w1, x0, x1, x2, x3, x4, x5, 2);
                    (w0, w1) = (Vector128.Load(w + 64), Vector128.Load(w + 80));
                    Dot(ref s00, ref s10, ref s20, ref s30, ref s40, ref s50, w0, x0, x1, x2, x3, x4, x5, 1);
                    Dot(ref s01, ref s11, ref s21, ref s31, ref s41, ref s51, w1, x0, x1, x2, x3, x4, x5, 1);
                    (w0, w1) = (Vector128.Load(w + 96), Vector128.Load(w + 112));
                    Dot(ref s02, ref s12, ref s22, ref s32, ref s42, ref s52, w0, x0, x1, x2, x3, x4, x5, 3);
                    Dot(ref s03, ref s13, ref s23, ref s33, ref s43, ref s53, w1, x0, x1, x2, x3, x4, x5, 3);
                    w += 128;
                    continue;
                }

                nint k = 0;
                for (; k < whole; k += 16, w += 4 * step)
                {
                    Load(ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, a0, a1, a2, a3, a4, a5, k);
                    (w0, w1) = (Vector128.Load(w), Vector128.Load(w + 16));
                    Dot(ref s00, ref s10, ref s20, ref s30, ref s40, ref s50, w0, x0, x1, x2, x3, x4, x5, 0);
                    Dot(ref s01, ref s11, ref s21, ref s31, ref s41, ref s51, w1, x0, x1, x2, x3, x4, x5, 0);
                    if (TWidth.IsWide)
                    {
                        (w0, w1) = (Vector128.Load(w + 32), Vector128.Load(w + 48));
                        Dot(ref s02, ref s12, ref s22, ref s32, ref s42, ref s52, w0, x0, x1, x2, x3, x4, x5, 0);
                        Dot(ref s03, ref s13, ref s23, ref s33, ref s43, ref s53, w1, x0, x1, x2, x3, x4, x5, 0);
                    }

                    (w0, w1) = (Vector128.Load(w + step), Vector128.Load(w + step + 16));
                    Dot(ref s00, ref s10, ref s20, ref s30, ref s40, ref s50, w0, x0, x1, x2, x3, x4, x5, 1);
                    Dot(ref s01, ref s11, ref s21, ref s31, ref s41, ref s51, w1, x0, x1, x2, x3, x4, x5, 1);
                    if (TWidth.IsWide)
                    {
                        (w0, w1) = (Vector128.Load(w + step + 32), Vector128.Load(w + step + 48));
                        Dot(ref s02, ref s12, ref s22, ref s32, ref s42, ref s52, w0, x0, x1, x2, x3, x4, x5, 1);
                        Dot(ref s03, ref s13, ref s23, ref s33, ref s43, ref s53, w1, x0, x1, x2, x3, x4, x5, 1);
                    }

                    (w0, w1) = (Vector128.Load(w + (2 * step)), Vector128.Load(w + (2 * step) + 16));
                    Dot(ref s00, ref s10, ref s20, ref s30, ref s40, ref s50, w0, x0, x1, x2, x3, x4, x5, 2);
                    Dot(ref s01, ref s11, ref s21, ref s31, ref s41, ref s51, w1, x0, x1, x2, x3, x4, x5, 2);
                    if (TWidth.IsWide)
                    {
                        (w0, w1) = (Vector128.Load(w + (2 * step) + 32), Vector128.Load(w + (2 * step) + 48));
                        Dot(ref s02, ref s12, ref s22, ref s32, ref s42, ref s52, w0, x0, x1, x2, x3, x4, x5, 2);
                        Dot(ref s03, ref s13, ref s23, ref s33, ref s43, ref s53, w1, x0, x1, x2, x3, x4, x5, 2);
                    }

                    (w0, w1) = (Vector128.Load(w + (3 * step)), Vector128.Load(w + (3 * step) + 16));
                    Dot(ref s00, ref s10, ref s20, ref s30, ref s40, ref s50, w0, x0, x1, x2, x3, x4, x5, 3);
                    Dot(ref s01, ref s11, ref s21, ref s31, ref s41, ref s51, w1, x0, x1, x2, x3, x4, x5, 3);
                    if (TWidth.IsWide)
                    {
                        (w0, w1) = (Vector128.Load(w + (3 * step) + 32), Vector128.Load(w + (3 * step) + 48));
                        Dot(ref s02, ref s12, ref s22, ref s32, ref s42, ref s52, w0, x0, x1, x2, x3, x4, x5, 3);
                        Dot(ref s03, ref s13, ref s23, ref s33, ref s43, ref s53, w1, x0, x1, x2, x3, x4, x5, 3);
                    }
                }

                if (rest == 0)
                    continue;
                Load(ref x0, ref x1, ref x2, ref x3, ref x4, ref x5, a0, a1, a2, a3, a4, a5, k);
                (w0, w1) = (Vector128.Load(w), Vector128.Load(w + 16));
                Dot(ref s00, ref s10, ref s20, ref s30, ref s40, ref s50, w0, x0, x1, x2, x3, x4, x5, 0);
                Dot(ref s01, ref s11, ref s21, ref s31, ref s41, ref s51, w1, x0, x1, x2, x3, x4, x5, 0);
                if (TWidth.IsWide)
                {
                    (w0, w1) = (Vector128.Load(w + 32), Vector128.Load(w + 48));
                    Dot(ref s02, ref s12, ref s22, ref s32, ref s42, ref s52, w0, x0, x1, x2, x3, x4, x5, 0);
                    Dot(ref s03, ref s13, ref s23, ref s33, ref s43, ref s53, w1, x0, x1, x2, x3, x4, x5, 0);
                }
                if (rest > 4)
                {
                    (w0, w1) = (Vector128.Load(w + step), Vector128.Load(w + step + 16));
                    Dot(ref s00, ref s10, ref s20, ref s30, ref s40, ref s50, w0, x0, x1, x2, x3, x4, x5, 1);
                    Dot(ref s01, ref s11, ref s21, ref s31, ref s41, ref s51, w1, x0, x1, x2, x3, x4, x5, 1);
                    if (TWidth.IsWide)
                    {
                        (w0, w1) = (Vector128.Load(w + step + 32), Vector128.Load(w + step + 48));
                        Dot(ref s02, ref s12, ref s22, ref s32, ref s42, ref s52, w0, x0, x1, x2, x3, x4, x5, 1);
                        Dot(ref s03, ref s13, ref s23, ref s33, ref s43, ref s53, w1, x0, x1, x2, x3, x4, x5, 1);
                    }
                }

                if (rest > 8)
                {
                    (w0, w1) = (Vector128.Load(w + (2 * step)), Vector128.Load(w + (2 * step) + 16));
                    Dot(ref s00, ref s10, ref s20, ref s30, ref s40, ref s50, w0, x0, x1, x2, x3, x4, x5, 2);
                    Dot(ref s01, ref s11, ref s21, ref s31, ref s41, ref s51, w1, x0, x1, x2, x3, x4, x5, 2);
                    if (TWidth.IsWide)
                    {
                        (w0, w1) = (Vector128.Load(w + (2 * step) + 32), Vector128.Load(w + (2 * step) + 48));
                        Dot(ref s02, ref s12, ref s22, ref s32, ref s42, ref s52, w0, x0, x1, x2, x3, x4, x5, 2);
                        Dot(ref s03, ref s13, ref s23, ref s33, ref s43, ref s53, w1, x0, x1, x2, x3, x4, x5, 2);
                    }
                }

                w += restBytes;
            }
            while (TInputs.Indirect && --tap != 0);

            sbyte* o = output;
            if (TWidth.IsWide)
            {
                var requantize = new RequantizeNeon16(run.Requantize.Multipliers, range);
                if (narrows)
                {
                    requantize.StoreNarrowed(s00, s01, s02, s03, o);
                    if (TRows.Count > 1)
                    {
                        requantize.StoreNarrowed(s10, s11, s12, s13, o += outputStride);
                        requantize.StoreNarrowed(s20, s21, s22, s23, o += outputStride);
                    }

                    if (TRows.Count > 3)
                    {
                        requantize.StoreNarrowed(s30, s31, s32, s33, o += outputStride);
                        requantize.StoreNarrowed(s40, s41, s42, s43, o += outputStride);
                        requantize.StoreNarrowed(s50, s51, s52, s53, o += outputStride);
                    }
                }
                else
                {
                    requantize.Store(s00, s01, s02, s03, o);
                    if (TRows.Count > 1)
                    {
                        requantize.Store(s10, s11, s12, s13, o += outputStride);
                        requantize.Store(s20, s21, s22, s23, o += outputStride);
                    }

                    if (TRows.Count > 3)
                    {
                        requantize.Store(s30, s31, s32, s33, o += outputStride);
                        requantize.Store(s40, s41, s42, s43, o += outputStride);
                        requantize.Store(s50, s51, s52, s53, o += outputStride);
                    }
                }
            }
            else
            {
                var requantize = new RequantizeNeon(run.Requantize.Multipliers, range);
                requantize.Store(s00, s01, o);
                if (TRows.Count > 1)
                {
                    requantize.Store(s10, s11, o += outputStride);
                    requantize.Store(s20, s21, o += outputStride);
                }

                if (TRows.Count > 3)
                {
                    requantize.Store(s30, s31, o += outputStride);
                    requantize.Store(s40, s41, o += outputStride);
                    requantize.Store(s50, s51, o += outputStride);
                }
            }

            input += TRows.Count * inputStride;
            pointers += TRows.Count;
            output += TRows.Count * outputStride;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadPair(ref Vector128<int> sum0, ref Vector128<int> sum1, int* bias, int offset)
    {
        sum0 = Vector128.Load(bias + offset);
        sum1 = Vector128.Load(bias + offset + 4);
    }

    /// <summary>16 activations of every pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(
        ref Vector128<sbyte> x0, ref Vector128<sbyte> x1, ref Vector128<sbyte> x2,
        ref Vector128<sbyte> x3, ref Vector128<sbyte> x4, ref Vector128<sbyte> x5,
        sbyte* a0, sbyte* a1, sbyte* a2, sbyte* a3, sbyte* a4, sbyte* a5, nint k)
    {
        x0 = Vector128.Load(a0 + k);
        if (TRows.Count > 1)
        {
            x1 = Vector128.Load(a1 + k);
            x2 = Vector128.Load(a2 + k);
        }

        if (TRows.Count > 3)
        {
            x3 = Vector128.Load(a3 + k);
            x4 = Vector128.Load(a4 + k);
            x5 = Vector128.Load(a5 + k);
        }
    }

    /// <summary>Four products for four channels of every pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Dot(
        ref Vector128<int> s0, ref Vector128<int> s1, ref Vector128<int> s2,
        ref Vector128<int> s3, ref Vector128<int> s4, ref Vector128<int> s5, Vector128<sbyte> w,
        Vector128<sbyte> x0, Vector128<sbyte> x1, Vector128<sbyte> x2,
        Vector128<sbyte> x3, Vector128<sbyte> x4, Vector128<sbyte> x5, [ConstantExpected(Max = (byte)3)] byte lane)
    {
        s0 = Dp.DotProductBySelectedQuadruplet(s0, w, x0, lane);
        if (TRows.Count > 1)
        {
            s1 = Dp.DotProductBySelectedQuadruplet(s1, w, x1, lane);
            s2 = Dp.DotProductBySelectedQuadruplet(s2, w, x2, lane);
        }

        if (TRows.Count > 3)
        {
            s3 = Dp.DotProductBySelectedQuadruplet(s3, w, x3, lane);
            s4 = Dp.DotProductBySelectedQuadruplet(s4, w, x4, lane);
            s5 = Dp.DotProductBySelectedQuadruplet(s5, w, x5, lane);
        }
    }
}
