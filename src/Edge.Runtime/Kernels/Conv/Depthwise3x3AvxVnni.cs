using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// 3×3 depthwise convolution by vpdpbusd, 32 channels at a time. An int32 lane holds the bytes that four rows of a column have in
/// one channel, the sign bit flipped. With stride 1 two output rows share the four rows: the upper one meets a column of weights
/// as (w0, w1, w2, 0), the lower one as (0, w0, w1, w2). With stride 2 there is one output row, and the fourth byte meets 0.
/// </summary>
internal readonly unsafe struct Depthwise3x3AvxVnni<TStride> : IDepthwise3x3Tile
    where TStride : struct, IStride
{
    /// <summary>Bytes of the weights of one output row: [kernel column][lane of <see cref="Column"/>][4 rows].</summary>
    private const int RowWeights = 3 * 32 * 4;

    public static int Channels => 32;

    public static int Stride => TStride.Value;

    public static int WeightBytes => 2 * RowWeights;

    public static int ActivationFlip => 128;

    /// <summary>Which int32 of a column's four registers holds a channel.</summary>
    public static int Place(int channel) => (channel % 16 / 4 * 8) + (channel / 16 * 4) + (channel % 4);

    /// <summary>The weights of an upper output row, then those of a lower one.</summary>
    public static void Pack(ReadOnlySpan<sbyte> weights, sbyte* packed)
    {
        for (int channel = 0; channel < Channels; channel++)
        {
            for (int tap = 0; tap < 9; tap++)
            {
                int place = (((tap % 3 * Channels) + Place(channel)) * 4) + (tap / 3);
                packed[place] = weights[(channel * 9) + tap];
                packed[RowWeights + place + 1] = weights[(channel * 9) + tap];
            }
        }
    }

    public static bool TakesOffsetSums => true;

    public static void Compute(in Depthwise3x3Block block)
    {
        if (!block.SumsAreOffset)
            Compute<AnySums>(block);
        else if (block.IsUnsigned)
            Compute<OffsetSumsUnsigned>(block);
        else
            Compute<OffsetSums>(block);
    }

    private static void Compute<TForm>(in Depthwise3x3Block block)
        where TForm : struct, IRequantizeForm
    {
        nint stride = block.InputStride, outputStride = block.OutputStride;
        for (int y = 0; y < block.OutputRows; y += Stride == 1 ? 2 : 1)
        {
            sbyte** rows = block.Rows + (y * Stride);
            sbyte* r0 = rows[0] + block.InputOffset, r1 = rows[1] + block.InputOffset;
            sbyte* r2 = rows[2] + block.InputOffset, r3 = rows[Stride == 1 ? 3 : 2] + block.InputOffset;
            var requantize = new Rows<TForm>(block, y);
            var padding = new Column(Vector256.Create((sbyte)(block.Padding ^ -128)));
            Column a = padding;
            nint x = 0;
            if (!block.PadLeft)
            {
                a = new Column(r0, r1, r2, r3);
                x = stride;
            }

            int pixels = block.OutputWidth - (block.PadRight ? 1 : 0);
            var b = new Column(r0 + x, r1 + x, r2 + x, r3 + x);
            Column c;
            nint output = 0;
            for (; pixels > 0; pixels--)
            {
                x += stride;
                c = new Column(r0 + x, r1 + x, r2 + x, r3 + x);
                requantize.Store(a, b, c, output);
                output += outputStride;
                if (Stride == 2)
                {
                    x += stride;
                    a = c;
                    b = new Column(r0 + x, r1 + x, r2 + x, r3 + x);
                    continue;
                }

                if (--pixels == 0)
                {
                    (a, b) = (b, c);
                    break;
                }

                x += stride;
                a = new Column(r0 + x, r1 + x, r2 + x, r3 + x);
                requantize.Store(b, c, a, output);
                output += outputStride;
                if (--pixels == 0)
                {
                    (a, b) = (c, a);
                    break;
                }

                x += stride;
                b = new Column(r0 + x, r1 + x, r2 + x, r3 + x);
                requantize.Store(c, a, b, output);
                output += outputStride;
            }

            if (block.PadRight)
                requantize.Store(a, b, padding, output);
        }
    }

    /// <summary>
    /// 32 channels of one input column: register k holds channels 4 k to 4 k + 3 and 16 + 4 k to 16 + 4 k + 3, because bytes
    /// are interleaved within 128-bit halves.
    /// </summary>
    private readonly struct Column
    {
        public readonly Vector256<byte> Q0, Q1, Q2, Q3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Column(Vector256<sbyte> all) => Q0 = Q1 = Q2 = Q3 = all.AsByte();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Column(sbyte* row0, sbyte* row1, sbyte* row2, sbyte* row3)
        {
            // With stride 2 the fourth row is the third one again, loaded and flipped once.
            Vector256<byte> sign = Vector256.Create((byte)128);
            Vector256<byte> x0 = Vector256.Load((byte*)row0) ^ sign, x1 = Vector256.Load((byte*)row1) ^ sign;
            Vector256<byte> x2 = Vector256.Load((byte*)row2) ^ sign;
            Vector256<byte> x3 = Stride == 1 ? Vector256.Load((byte*)row3) ^ sign : x2;
            Vector256<short> upper = Avx2.UnpackLow(x0, x1).AsInt16(), lower = Avx2.UnpackLow(x2, x3).AsInt16();
            Q0 = Avx2.UnpackLow(upper, lower).AsByte();
            Q1 = Avx2.UnpackHigh(upper, lower).AsByte();
            upper = Avx2.UnpackHigh(x0, x1).AsInt16();
            lower = Avx2.UnpackHigh(x2, x3).AsInt16();
            Q2 = Avx2.UnpackLow(upper, lower).AsByte();
            Q3 = Avx2.UnpackHigh(upper, lower).AsByte();
        }
    }

    /// <summary>One or two output rows: sums, requantizes and stores a pixel of each.</summary>
    private readonly struct Rows<TForm>
        where TForm : struct, IRequantizeForm
    {
        private readonly sbyte* _weights, _upper, _lower;
        private readonly int* _bias;
        private readonly float* _multipliers, _scaledOffsets;
        private readonly Vector256<float> _high;
        private readonly Vector256<short> _zeroPoint;
        private readonly Vector256<sbyte> _low, _highest;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Rows(in Depthwise3x3Block block, int y)
        {
            _weights = block.Weights;
            _bias = block.Bias;
            _multipliers = block.Multipliers;
            _scaledOffsets = block.ScaledOffsets;
            _high = Vector256.Create((float)(block.High - block.ZeroPoint));
            _zeroPoint = Vector256.Create((short)block.ZeroPoint);
            _low = Vector256.Create((sbyte)block.Low);
            _highest = Vector256.Create((sbyte)block.High);
            _upper = block.Output + (y * block.OutputRowStride);

            // A lower row that doesn't exist is written before the upper one, to the same place.
            _lower = y + 1 < block.OutputRows ? _upper + block.OutputRowStride : _upper;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(Column a, Column b, Column c, nint output)
        {
            if (Stride == 1)
                Store(a, b, c, _weights + RowWeights, _lower + output);
            Store(a, b, c, _weights, _upper + output);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Store(Column a, Column b, Column c, sbyte* weights, sbyte* output)
        {
            Vector256<short> words0 = Words(0, a.Q0, b.Q0, c.Q0, a.Q1, b.Q1, c.Q1, weights);
            Vector256<short> words1 = Words(8, a.Q2, b.Q2, c.Q2, a.Q3, b.Q3, c.Q3, weights + 64);
            if (TForm.Unsigned)
            {
                (Avx2.PackUnsignedSaturate(words0, words1) ^ Vector256.Create((byte)0x80)).AsSByte().Store(output);
                return;
            }

            words0 = Avx2.AddSaturate(words0, _zeroPoint);
            words1 = Avx2.AddSaturate(words1, _zeroPoint);
            Vector256<sbyte> codes = Avx2.Max(Avx2.PackSignedSaturate(words0, words1), _low);
            (TForm.Offset ? Avx2.Min(codes, _highest) : codes).Store(output);
        }

        /// <summary>Without the zero point: channels first to first + 7, then 16 + first to 16 + first + 7.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Vector256<short> Words(
            int first, Vector256<byte> a0, Vector256<byte> b0, Vector256<byte> c0, Vector256<byte> a1, Vector256<byte> b1,
            Vector256<byte> c1, sbyte* weights)
        {
            Vector256<int> s0 = AvxVnni.MultiplyWideningAndAdd(Vector256.Load(_bias + (2 * first)), a0, Vector256.Load(weights));
            Vector256<int> s1 = AvxVnni.MultiplyWideningAndAdd(Vector256.Load(_bias + (2 * first) + 8), a1, Vector256.Load(weights + 32));
            s0 = AvxVnni.MultiplyWideningAndAdd(s0, b0, Vector256.Load(weights + 128));
            s1 = AvxVnni.MultiplyWideningAndAdd(s1, b1, Vector256.Load(weights + 160));
            s0 = AvxVnni.MultiplyWideningAndAdd(s0, c0, Vector256.Load(weights + 256));
            s1 = AvxVnni.MultiplyWideningAndAdd(s1, c1, Vector256.Load(weights + 288));
            Vector256<int> q0 = Round(s0, 2 * first), q1 = Round(s1, (2 * first) + 8);
            return Avx2.PackSignedSaturate(q0, q1);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Vector256<int> Round(Vector256<int> sums, int first)
        {
            Vector256<float> multipliers = Vector256.Load(_multipliers + first);
            if (TForm.Unsigned)
            {
                // Rounded once, as the product sum · multiplier would be; see RequantizeAvx2.
                return Avx.ConvertToVector256Int32(
                    Fma.MultiplySubtract(sums.AsSingle(), multipliers, Vector256.Load(_scaledOffsets + first)));
            }

            if (TForm.Offset)
            {
                // A subtraction is exact here, and leaves the units that multiply to the products.
                Vector256<float> zero = Vector256.Create(RequantizeParameters.Offset).AsSingle();
                return Avx.ConvertToVector256Int32((sums.AsSingle() - zero) * multipliers);
            }

            // Below −2³¹ the conversion gives −2³¹, which the narrowing makes the smallest byte; above it would give −2³¹ too.
            return Avx.ConvertToVector256Int32(Avx.Min(Avx.ConvertToVector256Single(sums) * multipliers, _high));
        }
    }
}
