using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 3×3 depthwise convolution on NEON, channel multiplier 1: the nine taps of sixteen channels stay in nine registers along
/// the row. Lanes as in <see cref="DepthwiseNeon{TMap}"/>.
/// </summary>
internal readonly unsafe struct Depthwise3x3Neon : IDepthwiseTile
{
    /// <summary>Nine taps and one of weight 0.</summary>
    private const int Taps = 10;

    public static int WeightBytes => 1;

    public static int Slot(int channel, int tap) => (tap * IDepthwiseTile.Channels) + channel;

    public static void Compute(in DepthwiseRow row)
    {
        var requantize = new RequantizeNeon16(row.Requantize);
        Vector128<int> bias0 = Vector128.Load(row.Bias), bias1 = Vector128.Load(row.Bias + 4);
        Vector128<int> bias2 = Vector128.Load(row.Bias + 8), bias3 = Vector128.Load(row.Bias + 12);
        sbyte* w = (sbyte*)row.Weights;
        Vector128<sbyte> w0 = Vector128.Load(w), w1 = Vector128.Load(w + 16), w2 = Vector128.Load(w + 32);
        Vector128<sbyte> w3 = Vector128.Load(w + 48), w4 = Vector128.Load(w + 64), w5 = Vector128.Load(w + 80);
        Vector128<sbyte> w6 = Vector128.Load(w + 96), w7 = Vector128.Load(w + 112), w8 = Vector128.Load(w + 128);
        sbyte** taps = row.Inputs;
        sbyte* output = row.Output;
        nint offset = row.InputOffset, stride = row.OutputStride;
        for (int pixel = row.Pixels; pixel > 0; pixel--, taps += Taps, output += stride)
        {
            Vector128<sbyte> x0 = Vector128.Load(taps[0] + offset), x1 = Vector128.Load(taps[1] + offset);
            Vector128<short> lower = DepthwiseNeon.ProductsLower(x0, w0, x1, w1);
            Vector128<short> upper = DepthwiseNeon.ProductsUpper(x0, w0, x1, w1);
            Vector128<int> s0 = AdvSimd.AddWideningLower(bias0, lower.GetLower());
            Vector128<int> s1 = AdvSimd.AddWideningUpper(bias1, lower);
            Vector128<int> s2 = AdvSimd.AddWideningLower(bias2, upper.GetLower());
            Vector128<int> s3 = AdvSimd.AddWideningUpper(bias3, upper);

            x0 = Vector128.Load(taps[2] + offset);
            x1 = Vector128.Load(taps[3] + offset);
            lower = DepthwiseNeon.ProductsLower(x0, w2, x1, w3);
            upper = DepthwiseNeon.ProductsUpper(x0, w2, x1, w3);
            s0 = AdvSimd.AddWideningLower(s0, lower.GetLower());
            s1 = AdvSimd.AddWideningUpper(s1, lower);
            s2 = AdvSimd.AddWideningLower(s2, upper.GetLower());
            s3 = AdvSimd.AddWideningUpper(s3, upper);

            x0 = Vector128.Load(taps[4] + offset);
            x1 = Vector128.Load(taps[5] + offset);
            lower = DepthwiseNeon.ProductsLower(x0, w4, x1, w5);
            upper = DepthwiseNeon.ProductsUpper(x0, w4, x1, w5);
            s0 = AdvSimd.AddWideningLower(s0, lower.GetLower());
            s1 = AdvSimd.AddWideningUpper(s1, lower);
            s2 = AdvSimd.AddWideningLower(s2, upper.GetLower());
            s3 = AdvSimd.AddWideningUpper(s3, upper);

            x0 = Vector128.Load(taps[6] + offset);
            x1 = Vector128.Load(taps[7] + offset);
            lower = DepthwiseNeon.ProductsLower(x0, w6, x1, w7);
            upper = DepthwiseNeon.ProductsUpper(x0, w6, x1, w7);
            s0 = AdvSimd.AddWideningLower(s0, lower.GetLower());
            s1 = AdvSimd.AddWideningUpper(s1, lower);
            s2 = AdvSimd.AddWideningLower(s2, upper.GetLower());
            s3 = AdvSimd.AddWideningUpper(s3, upper);

            x0 = Vector128.Load(taps[8] + offset);
            lower = AdvSimd.MultiplyWideningLower(x0.GetLower(), w8.GetLower());
            upper = AdvSimd.MultiplyWideningUpper(x0, w8);
            s0 = AdvSimd.AddWideningLower(s0, lower.GetLower());
            s1 = AdvSimd.AddWideningUpper(s1, lower);
            s2 = AdvSimd.AddWideningLower(s2, upper.GetLower());
            s3 = AdvSimd.AddWideningUpper(s3, upper);
            requantize.Store(s0, s1, s2, s3, output);
        }
    }
}
