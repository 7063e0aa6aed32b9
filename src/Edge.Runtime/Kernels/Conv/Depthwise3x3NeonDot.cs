using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 3×3 depthwise convolution with stride 1 by SDOT. Two output rows at a time: they share four input rows, which are the four
/// bytes of an int32 lane (<see cref="RowQuadsNeon"/>). The upper output row meets a column of weights as (w0, w1, w2, 0), the
/// lower one as (0, w0, w1, w2). All weights of eight channels, and the three columns of a window, stay in registers.
/// </summary>
internal readonly unsafe struct Depthwise3x3NeonDot : IDepthwise3x3Tile
{
    public static int Channels => 8;

    public static int Stride => 1;

    public static int WeightBytes => 3 * 2 * 16;

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
        // u: upper output row, l: lower output row; then the kernel column; then channels 0 to 3 or 4 to 7.
        Vector128<sbyte> u00 = Vector128.Load(block.Weights), u01 = Vector128.Load(block.Weights + 16);
        Vector128<sbyte> u10 = Vector128.Load(block.Weights + 32), u11 = Vector128.Load(block.Weights + 48);
        Vector128<sbyte> u20 = Vector128.Load(block.Weights + 64), u21 = Vector128.Load(block.Weights + 80);
        Vector128<sbyte> l00 = Lower(u00), l01 = Lower(u01), l10 = Lower(u10), l11 = Lower(u11), l20 = Lower(u20), l21 = Lower(u21);
        int* bias = block.Bias;
        var requantize = new Requantize<TBounds>(block);
        Vector128<sbyte> padding = Vector128.Create(block.Padding);
        Vector128<int> s0, s1, s2, s3;
        nint stride = block.InputStride, outputStride = block.OutputStride;
        for (int y = 0; y < block.OutputRows; y += 2)
        {
            sbyte** rows = block.Rows + y;
            sbyte* r0 = rows[0] + block.InputOffset, r1 = rows[1] + block.InputOffset;
            sbyte* r2 = rows[2] + block.InputOffset, r3 = rows[3] + block.InputOffset;

            // A lower row that doesn't exist is written before the upper one, to the same place.
            sbyte* upper = block.Output + (y * block.OutputRowStride);
            sbyte* lower = y + 1 < block.OutputRows ? upper + block.OutputRowStride : upper;
            nint x = 0;
            var a = new RowQuadsNeon(padding, padding);
            if (!block.PadLeft)
            {
                a = RowQuadsNeon.Load(r0, r1, r2, r3);
                x = stride;
            }

            RowQuadsNeon b = RowQuadsNeon.Load(r0 + x, r1 + x, r2 + x, r3 + x), c;
            sbyte* end = upper + ((block.OutputWidth - (block.PadRight ? 1 : 0)) * outputStride);
            while (upper != end)
            {
                x += stride;
                c = RowQuadsNeon.Load(r0 + x, r1 + x, r2 + x, r3 + x);
                (s0, s1) = AdvSimd.Arm64.LoadPairVector128(bias);
                (s2, s3) = AdvSimd.Arm64.LoadPairVector128(bias);
                requantize.Store(
                    Sum(s0, a.Low, u00, b.Low, u10, c.Low, u20),
                    Sum(s1, a.High, u01, b.High, u11, c.High, u21),
                    Sum(s2, a.Low, l00, b.Low, l10, c.Low, l20),
                    Sum(s3, a.High, l01, b.High, l11, c.High, l21),
                    upper,
                    lower);
                upper += outputStride;
                lower += outputStride;
                if (upper == end)
                {
                    (a, b) = (b, c);
                    break;
                }

                x += stride;
                a = RowQuadsNeon.Load(r0 + x, r1 + x, r2 + x, r3 + x);
                (s0, s1) = AdvSimd.Arm64.LoadPairVector128(bias);
                (s2, s3) = AdvSimd.Arm64.LoadPairVector128(bias);
                requantize.Store(
                    Sum(s0, b.Low, u00, c.Low, u10, a.Low, u20),
                    Sum(s1, b.High, u01, c.High, u11, a.High, u21),
                    Sum(s2, b.Low, l00, c.Low, l10, a.Low, l20),
                    Sum(s3, b.High, l01, c.High, l11, a.High, l21),
                    upper,
                    lower);
                upper += outputStride;
                lower += outputStride;
                if (upper == end)
                {
                    (a, b) = (c, a);
                    break;
                }

                x += stride;
                b = RowQuadsNeon.Load(r0 + x, r1 + x, r2 + x, r3 + x);
                (s0, s1) = AdvSimd.Arm64.LoadPairVector128(bias);
                (s2, s3) = AdvSimd.Arm64.LoadPairVector128(bias);
                requantize.Store(
                    Sum(s0, c.Low, u00, a.Low, u10, b.Low, u20),
                    Sum(s1, c.High, u01, a.High, u11, b.High, u21),
                    Sum(s2, c.Low, l00, a.Low, l10, b.Low, l20),
                    Sum(s3, c.High, l01, a.High, l11, b.High, l21),
                    upper,
                    lower);
                upper += outputStride;
                lower += outputStride;
            }

            if (block.PadRight)
            {
                (s0, s1) = AdvSimd.Arm64.LoadPairVector128(bias);
                (s2, s3) = AdvSimd.Arm64.LoadPairVector128(bias);
                requantize.Store(
                    Sum(s0, a.Low, u00, b.Low, u10, padding, u20),
                    Sum(s1, a.High, u01, b.High, u11, padding, u21),
                    Sum(s2, a.Low, l00, b.Low, l10, padding, l20),
                    Sum(s3, a.High, l01, b.High, l11, padding, l21),
                    upper,
                    lower);
            }
        }
    }

    /// <summary>Moves the weights of a lane one row down.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Lower(Vector128<sbyte> weights) => (weights.AsInt32() << 8).AsSByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Sum(
        Vector128<int> start, Vector128<sbyte> x0, Vector128<sbyte> w0, Vector128<sbyte> x1, Vector128<sbyte> w1,
        Vector128<sbyte> x2, Vector128<sbyte> w2) =>
        Dp.DotProduct(Dp.DotProduct(Dp.DotProduct(start, x0, w0), x1, w1), x2, w2);

    /// <summary>Requantizes eight channels of two output rows.</summary>
    [method: MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly struct Requantize<TBounds>(in Depthwise3x3Block block)
        where TBounds : struct, IOutputBounds
    {
        private readonly Vector128<float> _multipliers0 = Vector128.Load(block.Multipliers);
        private readonly Vector128<float> _multipliers1 = Vector128.Load(block.Multipliers + 4);
        private readonly DepthwiseRequantizeNeon<TBounds> _round = new(block);

        /// <summary>Channels 0 to 3 and 4 to 7 of the upper row, then of the lower row.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(
            Vector128<int> upper0, Vector128<int> upper1, Vector128<int> lower0, Vector128<int> lower1, sbyte* upper, sbyte* lower)
        {
            Vector128<sbyte> bytes = _round.Round(
                DepthwiseRequantizeNeon.Scale(upper0, _multipliers0),
                DepthwiseRequantizeNeon.Scale(upper1, _multipliers1),
                DepthwiseRequantizeNeon.Scale(lower0, _multipliers0),
                DepthwiseRequantizeNeon.Scale(lower1, _multipliers1));
            AdvSimd.StoreSelectedScalar((long*)lower, bytes.AsInt64(), 1);
            bytes.GetLower().Store(upper);
        }
    }
}
