using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 4 pixels × 16 channels on AVX2: everything is widened to int16 and multiplied by pmaddwd, whose pairs of products fit in
/// int32 (pmaddubsw would saturate). Weights are stored as int16.
/// </summary>
internal readonly unsafe struct Gemm4x16Avx2 : IGemmTile
{
    public static int Rows => 4;

    public static int Channels => 16;

    public static int NarrowChannels => 16;

    public static int DepthStep => 8;

    public static int WeightBytes => 2;

    public static int WeightRun => 2;

    public static int ActivationFlip => 0;

    public static int BiasRows => 1;

    public static int Slot(int channel, int depth) => (depth / 2 * 32) + (channel * 2) + (depth % 2);

    public static void Compute<TInputs>(in GemmRun run)
        where TInputs : struct, IGemmInputs =>
        Compute<OneGroup, TInputs>(run);

    /// <summary>
    /// A block of one group, two or four. Two of eight outputs: a 128-bit half is one group's, of its activations and of the sums, which
    /// hold channels 0-3 8-11 and 4-7 12-15. Four of four channels: the sums hold the same channels, so groups 0 and 2 and groups 1 and 3;
    /// sixteen activations as int16 are groups 0 and 1 in one half, 2 and 3 in the other.
    /// </summary>
    internal static void Compute<TGroups, TInputs>(in GemmRun run)
        where TGroups : struct, IBlockGroups
        where TInputs : struct, IGemmInputs
    {
        var requantize = new RequantizeAvx2<AnySums>(run.Requantize);
        nint depth = run.Depth, stride = run.InputStride, outputStride = run.OutputStride, offset = run.InputOffset;
        nint pitch = run.TapPitch;
        sbyte* input = run.Input, output = run.Output;
        sbyte** pointers = run.Pointers;
        for (int pixels = run.Pixels; pixels > 0; pixels -= 4, input += 4 * stride, output += 4 * outputStride, pointers += 4)
        {
            Vector256<int> s00 = Vector256.Load(run.Bias), s01 = Vector256.Load(run.Bias + 8);
            Vector256<int> s10 = s00, s11 = s01, s20 = s00, s21 = s01, s30 = s00, s31 = s01;
            short* w = (short*)run.Weights;
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

                if (TGroups.Count == 4)
                {
                    Vector256<int> x0 = Widen(a0), x1 = Widen(a1), x2 = Widen(a2), x3 = Widen(a3);

                    Vector256<short> w0 = Vector256.Load(w + 0), w1 = Vector256.Load(w + 16);
                    s00 += Avx2.MultiplyAddAdjacent(Avx2.Shuffle(x0, 0b00_00_00_00).AsInt16(), w0);
                    s10 += Avx2.MultiplyAddAdjacent(Avx2.Shuffle(x1, 0b00_00_00_00).AsInt16(), w0);
                    s20 += Avx2.MultiplyAddAdjacent(Avx2.Shuffle(x2, 0b00_00_00_00).AsInt16(), w0);
                    s30 += Avx2.MultiplyAddAdjacent(Avx2.Shuffle(x3, 0b00_00_00_00).AsInt16(), w0);
                    s00 += Avx2.MultiplyAddAdjacent(Avx2.Shuffle(x0, 0b01_01_01_01).AsInt16(), w1);
                    s10 += Avx2.MultiplyAddAdjacent(Avx2.Shuffle(x1, 0b01_01_01_01).AsInt16(), w1);
                    s20 += Avx2.MultiplyAddAdjacent(Avx2.Shuffle(x2, 0b01_01_01_01).AsInt16(), w1);
                    s30 += Avx2.MultiplyAddAdjacent(Avx2.Shuffle(x3, 0b01_01_01_01).AsInt16(), w1);

                    w0 = Vector256.Load(w + 32);
                    w1 = Vector256.Load(w + 48);
                    s01 += Avx2.MultiplyAddAdjacent(Avx2.Shuffle(x0, 0b10_10_10_10).AsInt16(), w0);
                    s11 += Avx2.MultiplyAddAdjacent(Avx2.Shuffle(x1, 0b10_10_10_10).AsInt16(), w0);
                    s21 += Avx2.MultiplyAddAdjacent(Avx2.Shuffle(x2, 0b10_10_10_10).AsInt16(), w0);
                    s31 += Avx2.MultiplyAddAdjacent(Avx2.Shuffle(x3, 0b10_10_10_10).AsInt16(), w0);
                    s01 += Avx2.MultiplyAddAdjacent(Avx2.Shuffle(x0, 0b11_11_11_11).AsInt16(), w1);
                    s11 += Avx2.MultiplyAddAdjacent(Avx2.Shuffle(x1, 0b11_11_11_11).AsInt16(), w1);
                    s21 += Avx2.MultiplyAddAdjacent(Avx2.Shuffle(x2, 0b11_11_11_11).AsInt16(), w1);
                    s31 += Avx2.MultiplyAddAdjacent(Avx2.Shuffle(x3, 0b11_11_11_11).AsInt16(), w1);
                    w += 64;
                    continue;
                }

                for (nint k = 0; k < depth; k += 8, w += 128)
                {
                    Vector256<int> x0, x1, x2, x3;
                    if (TGroups.Count == 2)
                    {
                        x0 = WidenBoth(a0 + k, depth);
                        x1 = WidenBoth(a1 + k, depth);
                        x2 = WidenBoth(a2 + k, depth);
                        x3 = WidenBoth(a3 + k, depth);
                    }
                    else
                    {
                        x0 = WidenTwice(a0 + k);
                        x1 = WidenTwice(a1 + k);
                        x2 = WidenTwice(a2 + k);
                        x3 = WidenTwice(a3 + k);
                    }

                    Vector256<short> w0 = Vector256.Load(w + 0), w1 = Vector256.Load(w + 16);
                    Vector256<short> pair = Avx2.Shuffle(x0, 0b00_00_00_00).AsInt16();
                    s00 += Avx2.MultiplyAddAdjacent(pair, w0);
                    s01 += Avx2.MultiplyAddAdjacent(pair, w1);
                    pair = Avx2.Shuffle(x1, 0b00_00_00_00).AsInt16();
                    s10 += Avx2.MultiplyAddAdjacent(pair, w0);
                    s11 += Avx2.MultiplyAddAdjacent(pair, w1);
                    pair = Avx2.Shuffle(x2, 0b00_00_00_00).AsInt16();
                    s20 += Avx2.MultiplyAddAdjacent(pair, w0);
                    s21 += Avx2.MultiplyAddAdjacent(pair, w1);
                    pair = Avx2.Shuffle(x3, 0b00_00_00_00).AsInt16();
                    s30 += Avx2.MultiplyAddAdjacent(pair, w0);
                    s31 += Avx2.MultiplyAddAdjacent(pair, w1);

                    w0 = Vector256.Load(w + 32);
                    w1 = Vector256.Load(w + 48);
                    pair = Avx2.Shuffle(x0, 0b01_01_01_01).AsInt16();
                    s00 += Avx2.MultiplyAddAdjacent(pair, w0);
                    s01 += Avx2.MultiplyAddAdjacent(pair, w1);
                    pair = Avx2.Shuffle(x1, 0b01_01_01_01).AsInt16();
                    s10 += Avx2.MultiplyAddAdjacent(pair, w0);
                    s11 += Avx2.MultiplyAddAdjacent(pair, w1);
                    pair = Avx2.Shuffle(x2, 0b01_01_01_01).AsInt16();
                    s20 += Avx2.MultiplyAddAdjacent(pair, w0);
                    s21 += Avx2.MultiplyAddAdjacent(pair, w1);
                    pair = Avx2.Shuffle(x3, 0b01_01_01_01).AsInt16();
                    s30 += Avx2.MultiplyAddAdjacent(pair, w0);
                    s31 += Avx2.MultiplyAddAdjacent(pair, w1);

                    w0 = Vector256.Load(w + 64);
                    w1 = Vector256.Load(w + 80);
                    pair = Avx2.Shuffle(x0, 0b10_10_10_10).AsInt16();
                    s00 += Avx2.MultiplyAddAdjacent(pair, w0);
                    s01 += Avx2.MultiplyAddAdjacent(pair, w1);
                    pair = Avx2.Shuffle(x1, 0b10_10_10_10).AsInt16();
                    s10 += Avx2.MultiplyAddAdjacent(pair, w0);
                    s11 += Avx2.MultiplyAddAdjacent(pair, w1);
                    pair = Avx2.Shuffle(x2, 0b10_10_10_10).AsInt16();
                    s20 += Avx2.MultiplyAddAdjacent(pair, w0);
                    s21 += Avx2.MultiplyAddAdjacent(pair, w1);
                    pair = Avx2.Shuffle(x3, 0b10_10_10_10).AsInt16();
                    s30 += Avx2.MultiplyAddAdjacent(pair, w0);
                    s31 += Avx2.MultiplyAddAdjacent(pair, w1);

                    w0 = Vector256.Load(w + 96);
                    w1 = Vector256.Load(w + 112);
                    pair = Avx2.Shuffle(x0, 0b11_11_11_11).AsInt16();
                    s00 += Avx2.MultiplyAddAdjacent(pair, w0);
                    s01 += Avx2.MultiplyAddAdjacent(pair, w1);
                    pair = Avx2.Shuffle(x1, 0b11_11_11_11).AsInt16();
                    s10 += Avx2.MultiplyAddAdjacent(pair, w0);
                    s11 += Avx2.MultiplyAddAdjacent(pair, w1);
                    pair = Avx2.Shuffle(x2, 0b11_11_11_11).AsInt16();
                    s20 += Avx2.MultiplyAddAdjacent(pair, w0);
                    s21 += Avx2.MultiplyAddAdjacent(pair, w1);
                    pair = Avx2.Shuffle(x3, 0b11_11_11_11).AsInt16();
                    s30 += Avx2.MultiplyAddAdjacent(pair, w0);
                    s31 += Avx2.MultiplyAddAdjacent(pair, w1);
                }
            }

            FourPixels.From(output, outputStride, pixels, out sbyte* o1, out sbyte* o2, out sbyte* o3);
            if (TGroups.Count > 1)
            {
                requantize.StoreCrossed(s00, s01, s10, s11, output, o1);
                requantize.StoreCrossed(s20, s21, s30, s31, o2, o3);
            }
            else
            {
                requantize.Store(s00, s01, s10, s11, output, o1);
                requantize.Store(s20, s21, s30, s31, o2, o3);
            }
        }
    }

    /// <summary>Eight activations as int16, the same in both 128-bit halves; a lane of int32 is a pair of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<int> WidenTwice(sbyte* activations) =>
        Avx2.ConvertToVector256Int16(Vector128.Create(*(long*)activations).AsSByte()).AsInt32();

    /// <summary>Eight activations as int16 in one 128-bit half, eight further on in the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> WidenBoth(sbyte* activations, nint distance) =>
        Avx2.ConvertToVector256Int16(Vector128.Create(*(long*)activations, *(long*)(activations + distance)).AsSByte()).AsInt32();

    /// <summary>Sixteen activations as int16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen(sbyte* activations) => Avx2.ConvertToVector256Int16(activations).AsInt32();
}
