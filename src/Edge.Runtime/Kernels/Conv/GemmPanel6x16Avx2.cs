using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 6 pixels × 16 channels on AVX2. A panel is [two channels][pixel][channel] in int16: the loop is nothing but broadcasts,
/// products of pairs and sums.
/// </summary>
internal readonly unsafe struct GemmPanel6x16Avx2 : IGemmPanel<Gemm4x16Avx2>
{
    /// <summary>Bytes of two channels of all pixels.</summary>
    private const int Step = PanelRows.Step;

    public static int FewestOutputs => 16;

    public static int ActivationBytes => 2;

    public static void Interleave(sbyte** rows, nint depth, byte* panel)
    {
        sbyte* a0 = rows[0], a1 = rows[1], a2 = rows[2], a3 = rows[3], a4 = rows[4], a5 = rows[5];
        nint k = 0;
        for (; k + 16 <= depth; k += 16, panel += 8 * Step)
        {
            PanelRows.Store(
                Widen16(a0 + k), Widen16(a1 + k), Widen16(a2 + k), Widen16(a3 + k), Widen16(a4 + k), Widen16(a5 + k), panel);
        }

        if (k < depth)
        {
            PanelRows.Store(
                Widen8(a0 + k), Widen8(a1 + k), Widen8(a2 + k), Widen8(a3 + k), Widen8(a4 + k), Widen8(a5 + k), panel);
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
        nint panelBytes = (nint)run.Depth * 12;
        var panel = (byte*)run.Input;
        sbyte* output = run.Output;
        for (int pixels = run.Pixels; pixels > 0; pixels -= 6, output += 6 * outputStride)
        {
            Vector256<int> s00 = Vector256.Load(run.Bias), s01 = Vector256.Load(run.Bias + 8);
            Vector256<int> s10 = s00, s11 = s01, s20 = s00, s21 = s01, s30 = s00, s31 = s01;
            Vector256<int> s40 = s00, s41 = s01, s50 = s00, s51 = s01;
            var w = (short*)run.Weights;
            for (byte* end = panel + panelBytes; panel != end; panel += Step, w += 32)
            {
                Vector256<short> w0 = Vector256.Load(w), w1 = Vector256.Load(w + 16);
                Vector256<short> x = Avx2.BroadcastScalarToVector256((int*)panel).AsInt16();
                s00 += Avx2.MultiplyAddAdjacent(x, w0);
                s01 += Avx2.MultiplyAddAdjacent(x, w1);
                x = Avx2.BroadcastScalarToVector256((int*)(panel + 4)).AsInt16();
                s10 += Avx2.MultiplyAddAdjacent(x, w0);
                s11 += Avx2.MultiplyAddAdjacent(x, w1);
                x = Avx2.BroadcastScalarToVector256((int*)(panel + 8)).AsInt16();
                s20 += Avx2.MultiplyAddAdjacent(x, w0);
                s21 += Avx2.MultiplyAddAdjacent(x, w1);
                x = Avx2.BroadcastScalarToVector256((int*)(panel + 12)).AsInt16();
                s30 += Avx2.MultiplyAddAdjacent(x, w0);
                s31 += Avx2.MultiplyAddAdjacent(x, w1);
                x = Avx2.BroadcastScalarToVector256((int*)(panel + 16)).AsInt16();
                s40 += Avx2.MultiplyAddAdjacent(x, w0);
                s41 += Avx2.MultiplyAddAdjacent(x, w1);
                x = Avx2.BroadcastScalarToVector256((int*)(panel + 20)).AsInt16();
                s50 += Avx2.MultiplyAddAdjacent(x, w0);
                s51 += Avx2.MultiplyAddAdjacent(x, w1);
            }

            SixPixels.From(output, outputStride, pixels, out sbyte* o1, out sbyte* o2, out sbyte* o3, out sbyte* o4, out sbyte* o5);
            requantize.Store(s00, s01, s10, s11, output, o1);
            requantize.Store(s20, s21, s30, s31, o2, o3);
            requantize.Store(s40, s41, s50, s51, o4, o5);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen16(sbyte* activations) => Avx2.ConvertToVector256Int16(activations).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Widen8(sbyte* activations) => Sse41.ConvertToVector128Int16(activations).AsInt32();
}
