using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 6 pixels × 16 channels on 256-bit VNNI. A panel is [four channels][pixel][channel], sign bits flipped already: the loop is
/// nothing but broadcasts and products.
/// </summary>
internal readonly unsafe struct GemmPanel6x16AvxVnni : IGemmPanel<Gemm6x16AvxVnni>
{
    /// <summary>Bytes of four channels of all pixels.</summary>
    private const int Step = 24;

    public static int ActivationBytes => 1;

    public static void Interleave(sbyte** rows, nint depth, byte* panel)
    {
        sbyte* a0 = rows[0], a1 = rows[1], a2 = rows[2], a3 = rows[3], a4 = rows[4], a5 = rows[5];
        nint k = 0;
        Vector256<int> flip = Vector256.Create(unchecked((int)0x80808080));
        for (; k + 32 <= depth; k += 32, panel += 8 * Step)
        {
            Vector256<int> r0 = Vector256.Load((int*)(a0 + k)) ^ flip, r1 = Vector256.Load((int*)(a1 + k)) ^ flip;
            Vector256<int> r2 = Vector256.Load((int*)(a2 + k)) ^ flip, r3 = Vector256.Load((int*)(a3 + k)) ^ flip;
            Vector256<int> r4 = Vector256.Load((int*)(a4 + k)) ^ flip, r5 = Vector256.Load((int*)(a5 + k)) ^ flip;

            // Within each 128-bit half the steps 0 to 3: of pixels 0 and 1, 2 and 3, 4 and 5, then of pixels 0 to 3.
            Vector256<long> low01 = Avx2.UnpackLow(r0, r1).AsInt64(), high01 = Avx2.UnpackHigh(r0, r1).AsInt64();
            Vector256<long> low23 = Avx2.UnpackLow(r2, r3).AsInt64(), high23 = Avx2.UnpackHigh(r2, r3).AsInt64();
            Vector256<long> low45 = Avx2.UnpackLow(r4, r5).AsInt64(), high45 = Avx2.UnpackHigh(r4, r5).AsInt64();
            Vector256<long> s0 = Avx2.UnpackLow(low01, low23), s1 = Avx2.UnpackHigh(low01, low23);
            Vector256<long> s2 = Avx2.UnpackLow(high01, high23), s3 = Avx2.UnpackHigh(high01, high23);
            Store(s0.GetLower(), s1.GetLower(), s2.GetLower(), s3.GetLower(), low45.GetLower(), high45.GetLower(), panel);
            Store(
                s0.GetUpper(), s1.GetUpper(), s2.GetUpper(), s3.GetUpper(), low45.GetUpper(), high45.GetUpper(), panel + (4 * Step));
        }

        for (; k + 16 <= depth; k += 16, panel += 4 * Step)
        {
            Vector128<int> half = flip.GetLower();
            Vector128<int> r0 = Vector128.Load((int*)(a0 + k)) ^ half, r1 = Vector128.Load((int*)(a1 + k)) ^ half;
            Vector128<int> r2 = Vector128.Load((int*)(a2 + k)) ^ half, r3 = Vector128.Load((int*)(a3 + k)) ^ half;
            Vector128<int> r4 = Vector128.Load((int*)(a4 + k)) ^ half, r5 = Vector128.Load((int*)(a5 + k)) ^ half;
            Vector128<long> low01 = Sse2.UnpackLow(r0, r1).AsInt64(), high01 = Sse2.UnpackHigh(r0, r1).AsInt64();
            Vector128<long> low23 = Sse2.UnpackLow(r2, r3).AsInt64(), high23 = Sse2.UnpackHigh(r2, r3).AsInt64();
            Vector128<long> low45 = Sse2.UnpackLow(r4, r5).AsInt64(), high45 = Sse2.UnpackHigh(r4, r5).AsInt64();
            Store(
                Sse2.UnpackLow(low01, low23), Sse2.UnpackHigh(low01, low23),
                Sse2.UnpackLow(high01, high23), Sse2.UnpackHigh(high01, high23), low45, high45, panel);
        }

        for (; k < depth; k += 4, panel += Step)
        {
            int* step = (int*)panel;
            step[0] = *(int*)(a0 + k) ^ flip.ToScalar();
            step[1] = *(int*)(a1 + k) ^ flip.ToScalar();
            step[2] = *(int*)(a2 + k) ^ flip.ToScalar();
            step[3] = *(int*)(a3 + k) ^ flip.ToScalar();
            step[4] = *(int*)(a4 + k) ^ flip.ToScalar();
            step[5] = *(int*)(a5 + k) ^ flip.ToScalar();
        }
    }

    public static void Compute(in GemmRun run)
    {
        var requantize = new RequantizeAvx2(run.Requantize);
        nint outputStride = run.OutputStride;
        nint panelBytes = (nint)run.Depth * 6;
        var panel = (byte*)run.Input;
        sbyte* output = run.Output;
        for (int pixels = run.Pixels; pixels > 0; pixels -= 6, output += 6 * outputStride)
        {
            Vector256<int> s00 = Vector256.Load(run.Bias), s01 = Vector256.Load(run.Bias + 8);
            Vector256<int> s10 = s00, s11 = s01, s20 = s00, s21 = s01, s30 = s00, s31 = s01;
            Vector256<int> s40 = s00, s41 = s01, s50 = s00, s51 = s01;
            var w = (sbyte*)run.Weights;
            for (byte* end = panel + panelBytes; panel != end; panel += Step, w += 64)
            {
                Vector256<sbyte> w0 = Vector256.Load(w), w1 = Vector256.Load(w + 32);
                Vector256<byte> x = Avx2.BroadcastScalarToVector256((int*)panel).AsByte();
                s00 = AvxVnni.MultiplyWideningAndAdd(s00, x, w0);
                s01 = AvxVnni.MultiplyWideningAndAdd(s01, x, w1);
                x = Avx2.BroadcastScalarToVector256((int*)(panel + 4)).AsByte();
                s10 = AvxVnni.MultiplyWideningAndAdd(s10, x, w0);
                s11 = AvxVnni.MultiplyWideningAndAdd(s11, x, w1);
                x = Avx2.BroadcastScalarToVector256((int*)(panel + 8)).AsByte();
                s20 = AvxVnni.MultiplyWideningAndAdd(s20, x, w0);
                s21 = AvxVnni.MultiplyWideningAndAdd(s21, x, w1);
                x = Avx2.BroadcastScalarToVector256((int*)(panel + 12)).AsByte();
                s30 = AvxVnni.MultiplyWideningAndAdd(s30, x, w0);
                s31 = AvxVnni.MultiplyWideningAndAdd(s31, x, w1);
                x = Avx2.BroadcastScalarToVector256((int*)(panel + 16)).AsByte();
                s40 = AvxVnni.MultiplyWideningAndAdd(s40, x, w0);
                s41 = AvxVnni.MultiplyWideningAndAdd(s41, x, w1);
                x = Avx2.BroadcastScalarToVector256((int*)(panel + 20)).AsByte();
                s50 = AvxVnni.MultiplyWideningAndAdd(s50, x, w0);
                s51 = AvxVnni.MultiplyWideningAndAdd(s51, x, w1);
            }

            // Where the image has no further pixel the last one is written again.
            sbyte* o1 = pixels > 1 ? output + outputStride : output;
            sbyte* o2 = pixels > 2 ? o1 + outputStride : o1;
            sbyte* o3 = pixels > 3 ? o2 + outputStride : o2;
            sbyte* o4 = pixels > 4 ? o3 + outputStride : o3;
            sbyte* o5 = pixels > 5 ? o4 + outputStride : o4;
            requantize.Store(s00, s01, s10, s11, output, o1);
            requantize.Store(s20, s21, s30, s31, o2, o3);
            requantize.Store(s40, s41, s50, s51, o4, o5);
        }
    }

    /// <summary>Four steps: of pixels 0 to 3 in a vector each, of pixels 4 and 5 in two vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        Vector128<long> s0, Vector128<long> s1, Vector128<long> s2, Vector128<long> s3, Vector128<long> low, Vector128<long> high,
        byte* panel)
    {
        s0.Store((long*)panel);
        Sse2.StoreScalar((long*)(panel + 16), low);
        s1.Store((long*)(panel + Step));
        Sse.StoreHigh((float*)(panel + Step + 16), low.AsSingle());
        s2.Store((long*)(panel + (2 * Step)));
        Sse2.StoreScalar((long*)(panel + (2 * Step) + 16), high);
        s3.Store((long*)(panel + (3 * Step)));
        Sse.StoreHigh((float*)(panel + (3 * Step) + 16), high.AsSingle());
    }
}
