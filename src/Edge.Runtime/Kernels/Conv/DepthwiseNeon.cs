using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Depthwise convolution of any kernel size on NEON. Two taps of a channel add up in an int16 lane (two products of
/// [−128, 127]·[−127, 127] just fit), which is then added to the channel's int32 lane.
/// </summary>
internal readonly unsafe struct DepthwiseNeon<TMap> : IDepthwiseTile
    where TMap : struct, IChannelMap
{
    public static int WeightBytes => 1;

    public static int Slot(int channel, int tap) => (tap * IDepthwiseTile.Channels) + channel;

    public static void Compute(in DepthwiseRow row)
    {
        var requantize = new RequantizeNeon16(row.Requantize);
        Vector128<byte> map = Vector128.Load(row.ChannelMap);
        sbyte** taps = row.Inputs;
        sbyte* output = row.Output;
        nint offset = row.InputOffset;
        for (int pixel = row.Pixels; pixel > 0; pixel--, output += row.OutputStride)
        {
            Vector128<int> s0 = Vector128.Load(row.Bias), s1 = Vector128.Load(row.Bias + 4);
            Vector128<int> s2 = Vector128.Load(row.Bias + 8), s3 = Vector128.Load(row.Bias + 12);
            sbyte* w = (sbyte*)row.Weights;
            for (int pair = row.TapPairs; pair > 0; pair--, taps += 2, w += 32)
            {
                Vector128<sbyte> w0 = Vector128.Load(w), w1 = Vector128.Load(w + 16);
                Vector128<sbyte> x0 = TMap.Apply(Vector128.Load(taps[0] + offset), map);
                Vector128<sbyte> x1 = TMap.Apply(Vector128.Load(taps[1] + offset), map);
                Vector128<short> lower = DepthwiseNeon.ProductsLower(x0, w0, x1, w1);
                Vector128<short> upper = DepthwiseNeon.ProductsUpper(x0, w0, x1, w1);
                s0 = AdvSimd.AddWideningLower(s0, lower.GetLower());
                s1 = AdvSimd.AddWideningUpper(s1, lower);
                s2 = AdvSimd.AddWideningLower(s2, upper.GetLower());
                s3 = AdvSimd.AddWideningUpper(s3, upper);
            }

            requantize.Store(s0, s1, s2, s3, output);
        }
    }
}

/// <summary>What the depthwise kernels on NEON share.</summary>
internal static class DepthwiseNeon
{
    /// <summary>x0·w0 + x1·w1 of channels 0 to 7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> ProductsLower(
        Vector128<sbyte> x0, Vector128<sbyte> w0, Vector128<sbyte> x1, Vector128<sbyte> w1) =>
        AdvSimd.MultiplyWideningLowerAndAdd(
            AdvSimd.MultiplyWideningLower(x0.GetLower(), w0.GetLower()), x1.GetLower(), w1.GetLower());

    /// <summary>x0·w0 + x1·w1 of channels 8 to 15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<short> ProductsUpper(
        Vector128<sbyte> x0, Vector128<sbyte> w0, Vector128<sbyte> x1, Vector128<sbyte> w1) =>
        AdvSimd.MultiplyWideningUpperAndAdd(AdvSimd.MultiplyWideningUpper(x0, w0), x1, w1);
}
