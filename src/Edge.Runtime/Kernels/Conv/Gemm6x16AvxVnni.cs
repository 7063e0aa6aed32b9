using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 6 pixels × 16 channels on 256-bit VNNI: a lane of int32 is one channel, vpdpbusd adds four products of unsigned
/// activations (sign bit flipped: x + 128) and signed weights to it.
/// </summary>
internal readonly unsafe struct Gemm6x16AvxVnni : IGemmTile
{
    public static int Rows => 6;

    public static int Channels => 16;

    public static int NarrowChannels => 16;

    public static int DepthStep => 4;

    public static int WeightBytes => 1;

    public static int WeightRun => 4;

    public static int ActivationFlip => 128;

    public static bool TakesOffsetSums => true;

    public static int BiasRows => 1;

    public static int Slot(int channel, int depth) => (channel * 4) + depth;

    public static void Compute<TInputs>(in GemmRun run)
        where TInputs : struct, IGemmInputs =>
        Compute<OneGroup, TInputs>(run);

    /// <summary>
    /// A block of one group, two or four. Two: the first eight lanes are the outputs of a group of eight, the other eight those of the next
    /// one, and each read their own activations. Four: eight lanes are two groups of four, which alternate lane by lane, as do their
    /// activations once eight bytes are repeated over a register.
    /// </summary>
    internal static void Compute<TGroups, TInputs>(in GemmRun run)
        where TGroups : struct, IBlockGroups
        where TInputs : struct, IGemmInputs
    {
        if (!run.Requantize.SumsAreOffset)
            Compute<TGroups, TInputs, AnySums>(run);
        else if (run.Requantize.IsUnsigned)
            Compute<TGroups, TInputs, OffsetSumsUnsigned>(run);
        else
            Compute<TGroups, TInputs, OffsetSums>(run);
    }

    private static void Compute<TGroups, TInputs, TForm>(in GemmRun run)
        where TGroups : struct, IBlockGroups
        where TInputs : struct, IGemmInputs
        where TForm : struct, IRequantizeForm
    {
        Vector256<byte> flip = Vector256.Create((byte)0x80);
        var requantize = new RequantizeAvx2<TForm>(run.Requantize);
        nint depth = run.Depth, stride = run.InputStride, outputStride = run.OutputStride, offset = run.InputOffset;
        nint pitch = run.TapPitch;
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

                // Loads are written out: as the argument of an inlined method an address takes a register of its own.
                for (nint k = 0; k < depth; k += 4, w += 64)
                {
                    Vector256<sbyte> w0 = Vector256.Load(w), w1 = Vector256.Load(w + 32);
                    Vector256<byte> x0 = (TGroups.Count == 4
                        ? Avx2.BroadcastScalarToVector256((long*)(a0 + k)).AsByte()
                        : Avx2.BroadcastScalarToVector256((int*)(a0 + k)).AsByte()) ^ flip;
                    s00 = AvxVnni.MultiplyWideningAndAdd(s00, x0, w0);
                    if (TGroups.Count > 1)
                        x0 = Other<TGroups>(a0 + k, depth) ^ flip;
                    s01 = AvxVnni.MultiplyWideningAndAdd(s01, x0, w1);
                    Vector256<byte> x1 = (TGroups.Count == 4
                        ? Avx2.BroadcastScalarToVector256((long*)(a1 + k)).AsByte()
                        : Avx2.BroadcastScalarToVector256((int*)(a1 + k)).AsByte()) ^ flip;
                    s10 = AvxVnni.MultiplyWideningAndAdd(s10, x1, w0);
                    if (TGroups.Count > 1)
                        x1 = Other<TGroups>(a1 + k, depth) ^ flip;
                    s11 = AvxVnni.MultiplyWideningAndAdd(s11, x1, w1);
                    Vector256<byte> x2 = (TGroups.Count == 4
                        ? Avx2.BroadcastScalarToVector256((long*)(a2 + k)).AsByte()
                        : Avx2.BroadcastScalarToVector256((int*)(a2 + k)).AsByte()) ^ flip;
                    s20 = AvxVnni.MultiplyWideningAndAdd(s20, x2, w0);
                    if (TGroups.Count > 1)
                        x2 = Other<TGroups>(a2 + k, depth) ^ flip;
                    s21 = AvxVnni.MultiplyWideningAndAdd(s21, x2, w1);
                    Vector256<byte> x3 = (TGroups.Count == 4
                        ? Avx2.BroadcastScalarToVector256((long*)(a3 + k)).AsByte()
                        : Avx2.BroadcastScalarToVector256((int*)(a3 + k)).AsByte()) ^ flip;
                    s30 = AvxVnni.MultiplyWideningAndAdd(s30, x3, w0);
                    if (TGroups.Count > 1)
                        x3 = Other<TGroups>(a3 + k, depth) ^ flip;
                    s31 = AvxVnni.MultiplyWideningAndAdd(s31, x3, w1);
                    Vector256<byte> x4 = (TGroups.Count == 4
                        ? Avx2.BroadcastScalarToVector256((long*)(a4 + k)).AsByte()
                        : Avx2.BroadcastScalarToVector256((int*)(a4 + k)).AsByte()) ^ flip;
                    s40 = AvxVnni.MultiplyWideningAndAdd(s40, x4, w0);
                    if (TGroups.Count > 1)
                        x4 = Other<TGroups>(a4 + k, depth) ^ flip;
                    s41 = AvxVnni.MultiplyWideningAndAdd(s41, x4, w1);
                    Vector256<byte> x5 = (TGroups.Count == 4
                        ? Avx2.BroadcastScalarToVector256((long*)(a5 + k)).AsByte()
                        : Avx2.BroadcastScalarToVector256((int*)(a5 + k)).AsByte()) ^ flip;
                    s50 = AvxVnni.MultiplyWideningAndAdd(s50, x5, w0);
                    if (TGroups.Count > 1)
                        x5 = Other<TGroups>(a5 + k, depth) ^ flip;
                    s51 = AvxVnni.MultiplyWideningAndAdd(s51, x5, w1);
                }
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

    /// <summary>The activations of the other eight lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Other<TGroups>(sbyte* activations, nint depth)
        where TGroups : struct, IBlockGroups => TGroups.Count == 4
        ? Avx2.BroadcastScalarToVector256((long*)(activations + 8)).AsByte()
        : Avx2.BroadcastScalarToVector256((int*)(activations + depth)).AsByte();
}
