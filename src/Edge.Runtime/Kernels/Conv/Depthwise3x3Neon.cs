using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 3×3 depthwise convolution on cores without SDOT, eight channels at a time: a lane is a channel. Two products of
/// [−128, 127]·[−127, 127] just fit into int16 lanes, which are then added to the int32 lanes of the sums. Weights and columns are
/// 64-bit vectors, because every one is used as often as there are taps: of a 128-bit one the JIT copies the lower half each time.
/// </summary>
internal readonly unsafe struct Depthwise3x3Neon<TStride> : IDepthwise3x3Tile
    where TStride : struct, IStride
{
    public static int Channels => 8;

    public static int Stride => TStride.Value;

    public static int WeightBytes => 9 * 8;

    public static int ActivationFlip => 0;

    public static int Place(int channel) => channel;

    /// <summary>[kernel column][kernel row][channel].</summary>
    public static void Pack(ReadOnlySpan<sbyte> weights, sbyte* packed)
    {
        for (int channel = 0; channel < Channels; channel++)
        {
            for (int tap = 0; tap < 9; tap++)
                packed[(((tap % 3 * 3) + (tap / 3)) * Channels) + channel] = weights[(channel * 9) + tap];
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
            var padding = new Column(Vector64.Create(block.Padding));
            Column a = padding;
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
                taps.Store(a, b, padding, output);
        }
    }

    /// <summary>Eight channels of the three rows of an input column.</summary>
    private readonly struct Column
    {
        public readonly Vector64<sbyte> Row0, Row1, Row2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Column(Vector64<sbyte> all) => Row0 = Row1 = Row2 = all;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Column(sbyte* row0, sbyte* row1, sbyte* row2) =>
            (Row0, Row1, Row2) = (Vector64.Load(row0), Vector64.Load(row1), Vector64.Load(row2));
    }

    /// <summary>What eight channels need besides their activations, all of it in registers.</summary>
    [method: MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly struct Taps<TBounds>(in Depthwise3x3Block block)
        where TBounds : struct, IOutputBounds
    {
        // First the kernel's column, then its row.
        private readonly Vector64<sbyte> _w00 = Vector64.Load(block.Weights);
        private readonly Vector64<sbyte> _w01 = Vector64.Load(block.Weights + 8);
        private readonly Vector64<sbyte> _w02 = Vector64.Load(block.Weights + 16);
        private readonly Vector64<sbyte> _w10 = Vector64.Load(block.Weights + 24);
        private readonly Vector64<sbyte> _w11 = Vector64.Load(block.Weights + 32);
        private readonly Vector64<sbyte> _w12 = Vector64.Load(block.Weights + 40);
        private readonly Vector64<sbyte> _w20 = Vector64.Load(block.Weights + 48);
        private readonly Vector64<sbyte> _w21 = Vector64.Load(block.Weights + 56);
        private readonly Vector64<sbyte> _w22 = Vector64.Load(block.Weights + 64);
        private readonly Vector128<int> _bias0 = Vector128.Load(block.Bias);
        private readonly Vector128<int> _bias1 = Vector128.Load(block.Bias + 4);
        private readonly Vector128<float> _multipliers0 = Vector128.Load(block.Multipliers);
        private readonly Vector128<float> _multipliers1 = Vector128.Load(block.Multipliers + 4);
        private readonly DepthwiseRequantizeNeon<TBounds> _requantize = new(block);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(Column a, Column b, Column c, sbyte* output)
        {
            Vector128<int> s0 = _bias0, s1 = _bias1;
            Add(ref s0, ref s1, Products(a.Row0, _w00, a.Row1, _w01));
            Add(ref s0, ref s1, Products(b.Row0, _w10, b.Row1, _w11));
            Add(ref s0, ref s1, Products(a.Row2, _w02, b.Row2, _w12));
            Add(ref s0, ref s1, Products(c.Row0, _w20, c.Row1, _w21));
            Add(ref s0, ref s1, AdvSimd.MultiplyWideningLower(c.Row2, _w22));
            _requantize.Round(
                DepthwiseRequantizeNeon.Scale(s0, _multipliers0), DepthwiseRequantizeNeon.Scale(s1, _multipliers1)).Store(output);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<short> Products(Vector64<sbyte> x0, Vector64<sbyte> w0, Vector64<sbyte> x1, Vector64<sbyte> w1) =>
            AdvSimd.MultiplyWideningLowerAndAdd(AdvSimd.MultiplyWideningLower(x0, w0), x1, w1);

        /// <summary>The lower half is taken at the products' last use, where it is the same register.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Add(ref Vector128<int> sum0, ref Vector128<int> sum1, Vector128<short> products)
        {
            sum1 = AdvSimd.AddWideningUpper(sum1, products);
            sum0 = AdvSimd.AddWideningLower(sum0, products.GetLower());
        }
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
