using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 6 pixels × 16 channels of narrow groups on 256-bit VNNI. Eight lanes of int32 are the outputs of one group of eight, whose activations
/// all lanes read four at a time; or of two groups of four, which alternate lane by lane, as do their activations once eight bytes are
/// repeated over a register.
/// </summary>
internal readonly unsafe struct GemmGroups6x16AvxVnni<TGroups> : IGemmTile
    where TGroups : struct, IBlockGroups
{
    public static int Rows => 6;

    public static int Channels => 16;

    public static int NarrowChannels => 16;

    public static int GroupsPerBlock => TGroups.Count;

    public static int DepthStep => 4;

    public static int WeightBytes => 1;

    public static int WeightRun => 4;

    public static int ActivationFlip => 128;

    public static bool TakesOffsetSums => true;

    public static int BiasRows => 1;

    public static int Place(int channel)
    {
        if (TGroups.Count == 2)
            return channel;
        int group = channel / 4, output = channel % 4;
        return (group / 2 * 8) + (output * 2) + (group % 2);
    }

    public static int Slot(int channel, int depth) => (Place(channel) * 4) + depth;

    public static bool Accepts(in ConvProblem problem) =>
        problem.GroupOutputs == Channels / TGroups.Count && problem.Groups % GroupsPerBlock == 0
        && (TGroups.Count == 4 ? problem.GroupInputs == 4 : problem.GroupInputs % 4 == 0);

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
        nint depth = run.Depth, stride = run.InputStride, outputStride = run.OutputStride, offset = run.InputOffset;
        nint pitch = run.TapPitch;

        // From the activations of the first eight channels to those of the other eight.
        nint other = TGroups.Count == 4 ? 8 : depth;
        sbyte* input = run.Input, output = run.Output;
        sbyte** pointers = run.Pointers;
        for (int pixels = run.Pixels; pixels > 0; pixels -= 6, input += 6 * stride, output += 6 * outputStride, pointers += 6)
        {
            Vector256<int> s00 = Vector256.Load(run.Bias), s01 = Vector256.Load(run.Bias + 8);
            Vector256<int> s10 = s00, s11 = s01, s20 = s00, s21 = s01, s30 = s00, s31 = s01;
            Vector256<int> s40 = s00, s41 = s01, s50 = s00, s51 = s01;
            sbyte* w = (sbyte*)run.Weights;
            sbyte** inputs = pointers;
            for (int tap = run.Taps; tap > 0; tap--, inputs += pitch)
            {
                sbyte* a0, a1, a2, a3, a4, a5;
                if (TInputs.Indirect)
                {
                    a0 = inputs[0] + offset;
                    a1 = inputs[1] + offset;
                    a2 = inputs[2] + offset;
                    a3 = inputs[3] + offset;
                    a4 = inputs[4] + offset;
                    a5 = inputs[5] + offset;
                }
                else
                {
                    a0 = input;
                    SixPixels.From(input, stride, pixels, out a1, out a2, out a3, out a4, out a5);
                }

                nint k = 0;
                do
                {
                    Vector256<sbyte> w0 = Vector256.Load(w), w1 = Vector256.Load(w + 32);
                    s00 = AvxVnni.MultiplyWideningAndAdd(s00, Load(a0 + k) ^ flip, w0);
                    s01 = AvxVnni.MultiplyWideningAndAdd(s01, Load(a0 + k + other) ^ flip, w1);
                    s10 = AvxVnni.MultiplyWideningAndAdd(s10, Load(a1 + k) ^ flip, w0);
                    s11 = AvxVnni.MultiplyWideningAndAdd(s11, Load(a1 + k + other) ^ flip, w1);
                    s20 = AvxVnni.MultiplyWideningAndAdd(s20, Load(a2 + k) ^ flip, w0);
                    s21 = AvxVnni.MultiplyWideningAndAdd(s21, Load(a2 + k + other) ^ flip, w1);
                    s30 = AvxVnni.MultiplyWideningAndAdd(s30, Load(a3 + k) ^ flip, w0);
                    s31 = AvxVnni.MultiplyWideningAndAdd(s31, Load(a3 + k + other) ^ flip, w1);
                    s40 = AvxVnni.MultiplyWideningAndAdd(s40, Load(a4 + k) ^ flip, w0);
                    s41 = AvxVnni.MultiplyWideningAndAdd(s41, Load(a4 + k + other) ^ flip, w1);
                    s50 = AvxVnni.MultiplyWideningAndAdd(s50, Load(a5 + k) ^ flip, w0);
                    s51 = AvxVnni.MultiplyWideningAndAdd(s51, Load(a5 + k + other) ^ flip, w1);
                    w += 64;
                    k += 4;
                }
                while (TGroups.Count == 2 && k < depth);
            }

            SixPixels.From(output, outputStride, pixels, out sbyte* o1, out sbyte* o2, out sbyte* o3, out sbyte* o4, out sbyte* o5);
            if (TGroups.Count == 4)
            {
                requantize.StoreAlternating(s00, s01, s10, s11, output, o1);
                requantize.StoreAlternating(s20, s21, s30, s31, o2, o3);
                requantize.StoreAlternating(s40, s41, s50, s51, o4, o5);
            }
            else
            {
                requantize.Store(s00, s01, s10, s11, output, o1);
                requantize.Store(s20, s21, s30, s31, o2, o3);
                requantize.Store(s40, s41, s50, s51, o4, o5);
            }
        }
    }

    /// <summary>Four activations of a group in every lane; or those of two groups, alternating.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Load(sbyte* activations) => TGroups.Count == 4
        ? Avx2.BroadcastScalarToVector256((long*)activations).AsByte()
        : Avx2.BroadcastScalarToVector256((int*)activations).AsByte();
}
