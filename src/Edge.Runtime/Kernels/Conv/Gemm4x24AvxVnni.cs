using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 4 pixels × 24 channels on 256-bit VNNI, for layers that blocks of 16 channels don't divide; lanes as in <see cref="Gemm6x16AvxVnni"/>.
/// </summary>
internal readonly unsafe struct Gemm4x24AvxVnni : IGemmTile
{
    public static int Rows => 4;

    public static int Channels => 24;

    public static int NarrowChannels => 24;

    public static int DepthStep => 4;

    public static int WeightBytes => 1;

    public static int WeightRun => 4;

    public static int ActivationFlip => 128;

    public static bool TakesOffsetSums => true;

    public static int BiasRows => 1;

    public static int Slot(int channel, int depth) => Gemm6x16AvxVnni.Slot(channel, depth);

    /// <summary>Whether all channels are real ones, where blocks of 16 would compute some twice.</summary>
    public static bool Suits(in ConvProblem problem) =>
        problem.GroupOutputs % Channels == 0 && problem.GroupOutputs % Gemm6x16AvxVnni.Channels != 0;

    public static void Compute<TInputs>(in GemmRun run)
        where TInputs : struct, IGemmInputs
    {
        if (!run.Requantize.SumsAreOffset)
            Compute<TInputs, AnySums>(run);
        else if (run.Requantize.IsUnsigned)
            Compute<TInputs, OffsetSumsUnsigned>(run);
        else
            Compute<TInputs, OffsetSums>(run);
    }

    private static void Compute<TInputs, TForm>(in GemmRun run)
        where TInputs : struct, IGemmInputs
        where TForm : struct, IRequantizeForm
    {
        Vector256<byte> flip = Vector256.Create((byte)0x80);
        var requantize = new RequantizeAvx2<TForm>(run.Requantize);
        float* lastMultipliers = run.Requantize.Multipliers + 16;
        var requantizeLast = new RequantizeAvx2<TForm>(run.Requantize, lastMultipliers, lastMultipliers);
        nint depth = run.Depth, stride = run.InputStride, outputStride = run.OutputStride, offset = run.InputOffset;
        nint pitch = run.TapPitch;
        sbyte* input = run.Input, output = run.Output;
        sbyte** pointers = run.Pointers;
        for (int pixels = run.Pixels; pixels > 0; pixels -= 4, input += 4 * stride, output += 4 * outputStride, pointers += 4)
        {
            Vector256<int> s00 = Vector256.Load(run.Bias), s01 = Vector256.Load(run.Bias + 8), s02 = Vector256.Load(run.Bias + 16);
            Vector256<int> s10 = s00, s11 = s01, s12 = s02, s20 = s00, s21 = s01, s22 = s02, s30 = s00, s31 = s01, s32 = s02;
            sbyte* w = (sbyte*)run.Weights;
            sbyte** inputs = pointers;
            for (int tap = run.Taps; tap > 0; tap--, inputs += pitch)
            {
                sbyte* a0, a1, a2, a3;
                if (TInputs.Indirect)
                {
                    a0 = inputs[0] + offset;
                    a1 = inputs[1] + offset;
                    a2 = inputs[2] + offset;
                    a3 = inputs[3] + offset;
                }
                else
                {
                    a0 = input;
                    FourPixels.From(input, stride, pixels, out a1, out a2, out a3);
                }

                for (nint k = 0; k < depth; k += 4, w += 96)
                {
                    // The last eight channels' weights are read from memory by each product: there are 16 registers.
                    Vector256<sbyte> w0 = Vector256.Load(w), w1 = Vector256.Load(w + 32);
                    Vector256<byte> x = Avx2.BroadcastScalarToVector256((int*)(a0 + k)).AsByte() ^ flip;
                    s00 = AvxVnni.MultiplyWideningAndAdd(s00, x, w0);
                    s01 = AvxVnni.MultiplyWideningAndAdd(s01, x, w1);
                    s02 = AvxVnni.MultiplyWideningAndAdd(s02, x, Vector256.Load(w + 64));
                    x = Avx2.BroadcastScalarToVector256((int*)(a1 + k)).AsByte() ^ flip;
                    s10 = AvxVnni.MultiplyWideningAndAdd(s10, x, w0);
                    s11 = AvxVnni.MultiplyWideningAndAdd(s11, x, w1);
                    s12 = AvxVnni.MultiplyWideningAndAdd(s12, x, Vector256.Load(w + 64));
                    x = Avx2.BroadcastScalarToVector256((int*)(a2 + k)).AsByte() ^ flip;
                    s20 = AvxVnni.MultiplyWideningAndAdd(s20, x, w0);
                    s21 = AvxVnni.MultiplyWideningAndAdd(s21, x, w1);
                    s22 = AvxVnni.MultiplyWideningAndAdd(s22, x, Vector256.Load(w + 64));
                    x = Avx2.BroadcastScalarToVector256((int*)(a3 + k)).AsByte() ^ flip;
                    s30 = AvxVnni.MultiplyWideningAndAdd(s30, x, w0);
                    s31 = AvxVnni.MultiplyWideningAndAdd(s31, x, w1);
                    s32 = AvxVnni.MultiplyWideningAndAdd(s32, x, Vector256.Load(w + 64));
                }
            }

            FourPixels.From(output, outputStride, pixels, out sbyte* o1, out sbyte* o2, out sbyte* o3);
            requantize.Store(s00, s01, s10, s11, output, o1);
            requantize.Store(s20, s21, s30, s31, o2, o3);
            requantizeLast.StoreEights(s02, s12, s22, s32, output + 16, o1 + 16, o2 + 16, o3 + 16);
        }
    }
}
