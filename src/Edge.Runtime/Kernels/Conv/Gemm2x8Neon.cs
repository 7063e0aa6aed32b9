using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 2 pixels × 8 channels without SDOT, for many input channels. A vector holds neighbouring input channels of one pixel or of one
/// output channel, so that nothing is spread; the four int32 lanes of a sum are added up at the end. Each int16 lane takes two
/// products (smull2, smlal), or four where <see cref="ChainPlan"/> proved that they fit, before sadalp adds it to int32.
/// </summary>
internal readonly unsafe struct Gemm2x8Neon : IGemmTile
{
    /// <summary>Weights of one step of all channels, and of two that share their int16 lanes.</summary>
    private const int SingleBytes = 8 * ChainPlan.Step, PairBytes = 2 * SingleBytes;

    public static int Rows => 2;

    public static int Channels => 8;

    public static int NarrowChannels => 8;

    public static int DepthStep => ChainPlan.Step;

    public static int WeightBytes => 1;

    public static int WeightRun => DepthStep;

    public static int ActivationFlip => 0;

    public static int BiasRows => 2;

    /// <summary>The lanes of a sum are added up: the start value stands in the lowest one beside zeros.</summary>
    public static int BiasStride => 4;

    public static int Slot(int channel, int depth) => (channel * DepthStep) + depth;

    public static int PlanLength(int taps, int steps) => ChainPlan.Length(taps, steps);

    public static void Plan(byte* weights, int taps, int steps, int width, int* plan) =>
        ChainPlan.Make((sbyte*)weights, taps, steps, width, plan);

    public static void Compute<TInputs>(in GemmRun run)
        where TInputs : struct, IGemmInputs
    {
        var requantize = new RequantizeNeon(run.Requantize);
        nint stride = run.InputStride, outputStride = run.OutputStride, offset = run.InputOffset, pitch = run.TapPitch;
        sbyte* input = run.Input, output = run.Output;
        int* bias = run.Bias;
        sbyte** pointers = run.Pointers;
        for (int pixels = run.Pixels; pixels > 0; pixels -= 2, input += 2 * stride, output += 2 * outputStride, pointers += 2)
        {
            Vector128<int> s00 = Vector128.Load(bias), s01 = Vector128.Load(bias + 4);
            Vector128<int> s02 = Vector128.Load(bias + 8), s03 = Vector128.Load(bias + 12);
            Vector128<int> s04 = Vector128.Load(bias + 16), s05 = Vector128.Load(bias + 20);
            Vector128<int> s06 = Vector128.Load(bias + 24), s07 = Vector128.Load(bias + 28);
            Vector128<int> s10 = Vector128.Load(bias + 32), s11 = Vector128.Load(bias + 36);
            Vector128<int> s12 = Vector128.Load(bias + 40), s13 = Vector128.Load(bias + 44);
            Vector128<int> s14 = Vector128.Load(bias + 48), s15 = Vector128.Load(bias + 52);
            Vector128<int> s16 = Vector128.Load(bias + 56), s17 = Vector128.Load(bias + 60);
            sbyte* w = (sbyte*)run.Weights;
            int* plan = run.Plan;
            sbyte** inputs = pointers;
            for (int tap = run.Taps; tap > 0; tap--, inputs += pitch)
            {
                sbyte* a0 = TInputs.Indirect ? inputs[0] + offset : input;
                sbyte* a1 = TInputs.Indirect ? inputs[1] + offset : pixels > 1 ? input + stride : input;
                sbyte* endOfPairs = w + (plan[0] * PairBytes), end = endOfPairs + (plan[1] * SingleBytes);
                plan += 2;
                for (; w != endOfPairs; w += PairBytes)
                {
                    nuint k0 = (uint)plan[0], k1 = (uint)plan[1];
                    plan += 2;
                    Vector128<sbyte> x00 = Vector128.Load(a0 + k0), x01 = Vector128.Load(a0 + k1);
                    Vector128<sbyte> x10 = Vector128.Load(a1 + k0), x11 = Vector128.Load(a1 + k1);
                    Vector64<sbyte> y00 = x00.GetLower(), y01 = x01.GetLower(), y10 = x10.GetLower(), y11 = x11.GetLower();
                    Vector128<sbyte> w0 = Vector128.Load(w), w1 = Vector128.Load(w + 16);
                    Vector128<sbyte> v0 = Vector128.Load(w + 128), v1 = Vector128.Load(w + 144);
                    Add(ref s00, ref s10, w0, v0, x00, x01, x10, x11, y00, y01, y10, y11);
                    Add(ref s01, ref s11, w1, v1, x00, x01, x10, x11, y00, y01, y10, y11);
                    Vector128<sbyte> w2 = Vector128.Load(w + 32), w3 = Vector128.Load(w + 48);
                    Vector128<sbyte> v2 = Vector128.Load(w + 160), v3 = Vector128.Load(w + 176);
                    Add(ref s02, ref s12, w2, v2, x00, x01, x10, x11, y00, y01, y10, y11);
                    Add(ref s03, ref s13, w3, v3, x00, x01, x10, x11, y00, y01, y10, y11);
                    Vector128<sbyte> w4 = Vector128.Load(w + 64), w5 = Vector128.Load(w + 80);
                    Vector128<sbyte> v4 = Vector128.Load(w + 192), v5 = Vector128.Load(w + 208);
                    Add(ref s04, ref s14, w4, v4, x00, x01, x10, x11, y00, y01, y10, y11);
                    Add(ref s05, ref s15, w5, v5, x00, x01, x10, x11, y00, y01, y10, y11);
                    Vector128<sbyte> w6 = Vector128.Load(w + 96), w7 = Vector128.Load(w + 112);
                    Vector128<sbyte> v6 = Vector128.Load(w + 224), v7 = Vector128.Load(w + 240);
                    Add(ref s06, ref s16, w6, v6, x00, x01, x10, x11, y00, y01, y10, y11);
                    Add(ref s07, ref s17, w7, v7, x00, x01, x10, x11, y00, y01, y10, y11);
                }

                for (; w != end; w += SingleBytes)
                {
                    nuint k = (uint)*plan++;
                    Vector128<sbyte> x0 = Vector128.Load(a0 + k), x1 = Vector128.Load(a1 + k);
                    Vector64<sbyte> y0 = x0.GetLower(), y1 = x1.GetLower();
                    Vector128<sbyte> w0 = Vector128.Load(w), w1 = Vector128.Load(w + 16);
                    Add(ref s00, ref s10, w0, x0, x1, y0, y1);
                    Add(ref s01, ref s11, w1, x0, x1, y0, y1);
                    Vector128<sbyte> w2 = Vector128.Load(w + 32), w3 = Vector128.Load(w + 48);
                    Add(ref s02, ref s12, w2, x0, x1, y0, y1);
                    Add(ref s03, ref s13, w3, x0, x1, y0, y1);
                    Vector128<sbyte> w4 = Vector128.Load(w + 64), w5 = Vector128.Load(w + 80);
                    Add(ref s04, ref s14, w4, x0, x1, y0, y1);
                    Add(ref s05, ref s15, w5, x0, x1, y0, y1);
                    Vector128<sbyte> w6 = Vector128.Load(w + 96), w7 = Vector128.Load(w + 112);
                    Add(ref s06, ref s16, w6, x0, x1, y0, y1);
                    Add(ref s07, ref s17, w7, x0, x1, y0, y1);
                }
            }

            // Where the image has no further pixel the last one is written again.
            requantize.Store(
                Lanes(s00, s01, s02, s03), Lanes(s04, s05, s06, s07), Lanes(s10, s11, s12, s13), Lanes(s14, s15, s16, s17),
                output, pixels > 1 ? output + outputStride : output);
        }
    }

    /// <summary>
    /// Adds 32 input channels of one output channel to the sums of two pixels, four products in each int16 lane.
    /// </summary>
    /// <remarks>A lower half of weights is taken after the vector's last use, so that it is the same register.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        ref Vector128<int> sum0,
        ref Vector128<int> sum1,
        Vector128<sbyte> w0,
        Vector128<sbyte> w1,
        Vector128<sbyte> x00,
        Vector128<sbyte> x01,
        Vector128<sbyte> x10,
        Vector128<sbyte> x11,
        Vector64<sbyte> y00,
        Vector64<sbyte> y01,
        Vector64<sbyte> y10,
        Vector64<sbyte> y11)
    {
        Vector128<short> products0 = AdvSimd.MultiplyWideningUpper(w0, x00), products1 = AdvSimd.MultiplyWideningUpper(w0, x10);
        products0 = AdvSimd.MultiplyWideningUpperAndAdd(products0, w1, x01);
        products1 = AdvSimd.MultiplyWideningUpperAndAdd(products1, w1, x11);
        Vector64<sbyte> lower0 = w0.GetLower(), lower1 = w1.GetLower();
        products0 = AdvSimd.MultiplyWideningLowerAndAdd(products0, lower0, y00);
        products1 = AdvSimd.MultiplyWideningLowerAndAdd(products1, lower0, y10);
        products0 = AdvSimd.MultiplyWideningLowerAndAdd(products0, lower1, y01);
        products1 = AdvSimd.MultiplyWideningLowerAndAdd(products1, lower1, y11);
        sum0 = AdvSimd.AddPairwiseWideningAndAdd(sum0, products0);
        sum1 = AdvSimd.AddPairwiseWideningAndAdd(sum1, products1);
    }

    /// <summary>
    /// Adds 16 input channels of one output channel to the sums of two pixels, two products in each int16 lane.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        ref Vector128<int> sum0,
        ref Vector128<int> sum1,
        Vector128<sbyte> weights,
        Vector128<sbyte> x0,
        Vector128<sbyte> x1,
        Vector64<sbyte> y0,
        Vector64<sbyte> y1)
    {
        Vector128<short> products0 = AdvSimd.MultiplyWideningUpper(weights, x0);
        Vector128<short> products1 = AdvSimd.MultiplyWideningUpper(weights, x1);
        Vector64<sbyte> lower = weights.GetLower();
        sum0 = AdvSimd.AddPairwiseWideningAndAdd(sum0, AdvSimd.MultiplyWideningLowerAndAdd(products0, lower, y0));
        sum1 = AdvSimd.AddPairwiseWideningAndAdd(sum1, AdvSimd.MultiplyWideningLowerAndAdd(products1, lower, y1));
    }

    /// <summary>The sums of the lanes of four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Lanes(Vector128<int> a, Vector128<int> b, Vector128<int> c, Vector128<int> d) =>
        AdvSimd.Arm64.AddPairwise(AdvSimd.Arm64.AddPairwise(a, b), AdvSimd.Arm64.AddPairwise(c, d));
}
