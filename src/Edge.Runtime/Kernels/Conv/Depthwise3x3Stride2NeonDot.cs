using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 3×3 depthwise convolution with stride 2 by SDOT, sixteen channels of one output row at a time. An int32 lane holds the bytes
/// that three rows of a column have in one channel, and a fourth that meets a weight of 0. The last column of a window is the
/// next window's first one.
/// </summary>
internal readonly unsafe struct Depthwise3x3Stride2NeonDot : IDepthwise3x3Tile
{
    public static int Channels => 16;

    public static int Stride => 2;

    public static int WeightBytes => 3 * 4 * 16;

    public static int ActivationFlip => 0;

    public static int Place(int channel) => channel;

    /// <summary>[kernel column][channel][4 rows], the fourth one 0.</summary>
    public static void Pack(ReadOnlySpan<sbyte> weights, sbyte* packed)
    {
        for (int channel = 0; channel < Channels; channel++)
        {
            for (int tap = 0; tap < 9; tap++)
                packed[(((tap % 3 * Channels) + channel) * 4) + (tap / 3)] = weights[(channel * 9) + tap];
        }
    }

    public static void Compute(in Depthwise3x3Block block)
    {
        if (block.HasWholeRange)
            Walk<WholeRange>(block);
        else
            Walk<NarrowBounds>(block);
    }

    private static void Walk<TBounds>(in Depthwise3x3Block block)
        where TBounds : struct, IOutputBounds
    {
        // Kernel column, then channels 0 to 3, 4 to 7, 8 to 11 or 12 to 15.
        sbyte* w = block.Weights;
        Vector128<sbyte> w00 = Vector128.Load(w), w01 = Vector128.Load(w + 16);
        Vector128<sbyte> w02 = Vector128.Load(w + 32), w03 = Vector128.Load(w + 48);
        Vector128<sbyte> w10 = Vector128.Load(w + 64), w11 = Vector128.Load(w + 80);
        Vector128<sbyte> w12 = Vector128.Load(w + 96), w13 = Vector128.Load(w + 112);
        Vector128<sbyte> w20 = Vector128.Load(w + 128), w21 = Vector128.Load(w + 144);
        Vector128<sbyte> w22 = Vector128.Load(w + 160), w23 = Vector128.Load(w + 176);
        var requantize = new DepthwiseRequantizeNeon<TBounds>(block);
        int* bias = block.Bias;
        float* multipliers = block.Multipliers;
        nint stride = block.InputStride, outputStride = block.OutputStride;
        for (int y = 0; y < block.OutputRows; y++)
        {
            sbyte** rows = block.Rows + (2 * y);
            sbyte* r0 = rows[0] + block.InputOffset, r1 = rows[1] + block.InputOffset, r2 = rows[2] + block.InputOffset;
            sbyte* output = block.Output + (y * block.OutputRowStride);
            Vector128<sbyte> padding = Vector128.Create(block.Padding);
            Vector128<sbyte> a0 = padding, a1 = padding, a2 = padding, a3 = padding;
            nint x = 0;
            if (!block.PadLeft)
            {
                Quads(r0, r1, r2, out a0, out a1, out a2, out a3);
                x = stride;
            }

            sbyte* end = output + ((block.OutputWidth - (block.PadRight ? 1 : 0)) * outputStride);
            while (output != end)
            {
                Quads(r0 + x, r1 + x, r2 + x, out var b0, out var b1, out var b2, out var b3);
                x += stride;
                (Vector128<int> s0, Vector128<int> s1) = AdvSimd.Arm64.LoadPairVector128(bias);
                (Vector128<int> s2, Vector128<int> s3) = AdvSimd.Arm64.LoadPairVector128(bias + 8);
                s0 = Dp.DotProduct(Dp.DotProduct(s0, a0, w00), b0, w10);
                s1 = Dp.DotProduct(Dp.DotProduct(s1, a1, w01), b1, w11);
                s2 = Dp.DotProduct(Dp.DotProduct(s2, a2, w02), b2, w12);
                s3 = Dp.DotProduct(Dp.DotProduct(s3, a3, w03), b3, w13);

                Quads(r0 + x, r1 + x, r2 + x, out a0, out a1, out a2, out a3);
                x += stride;
                Store(
                    requantize,
                    Dp.DotProduct(s0, a0, w20),
                    Dp.DotProduct(s1, a1, w21),
                    Dp.DotProduct(s2, a2, w22),
                    Dp.DotProduct(s3, a3, w23),
                    multipliers,
                    output);
                output += outputStride;
            }

            if (block.PadRight)
            {
                Quads(r0 + x, r1 + x, r2 + x, out var b0, out var b1, out var b2, out var b3);
                (Vector128<int> s0, Vector128<int> s1) = AdvSimd.Arm64.LoadPairVector128(bias);
                (Vector128<int> s2, Vector128<int> s3) = AdvSimd.Arm64.LoadPairVector128(bias + 8);
                s0 = Dp.DotProduct(Dp.DotProduct(s0, a0, w00), b0, w10);
                s1 = Dp.DotProduct(Dp.DotProduct(s1, a1, w01), b1, w11);
                s2 = Dp.DotProduct(Dp.DotProduct(s2, a2, w02), b2, w12);
                s3 = Dp.DotProduct(Dp.DotProduct(s3, a3, w03), b3, w13);
                Store(
                    requantize,
                    Dp.DotProduct(s0, padding, w20),
                    Dp.DotProduct(s1, padding, w21),
                    Dp.DotProduct(s2, padding, w22),
                    Dp.DotProduct(s3, padding, w23),
                    multipliers,
                    output);
            }
        }
    }

    /// <summary>Requantizes the sums of channels 0 to 3, 4 to 7, 8 to 11 and 12 to 15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TBounds>(
        in DepthwiseRequantizeNeon<TBounds> requantize, Vector128<int> s0, Vector128<int> s1, Vector128<int> s2, Vector128<int> s3,
        float* multipliers, sbyte* output)
        where TBounds : struct, IOutputBounds
    {
        (Vector128<float> m0, Vector128<float> m1) = AdvSimd.Arm64.LoadPairVector128(multipliers);
        (Vector128<float> m2, Vector128<float> m3) = AdvSimd.Arm64.LoadPairVector128(multipliers + 8);
        requantize.Round(
            DepthwiseRequantizeNeon.Scale(s0, m0),
            DepthwiseRequantizeNeon.Scale(s1, m1),
            DepthwiseRequantizeNeon.Scale(s2, m2),
            DepthwiseRequantizeNeon.Scale(s3, m3)).Store(output);
    }

    /// <summary>Int32 lane i of q_k holds the bytes of channel 4 k + i: (row0, row1, row2, row2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quads(
        sbyte* r0, sbyte* r1, sbyte* r2,
        out Vector128<sbyte> q0, out Vector128<sbyte> q1, out Vector128<sbyte> q2, out Vector128<sbyte> q3)
    {
        Vector128<sbyte> row0 = Vector128.Load(r0), row1 = Vector128.Load(r1), row2 = Vector128.Load(r2);
        Vector128<short> upper0 = AdvSimd.Arm64.ZipLow(row0, row1).AsInt16(), upper1 = AdvSimd.Arm64.ZipHigh(row0, row1).AsInt16();
        Vector128<short> lower0 = AdvSimd.Arm64.ZipLow(row2, row2).AsInt16(), lower1 = AdvSimd.Arm64.ZipHigh(row2, row2).AsInt16();
        q0 = AdvSimd.Arm64.ZipLow(upper0, lower0).AsSByte();
        q1 = AdvSimd.Arm64.ZipHigh(upper0, lower0).AsSByte();
        q2 = AdvSimd.Arm64.ZipLow(upper1, lower1).AsSByte();
        q3 = AdvSimd.Arm64.ZipHigh(upper1, lower1).AsSByte();
    }
}
