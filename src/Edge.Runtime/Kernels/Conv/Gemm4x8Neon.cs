using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 4 pixels × 8 channels without SDOT: smull2 and smlal add two products of [−128, 127]·[−127, 127] in int16, which they just
/// fit, sadalp adds neighbouring int16 to the int32 lane of their channel. A step of four input channels is
/// [channel quad][pair of inputs][channel][2]: a vector of 16 weights holds a quad's first pair below, its second above.
/// </summary>
internal readonly unsafe struct Gemm4x8Neon : IGemmTile
{
    public static int Rows => 4;

    public static int Channels => 8;

    public static int NarrowChannels => 8;

    public static int DepthStep => 4;

    public static int WeightBytes => 1;

    public static int WeightRun => 2;

    public static int ActivationFlip => 0;

    public static int BiasRows => 1;

    public static int Slot(int channel, int depth) => (channel / 4 * 16) + (depth / 2 * 8) + (channel % 4 * 2) + (depth % 2);

    public static void Compute<TInputs>(in GemmRun run)
        where TInputs : struct, IGemmInputs
    {
        Vector128<byte> step0 = PairsOfStep(0), step1 = PairsOfStep(1), step2 = PairsOfStep(2), step3 = PairsOfStep(3);
        var requantize = new RequantizeNeon(run.Requantize);
        nint depth = run.Depth, stride = run.InputStride, outputStride = run.OutputStride, offset = run.InputOffset;
        nint pitch = run.TapPitch;
        sbyte* input = run.Input, output = run.Output;
        sbyte** pointers = run.Pointers;
        for (int pixels = run.Pixels; pixels > 0; pixels -= 4, input += 4 * stride, output += 4 * outputStride, pointers += 4)
        {
            Vector128<int> s00 = Vector128.Load(run.Bias), s01 = Vector128.Load(run.Bias + 4);
            Vector128<int> s10 = s00, s11 = s01, s20 = s00, s21 = s01, s30 = s00, s31 = s01;
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
                    a1 = pixels > 1 ? a0 + stride : a0;
                    a2 = pixels > 2 ? a1 + stride : a1;
                    a3 = pixels > 3 ? a2 + stride : a2;
                }

                nint k = 0;
                for (; k + 16 <= depth; k += 16, w += 128)
                {
                    Vector128<sbyte> x0 = Vector128.Load(a0 + k), x1 = Vector128.Load(a1 + k);
                    Vector128<sbyte> x2 = Vector128.Load(a2 + k), x3 = Vector128.Load(a3 + k);

                    Vector128<sbyte> w0 = Vector128.Load(w), w1 = Vector128.Load(w + 16);
                    Vector64<sbyte> lower0 = w0.GetLower(), lower1 = w1.GetLower();
                    MultiplyAdd(ref s00, ref s01, w0, w1, lower0, lower1, Select(x0, step0));
                    MultiplyAdd(ref s10, ref s11, w0, w1, lower0, lower1, Select(x1, step0));
                    MultiplyAdd(ref s20, ref s21, w0, w1, lower0, lower1, Select(x2, step0));
                    MultiplyAdd(ref s30, ref s31, w0, w1, lower0, lower1, Select(x3, step0));

                    w0 = Vector128.Load(w + 32);
                    w1 = Vector128.Load(w + 48);
                    lower0 = w0.GetLower();
                    lower1 = w1.GetLower();
                    MultiplyAdd(ref s00, ref s01, w0, w1, lower0, lower1, Select(x0, step1));
                    MultiplyAdd(ref s10, ref s11, w0, w1, lower0, lower1, Select(x1, step1));
                    MultiplyAdd(ref s20, ref s21, w0, w1, lower0, lower1, Select(x2, step1));
                    MultiplyAdd(ref s30, ref s31, w0, w1, lower0, lower1, Select(x3, step1));

                    w0 = Vector128.Load(w + 64);
                    w1 = Vector128.Load(w + 80);
                    lower0 = w0.GetLower();
                    lower1 = w1.GetLower();
                    MultiplyAdd(ref s00, ref s01, w0, w1, lower0, lower1, Select(x0, step2));
                    MultiplyAdd(ref s10, ref s11, w0, w1, lower0, lower1, Select(x1, step2));
                    MultiplyAdd(ref s20, ref s21, w0, w1, lower0, lower1, Select(x2, step2));
                    MultiplyAdd(ref s30, ref s31, w0, w1, lower0, lower1, Select(x3, step2));

                    w0 = Vector128.Load(w + 96);
                    w1 = Vector128.Load(w + 112);
                    lower0 = w0.GetLower();
                    lower1 = w1.GetLower();
                    MultiplyAdd(ref s00, ref s01, w0, w1, lower0, lower1, Select(x0, step3));
                    MultiplyAdd(ref s10, ref s11, w0, w1, lower0, lower1, Select(x1, step3));
                    MultiplyAdd(ref s20, ref s21, w0, w1, lower0, lower1, Select(x2, step3));
                    MultiplyAdd(ref s30, ref s31, w0, w1, lower0, lower1, Select(x3, step3));
                }

                for (; k < depth; k += 4, w += 32)
                {
                    Vector128<sbyte> w0 = Vector128.Load(w), w1 = Vector128.Load(w + 16);
                    Vector64<sbyte> lower0 = w0.GetLower(), lower1 = w1.GetLower();
                    Vector128<sbyte> x0 = Four(a0 + k), x1 = Four(a1 + k), x2 = Four(a2 + k), x3 = Four(a3 + k);
                    MultiplyAdd(ref s00, ref s01, w0, w1, lower0, lower1, Select(x0, step0));
                    MultiplyAdd(ref s10, ref s11, w0, w1, lower0, lower1, Select(x1, step0));
                    MultiplyAdd(ref s20, ref s21, w0, w1, lower0, lower1, Select(x2, step0));
                    MultiplyAdd(ref s30, ref s31, w0, w1, lower0, lower1, Select(x3, step0));
                }
            }

            // Where the image has no further pixel the last one is written again.
            sbyte* o1 = pixels > 1 ? output + outputStride : output;
            sbyte* o2 = pixels > 2 ? o1 + outputStride : o1;
            sbyte* o3 = pixels > 3 ? o2 + outputStride : o2;
            requantize.Store(s00, s01, s10, s11, output, o1);
            requantize.Store(s20, s21, s30, s31, o2, o3);
        }
    }

    /// <summary>
    /// Table index that spreads a step's four activations: its first pair four times, then its second pair four times.
    /// </summary>
    /// <param name="step">Which four of sixteen activations, 0 to 3.</param>
    internal static Vector128<byte> PairsOfStep(int step) =>
        Vector128.Create((byte)0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3) + Vector128.Create((byte)(step * 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<sbyte> Select(Vector128<sbyte> activations, Vector128<byte> pairs) =>
        AdvSimd.Arm64.VectorTableLookup(activations, pairs.AsSByte());

    /// <summary>
    /// Adds four products to each channel of two quads: two in int16, pairwise into int32. The lower half of the activations is
    /// taken last, when it may be the same register; that of the weights is given, because several pixels use it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void MultiplyAdd(
        ref Vector128<int> sum0,
        ref Vector128<int> sum1,
        Vector128<sbyte> weights0,
        Vector128<sbyte> weights1,
        Vector64<sbyte> lower0,
        Vector64<sbyte> lower1,
        Vector128<sbyte> pairs)
    {
        Vector128<short> products0 = AdvSimd.MultiplyWideningUpper(weights0, pairs);
        Vector128<short> products1 = AdvSimd.MultiplyWideningUpper(weights1, pairs);
        Vector64<sbyte> lower = pairs.GetLower();
        sum0 = AdvSimd.AddPairwiseWideningAndAdd(sum0, AdvSimd.MultiplyWideningLowerAndAdd(products0, lower0, lower));
        sum1 = AdvSimd.AddPairwiseWideningAndAdd(sum1, AdvSimd.MultiplyWideningLowerAndAdd(products1, lower1, lower));
    }

    /// <summary>As above, for weights that one pixel uses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void MultiplyAdd(ref Vector128<int> sum0, ref Vector128<int> sum1, sbyte* weights, Vector128<sbyte> pairs)
    {
        Vector128<sbyte> w0 = Vector128.Load(weights), w1 = Vector128.Load(weights + 16);
        Vector128<short> products0 = AdvSimd.MultiplyWideningUpper(w0, pairs), products1 = AdvSimd.MultiplyWideningUpper(w1, pairs);
        Vector64<sbyte> lower = pairs.GetLower();
        sum0 = AdvSimd.AddPairwiseWideningAndAdd(sum0, AdvSimd.MultiplyWideningLowerAndAdd(products0, w0.GetLower(), lower));
        sum1 = AdvSimd.AddPairwiseWideningAndAdd(sum1, AdvSimd.MultiplyWideningLowerAndAdd(products1, w1.GetLower(), lower));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<sbyte> Four(sbyte* activations) => Vector128.CreateScalarUnsafe(*(int*)activations).AsSByte();
}
