using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Turns sums of sixteen neighbouring channels into int8 and stores them. Bounds and zero point are integers, so that they may
/// follow the rounding: they are applied to packed lanes, and packing saturates. The conversion makes the least int32 of whatever
/// does not fit, so that large values are clamped before it unless there are none.
/// </summary>
internal readonly unsafe struct RequantizeAvx2<TForm>
    where TForm : struct, IRequantizeForm
{
    private readonly Vector256<float> _multipliers0, _multipliers1, _offsets0, _offsets1, _high;
    private readonly Vector256<short> _zeroPoint;
    private readonly Vector256<sbyte> _lowest, _highest;
    private readonly bool _fitsInt32, _isUnsigned;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RequantizeAvx2(in RequantizeParameters parameters)
        : this(parameters, parameters.Multipliers, parameters.Multipliers + 8)
    {
    }

    /// <param name="low">Multipliers of the first eight channels.</param>
    /// <param name="high">Those of the other eight.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RequantizeAvx2(in RequantizeParameters parameters, float* low, float* high)
    {
        _multipliers0 = Vector256.Load(low);
        _multipliers1 = Vector256.Load(high);
        if (TForm.Unsigned)
        {
            Vector256<float> offset = Vector256.Create(RequantizeParameters.PositiveOffset).AsSingle();
            _offsets0 = offset * _multipliers0;
            _offsets1 = offset * _multipliers1;
        }

        _high = Vector256.Create(parameters.High);
        _zeroPoint = Vector256.Create((short)parameters.ZeroPoint);
        _lowest = Vector256.Create((sbyte)((int)parameters.Low + parameters.ZeroPoint));
        _highest = Vector256.Create((sbyte)((int)parameters.High + parameters.ZeroPoint));
        _fitsInt32 = parameters.ScaledSumsFitInt32;
        _isUnsigned = parameters.IsUnsigned;
    }

    private bool FitsInt32
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TForm.Offset || _fitsInt32;
    }

    private bool IsUnsigned
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TForm.Offset ? TForm.Unsigned : _isUnsigned;
    }

    /// <summary>One pixel.</summary>
    /// <param name="sum0">Channels 0 to 7.</param>
    /// <param name="sum1">Channels 8 to 15.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(Vector256<int> sum0, Vector256<int> sum1, sbyte* output)
    {
        Vector256<short> halves = Avx2.AddSaturate(Round(sum0, sum1), _zeroPoint);

        // Packing works within 128-bit halves: 0-3 8-11 | 4-7 12-15, put in order by the permutation.
        Vector256<short> ordered = Avx2.Permute4x64(halves.AsInt64(), 0b11_01_10_00).AsInt16();
        Vector128<sbyte> codes = Sse2.PackSignedSaturate(ordered.GetLower(), ordered.GetUpper());
        Vector128.Min(Vector128.Max(codes, _lowest.GetLower()), _highest.GetLower()).Store(output);
    }

    /// <summary>Two pixels: a is the first one's, b the second one's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(
        Vector256<int> a0, Vector256<int> a1, Vector256<int> b0, Vector256<int> b1, sbyte* outputA, sbyte* outputB)
    {
        Vector256<sbyte> codes = Codes(a0, a1, b0, b1);
        codes.GetLower().Store(outputA);
        codes.GetUpper().Store(outputB);
    }

    /// <summary>
    /// Two pixels of four groups of four channels: a 0 and b 0 hold the channels of the first two groups in turn, a 1 and b 1 those of the
    /// other two.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreAlternating(
        Vector256<int> a0, Vector256<int> a1, Vector256<int> b0, Vector256<int> b1, sbyte* outputA, sbyte* outputB)
    {
        Vector128<sbyte> order = Vector128.Create(0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15);
        Vector256<sbyte> codes = Avx2.Shuffle(Codes(a0, a1, b0, b1), Vector256.Create(order, order));
        codes.GetLower().Store(outputA);
        codes.GetUpper().Store(outputB);
    }

    /// <summary>Two pixels: a 0 and b 0 hold channels 0-3 8-11, a 1 and b 1 the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreCrossed(
        Vector256<int> a0, Vector256<int> a1, Vector256<int> b0, Vector256<int> b1, sbyte* outputA, sbyte* outputB)
    {
        // Eights of channels: a 0, b 0 | a 1, b 1.
        Vector256<sbyte> codes = Avx2.Permute4x64(Packed(a0, a1, b0, b1).AsInt64(), 0b11_01_10_00).AsSByte();
        codes.GetLower().Store(outputA);
        codes.GetUpper().Store(outputB);
    }

    /// <summary>Eight channels of four pixels, where both eights of channels have the same multipliers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreEights(
        Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d, sbyte* outputA, sbyte* outputB, sbyte* outputC, sbyte* outputD)
    {
        Vector256<sbyte> codes = Codes(a, b, c, d);
        codes.GetLower().GetLower().Store(outputA);
        codes.GetLower().GetUpper().Store(outputB);
        codes.GetUpper().GetLower().Store(outputC);
        codes.GetUpper().GetUpper().Store(outputD);
    }

    /// <summary>Channels 0 to 15 of a, then of b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<sbyte> Codes(Vector256<int> a0, Vector256<int> a1, Vector256<int> b0, Vector256<int> b1) =>
        Avx2.PermuteVar8x32(Packed(a0, a1, b0, b1).AsInt32(), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7)).AsSByte();

    /// <summary>Fours of channels: a 0, a 2, b 0, b 2 | a 1, a 3, b 1, b 3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<sbyte> Packed(Vector256<int> a0, Vector256<int> a1, Vector256<int> b0, Vector256<int> b1)
    {
        Vector256<short> a = Round(a0, a1), b = Round(b0, b1);

        // What a ReLU bounds: 0 to 255 above the least code.
        if (IsUnsigned)
            return (Avx2.PackUnsignedSaturate(a, b) ^ Vector256.Create((byte)0x80)).AsSByte();
        Vector256<sbyte> codes = Avx2.PackSignedSaturate(Avx2.AddSaturate(a, _zeroPoint), Avx2.AddSaturate(b, _zeroPoint));
        return Vector256.Min(Vector256.Max(codes, _lowest), _highest);
    }

    /// <summary>Without the zero point: channels 0-3 8-11 | 4-7 12-15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<short> Round(Vector256<int> sum0, Vector256<int> sum1)
    {
        Vector256<float> scaled0, scaled1;
        if (TForm.Unsigned)
        {
            // The offset times a multiplier is exact, and the one rounding is that of the product sum · multiplier. A negative sum
            // gives another number below 0, which packing makes 0 as well.
            scaled0 = Fma.MultiplySubtract(sum0.AsSingle(), _multipliers0, _offsets0);
            scaled1 = Fma.MultiplySubtract(sum1.AsSingle(), _multipliers1, _offsets1);
        }
        else if (TForm.Offset)
        {
            // A subtraction is exact here, and leaves the units that multiply to the products.
            Vector256<float> zero = Vector256.Create(RequantizeParameters.Offset).AsSingle();
            scaled0 = (sum0.AsSingle() - zero) * _multipliers0;
            scaled1 = (sum1.AsSingle() - zero) * _multipliers1;
        }
        else
        {
            scaled0 = Avx.ConvertToVector256Single(sum0) * _multipliers0;
            scaled1 = Avx.ConvertToVector256Single(sum1) * _multipliers1;
        }

        if (!FitsInt32)
        {
            scaled0 = Avx.Min(scaled0, _high);
            scaled1 = Avx.Min(scaled1, _high);
        }

        Vector256<int> rounded0 = Avx.ConvertToVector256Int32(scaled0), rounded1 = Avx.ConvertToVector256Int32(scaled1);
        return Avx2.PackSignedSaturate(rounded0, rounded1);
    }
}
