using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Runtime.Kernels.Lanes;

/// <summary>Sixteen float32 values in two registers: lanes 0 to 7, lanes 8 to 15.</summary>
internal readonly unsafe struct LanesAvx2(Vector256<float> low, Vector256<float> high) : ILanes<LanesAvx2>
{
    private readonly Vector256<float> _low = low;
    private readonly Vector256<float> _high = high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesAvx2 Broadcast(float value) => new(Vector256.Create(value), Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesAvx2 Load(float* source) => new(Vector256.Load(source), Vector256.Load(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesAvx2 Load(sbyte* source) => new(
        Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(source)),
        Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(source + 8)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesAvx2 operator +(LanesAvx2 a, LanesAvx2 b) => new(Avx.Add(a._low, b._low), Avx.Add(a._high, b._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesAvx2 operator -(LanesAvx2 a, LanesAvx2 b) =>
        new(Avx.Subtract(a._low, b._low), Avx.Subtract(a._high, b._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesAvx2 operator *(LanesAvx2 a, LanesAvx2 b) =>
        new(Avx.Multiply(a._low, b._low), Avx.Multiply(a._high, b._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesAvx2 operator /(LanesAvx2 a, LanesAvx2 b) => new(Avx.Divide(a._low, b._low), Avx.Divide(a._high, b._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesAvx2 Clamp(LanesAvx2 value, LanesAvx2 low, LanesAvx2 high) =>
        new(Clamp(value._low, low._low, high._low), Clamp(value._high, low._high, high._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> RoundToInt8(LanesAvx2 value, int zeroPoint)
    {
        Vector256<int> zero = Vector256.Create(zeroPoint);
        Vector256<int> low = Avx2.Add(Avx.ConvertToVector256Int32(value._low), zero);
        Vector256<int> high = Avx2.Add(Avx.ConvertToVector256Int32(value._high), zero);

        // packs: lanes 0–3, 8–11 | 4–7, 12–15; permuted back into order as 64-bit pieces.
        Vector256<short> words = Avx2.Permute4x64(Avx2.PackSignedSaturate(low, high).AsInt64(), 0b11_01_10_00).AsInt16();
        return Sse2.PackSignedSaturate(words.GetLower(), words.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(LanesAvx2 value, float* destination)
    {
        value._low.Store(destination);
        value._high.Store(destination + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Clamp(Vector256<float> value, Vector256<float> low, Vector256<float> high)
    {
        Vector256<float> number = Avx.And(value, Avx.CompareOrdered(value, value));
        return Avx.Min(Avx.Max(number, low), high);
    }
}

/// <summary>Sixteen sums: int16 lanes 0 to 15, and the int32 lanes 0 to 7 and 8 to 15 that they are widened into.</summary>
internal unsafe struct SumsAvx2 : ISums<SumsAvx2, LanesAvx2>
{
    private Vector256<short> _narrow;
    private Vector256<int> _low;
    private Vector256<int> _high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(sbyte* source) => _narrow = Avx2.Add(_narrow, Avx2.ConvertToVector256Int16(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Widen()
    {
        _low = Avx2.Add(_low, Avx2.ConvertToVector256Int32(_narrow.GetLower()));
        _high = Avx2.Add(_high, Avx2.ConvertToVector256Int32(_narrow.GetUpper()));
        _narrow = Vector256<short>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly LanesAvx2 ToLanes(int offset)
    {
        Vector256<int> all = Vector256.Create(offset);
        return new(Avx.ConvertToVector256Single(Avx2.Subtract(_low, all)), Avx.ConvertToVector256Single(Avx2.Subtract(_high, all)));
    }
}
