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
    private const int Step = PanelRows.Step;

    /// <summary>So many last pixels cost less one by one than as a tile.</summary>
    private const int MostSingle = 2;

    private const uint SignBits = 0x80808080;

    public static int FewestOutputs => 96;

    public static int ActivationBytes => 1;

    public static void Interleave(sbyte** rows, nint depth, byte* panel)
    {
        sbyte* a0 = rows[0], a1 = rows[1], a2 = rows[2], a3 = rows[3], a4 = rows[4], a5 = rows[5];
        nint k = 0;
        for (; k + 32 <= depth; k += 32, panel += 8 * Step)
        {
            PanelRows.Store(
                Flip32(a0 + k), Flip32(a1 + k), Flip32(a2 + k), Flip32(a3 + k), Flip32(a4 + k), Flip32(a5 + k), panel);
        }

        for (; k + 16 <= depth; k += 16, panel += 4 * Step)
        {
            PanelRows.Store(
                Flip16(a0 + k), Flip16(a1 + k), Flip16(a2 + k), Flip16(a3 + k), Flip16(a4 + k), Flip16(a5 + k), panel);
        }

        for (; k < depth; k += 4, panel += Step)
        {
            uint* step = (uint*)panel;
            step[0] = *(uint*)(a0 + k) ^ SignBits;
            step[1] = *(uint*)(a1 + k) ^ SignBits;
            step[2] = *(uint*)(a2 + k) ^ SignBits;
            step[3] = *(uint*)(a3 + k) ^ SignBits;
            step[4] = *(uint*)(a4 + k) ^ SignBits;
            step[5] = *(uint*)(a5 + k) ^ SignBits;
        }
    }

    public static void Compute(in GemmRun run)
    {
        if (!run.Requantize.SumsAreOffset)
            Compute<AnySums>(run);
        else if (run.Requantize.IsUnsigned)
            Compute<OffsetSumsUnsigned>(run);
        else
            Compute<OffsetSums>(run);
    }

    private static void Compute<TForm>(in GemmRun run)
        where TForm : struct, IRequantizeForm
    {
        var requantize = new RequantizeAvx2<TForm>(run.Requantize);
        nint outputStride = run.OutputStride;
        nint panelBytes = (nint)run.Depth * 6;
        var panel = (byte*)run.Input;
        sbyte* output = run.Output;
        int pixels = run.Pixels;
        for (; pixels > MostSingle; pixels -= 6, output += 6 * outputStride)
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

            SixPixels.From(output, outputStride, pixels, out sbyte* o1, out sbyte* o2, out sbyte* o3, out sbyte* o4, out sbyte* o5);
            requantize.Store(s00, s01, s10, s11, output, o1);
            requantize.Store(s20, s21, s30, s31, o2, o3);
            requantize.Store(s40, s41, s50, s51, o4, o5);
        }

        for (; pixels > 0; pixels--, panel += sizeof(int), output += outputStride)
            ComputePixel<TForm>(run, panel, output);
    }

    /// <summary>One pixel of a panel: four sums per channel, because each addition waits for the one before.</summary>
    private static void ComputePixel<TForm>(in GemmRun run, byte* panel, sbyte* output)
        where TForm : struct, IRequantizeForm
    {
        Vector256<int> a0 = Vector256.Load(run.Bias), a1 = Vector256.Load(run.Bias + 8);
        Vector256<int> b0 = Vector256<int>.Zero, b1 = b0, c0 = b0, c1 = b0, d0 = b0, d1 = b0;
        var w = (sbyte*)run.Weights;
        nint depth = run.Depth;
        for (; depth >= 16; depth -= 16, panel += 4 * Step, w += 256)
        {
            Vector256<byte> x = Avx2.BroadcastScalarToVector256((int*)panel).AsByte();
            a0 = AvxVnni.MultiplyWideningAndAdd(a0, x, Vector256.Load(w));
            a1 = AvxVnni.MultiplyWideningAndAdd(a1, x, Vector256.Load(w + 32));
            x = Avx2.BroadcastScalarToVector256((int*)(panel + Step)).AsByte();
            b0 = AvxVnni.MultiplyWideningAndAdd(b0, x, Vector256.Load(w + 64));
            b1 = AvxVnni.MultiplyWideningAndAdd(b1, x, Vector256.Load(w + 96));
            x = Avx2.BroadcastScalarToVector256((int*)(panel + (2 * Step))).AsByte();
            c0 = AvxVnni.MultiplyWideningAndAdd(c0, x, Vector256.Load(w + 128));
            c1 = AvxVnni.MultiplyWideningAndAdd(c1, x, Vector256.Load(w + 160));
            x = Avx2.BroadcastScalarToVector256((int*)(panel + (3 * Step))).AsByte();
            d0 = AvxVnni.MultiplyWideningAndAdd(d0, x, Vector256.Load(w + 192));
            d1 = AvxVnni.MultiplyWideningAndAdd(d1, x, Vector256.Load(w + 224));
        }

        for (; depth > 0; depth -= 4, panel += Step, w += 64)
        {
            Vector256<byte> x = Avx2.BroadcastScalarToVector256((int*)panel).AsByte();
            a0 = AvxVnni.MultiplyWideningAndAdd(a0, x, Vector256.Load(w));
            a1 = AvxVnni.MultiplyWideningAndAdd(a1, x, Vector256.Load(w + 32));
        }

        new RequantizeAvx2<TForm>(run.Requantize).Store(a0 + b0 + (c0 + d0), a1 + b1 + (c1 + d1), output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Flip32(sbyte* activations) =>
        (Vector256.Load((uint*)activations) ^ Vector256.Create(SignBits)).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Flip16(sbyte* activations) =>
        (Vector128.Load((uint*)activations) ^ Vector128.Create(SignBits)).AsInt32();
}
