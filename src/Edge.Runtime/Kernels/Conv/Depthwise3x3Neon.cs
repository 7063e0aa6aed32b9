using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 3×3 depthwise convolution on cores without SDOT, sixteen channels at a time. Taps that are neighbours in a pair stand side by
/// side in int16 lanes: two products of [−128, 127]·[−127, 127] just fit into such a lane, and the sum of two lanes is added to the
/// channel's int32 lane, four taps at once. Pairs are the upper two rows of each column, and the lowest row's first two columns.
/// </summary>
internal readonly unsafe struct Depthwise3x3Neon<TStride> : IDepthwise3x3Tile
    where TStride : struct, IStride
{
    public static int Channels => 16;

    public static int Stride => TStride.Value;

    public static int WeightBytes => 9 * 16;

    public static int ActivationFlip => 0;

    public static int Place(int channel) => channel;

    /// <summary>Four pairs [channel][2 taps]: rows 0 and 1 of each column, columns 0 and 1 of row 2; then [channel] of the last tap.</summary>
    public static void Pack(ReadOnlySpan<sbyte> weights, sbyte* packed)
    {
        ReadOnlySpan<int> order = [0, 3, 1, 4, 2, 5, 6, 7];
        for (int channel = 0; channel < Channels; channel++)
        {
            for (int i = 0; i < order.Length; i++)
                packed[(((i / 2 * Channels) + channel) * 2) + (i % 2)] = weights[(channel * 9) + order[i]];
            packed[(8 * Channels) + channel] = weights[(channel * 9) + 8];
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
        var taps = new Taps<TBounds>(block);
        nint stride = block.InputStride, outputStride = block.OutputStride;
        for (int y = 0; y < block.OutputRows; y++)
        {
            sbyte** rows = block.Rows + (Stride * y);
            sbyte* r0 = rows[0] + block.InputOffset, r1 = rows[1] + block.InputOffset, r2 = rows[2] + block.InputOffset;
            sbyte* output = block.Output + (y * block.OutputRowStride);
            Vector128<sbyte> padding = Vector128.Create(block.Padding);
            var a = new Column(padding, padding, padding);
            nint x = 0;
            if (!block.PadLeft)
            {
                a = new Column(r0, r1, r2);
                x = stride;
            }

            sbyte* end = output + ((block.OutputWidth - (block.PadRight ? 1 : 0)) * outputStride);
            var b = new Column(r0 + x, r1 + x, r2 + x);
            Column c;
            while (output != end)
            {
                x += stride;
                c = new Column(r0 + x, r1 + x, r2 + x);
                taps.Store(a, b, c, output);
                output += outputStride;
                if (Stride == 2)
                {
                    x += stride;
                    b = new Column(r0 + x, r1 + x, r2 + x);
                    if (output == end)
                    {
                        a = c;
                        break;
                    }

                    x += stride;
                    a = new Column(r0 + x, r1 + x, r2 + x);
                    taps.Store(c, b, a, output);
                    output += outputStride;
                    x += stride;
                    b = new Column(r0 + x, r1 + x, r2 + x);
                    continue;
                }

                if (output == end)
                {
                    (a, b) = (b, c);
                    break;
                }

                x += stride;
                a = new Column(r0 + x, r1 + x, r2 + x);
                taps.Store(b, c, a, output);
                output += outputStride;
                if (output == end)
                {
                    (a, b) = (c, a);
                    break;
                }

                x += stride;
                b = new Column(r0 + x, r1 + x, r2 + x);
                taps.Store(c, a, b, output);
                output += outputStride;
            }

            if (block.PadRight)
                taps.Store(a, b, new Column(padding, padding, padding), output);
        }
    }

    /// <summary>Sixteen channels of one input column: rows 0 and 1 side by side, of channels 0 to 7 and 8 to 15; row 2.</summary>
    [method: MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly struct Column(Vector128<sbyte> row0, Vector128<sbyte> row1, Vector128<sbyte> row2)
    {
        public readonly Vector128<sbyte> Lower = AdvSimd.Arm64.ZipLow(row0, row1);
        public readonly Vector128<sbyte> Upper = AdvSimd.Arm64.ZipHigh(row0, row1);
        public readonly Vector128<sbyte> Row2 = row2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Column(sbyte* row0, sbyte* row1, sbyte* row2)
            : this(Vector128.Load(row0), Vector128.Load(row1), Vector128.Load(row2))
        {
        }
    }

    /// <summary>The weights of sixteen channels, and where the rest of what makes an output lies.</summary>
    [method: MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly struct Taps<TBounds>(in Depthwise3x3Block block)
        where TBounds : struct, IOutputBounds
    {
        // First the pair, then channels 0 to 7 or 8 to 15.
        private readonly Vector128<sbyte> _w00 = Vector128.Load(block.Weights);
        private readonly Vector128<sbyte> _w01 = Vector128.Load(block.Weights + 16);
        private readonly Vector128<sbyte> _w10 = Vector128.Load(block.Weights + 32);
        private readonly Vector128<sbyte> _w11 = Vector128.Load(block.Weights + 48);
        private readonly Vector128<sbyte> _w20 = Vector128.Load(block.Weights + 64);
        private readonly Vector128<sbyte> _w21 = Vector128.Load(block.Weights + 80);
        private readonly Vector128<sbyte> _w30 = Vector128.Load(block.Weights + 96);
        private readonly Vector128<sbyte> _w31 = Vector128.Load(block.Weights + 112);
        private readonly Vector128<sbyte> _last = Vector128.Load(block.Weights + 128);
        private readonly int* _bias = block.Bias;
        private readonly float* _multipliers = block.Multipliers;
        private readonly DepthwiseRequantizeNeon<TBounds> _requantize = new(block);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(Column a, Column b, Column c, sbyte* output)
        {
            (Vector128<int> s0, Vector128<int> s1) = AdvSimd.Arm64.LoadPairVector128(_bias);
            (Vector128<int> s2, Vector128<int> s3) = AdvSimd.Arm64.LoadPairVector128(_bias + 8);
            s0 = AddLower(s0, a.Lower, _w00, b.Lower, _w10);
            s1 = AddUpper(s1, a.Lower, _w00, b.Lower, _w10);
            s2 = AddLower(s2, a.Upper, _w01, b.Upper, _w11);
            s3 = AddUpper(s3, a.Upper, _w01, b.Upper, _w11);

            Vector128<sbyte> pairs = AdvSimd.Arm64.ZipLow(a.Row2, b.Row2);
            s0 = AddLower(s0, c.Lower, _w20, pairs, _w30);
            s1 = AddUpper(s1, c.Lower, _w20, pairs, _w30);
            pairs = AdvSimd.Arm64.ZipHigh(a.Row2, b.Row2);
            s2 = AddLower(s2, c.Upper, _w21, pairs, _w31);
            s3 = AddUpper(s3, c.Upper, _w21, pairs, _w31);

            Vector128<short> last = AdvSimd.MultiplyWideningLower(c.Row2.GetLower(), _last.GetLower());
            s0 = AdvSimd.AddWideningLower(s0, last.GetLower());
            s1 = AdvSimd.AddWideningUpper(s1, last);
            last = AdvSimd.MultiplyWideningUpper(c.Row2, _last);
            s2 = AdvSimd.AddWideningLower(s2, last.GetLower());
            s3 = AdvSimd.AddWideningUpper(s3, last);

            (Vector128<float> m0, Vector128<float> m1) = AdvSimd.Arm64.LoadPairVector128(_multipliers);
            (Vector128<float> m2, Vector128<float> m3) = AdvSimd.Arm64.LoadPairVector128(_multipliers + 8);
            _requantize.Round(
                DepthwiseRequantizeNeon.Scale(s0, m0),
                DepthwiseRequantizeNeon.Scale(s1, m1),
                DepthwiseRequantizeNeon.Scale(s2, m2),
                DepthwiseRequantizeNeon.Scale(s3, m3)).Store(output);
        }

        /// <summary>Four products of each of the lower four channels.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<int> AddLower(
            Vector128<int> sum, Vector128<sbyte> x0, Vector128<sbyte> w0, Vector128<sbyte> x1, Vector128<sbyte> w1) =>
            AdvSimd.AddPairwiseWideningAndAdd(
                sum,
                AdvSimd.MultiplyWideningLowerAndAdd(
                    AdvSimd.MultiplyWideningLower(x0.GetLower(), w0.GetLower()), x1.GetLower(), w1.GetLower()));

        /// <summary>Four products of each of the upper four channels.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<int> AddUpper(
            Vector128<int> sum, Vector128<sbyte> x0, Vector128<sbyte> w0, Vector128<sbyte> x1, Vector128<sbyte> w1) =>
            AdvSimd.AddPairwiseWideningAndAdd(
                sum, AdvSimd.MultiplyWideningUpperAndAdd(AdvSimd.MultiplyWideningUpper(x0, w0), x1, w1));
    }
}

/// <summary>The stride of a kernel, known when it is compiled.</summary>
internal interface IStride
{
    static abstract int Value { get; }
}

internal readonly struct Stride1 : IStride
{
    public static int Value => 1;
}

internal readonly struct Stride2 : IStride
{
    public static int Value => 2;
}
