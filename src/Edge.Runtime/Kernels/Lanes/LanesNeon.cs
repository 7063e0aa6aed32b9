using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Lanes;

/// <summary>Sixteen float32 values in four registers: lanes 0 to 3, 4 to 7, 8 to 11, 12 to 15.</summary>
internal readonly unsafe struct LanesNeon(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d)
    : ILanes<LanesNeon>
{
    private readonly Vector128<float> _a = a;
    private readonly Vector128<float> _b = b;
    private readonly Vector128<float> _c = c;
    private readonly Vector128<float> _d = d;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesNeon Broadcast(float value)
    {
        Vector128<float> all = Vector128.Create(value);
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesNeon Load(float* source) => new(
        Vector128.Load(source), Vector128.Load(source + 4), Vector128.Load(source + 8), Vector128.Load(source + 12));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesNeon Load(sbyte* source)
    {
        Vector128<sbyte> bytes = Vector128.Load(source);
        Vector128<short> low = AdvSimd.SignExtendWideningLower(bytes.GetLower());
        Vector128<short> high = AdvSimd.SignExtendWideningUpper(bytes);
        return new(
            AdvSimd.ConvertToSingle(AdvSimd.SignExtendWideningLower(low.GetLower())),
            AdvSimd.ConvertToSingle(AdvSimd.SignExtendWideningUpper(low)),
            AdvSimd.ConvertToSingle(AdvSimd.SignExtendWideningLower(high.GetLower())),
            AdvSimd.ConvertToSingle(AdvSimd.SignExtendWideningUpper(high)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesNeon operator +(LanesNeon x, LanesNeon y) =>
        new(AdvSimd.Add(x._a, y._a), AdvSimd.Add(x._b, y._b), AdvSimd.Add(x._c, y._c), AdvSimd.Add(x._d, y._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesNeon operator -(LanesNeon x, LanesNeon y) => new(
        AdvSimd.Subtract(x._a, y._a), AdvSimd.Subtract(x._b, y._b), AdvSimd.Subtract(x._c, y._c), AdvSimd.Subtract(x._d, y._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesNeon operator *(LanesNeon x, LanesNeon y) => new(
        AdvSimd.Multiply(x._a, y._a), AdvSimd.Multiply(x._b, y._b), AdvSimd.Multiply(x._c, y._c), AdvSimd.Multiply(x._d, y._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesNeon operator /(LanesNeon x, LanesNeon y) => new(
        AdvSimd.Arm64.Divide(x._a, y._a),
        AdvSimd.Arm64.Divide(x._b, y._b),
        AdvSimd.Arm64.Divide(x._c, y._c),
        AdvSimd.Arm64.Divide(x._d, y._d));

    // FMAX and FMIN hand NaN on, and the conversion in RoundToInt8 turns it into 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesNeon Clamp(LanesNeon value, LanesNeon low, LanesNeon high) => new(
        AdvSimd.Min(AdvSimd.Max(value._a, low._a), high._a),
        AdvSimd.Min(AdvSimd.Max(value._b, low._b), high._b),
        AdvSimd.Min(AdvSimd.Max(value._c, low._c), high._c),
        AdvSimd.Min(AdvSimd.Max(value._d, low._d), high._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<sbyte> RoundToInt8(LanesNeon value, int zeroPoint)
    {
        Vector128<short> zero = Vector128.Create((short)zeroPoint);
        Vector128<short> low = AdvSimd.ExtractNarrowingUpper(
            AdvSimd.ExtractNarrowingLower(AdvSimd.ConvertToInt32RoundToEven(value._a)),
            AdvSimd.ConvertToInt32RoundToEven(value._b));
        Vector128<short> high = AdvSimd.ExtractNarrowingUpper(
            AdvSimd.ExtractNarrowingLower(AdvSimd.ConvertToInt32RoundToEven(value._c)),
            AdvSimd.ConvertToInt32RoundToEven(value._d));
        return AdvSimd.ExtractNarrowingUpper(AdvSimd.ExtractNarrowingLower(AdvSimd.Add(low, zero)), AdvSimd.Add(high, zero));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(LanesNeon value, float* destination)
    {
        value._a.Store(destination);
        value._b.Store(destination + 4);
        value._c.Store(destination + 8);
        value._d.Store(destination + 12);
    }
}

/// <summary>
/// Sixteen sums: int16 lanes 0 to 7 and 8 to 15, and the int32 lanes 0 to 3, 4 to 7, 8 to 11, 12 to 15 that they are widened
/// into.
/// </summary>
internal unsafe struct SumsNeon : ISums<SumsNeon, LanesNeon>
{
    private Vector128<short> _narrowLow;
    private Vector128<short> _narrowHigh;
    private Vector128<int> _a;
    private Vector128<int> _b;
    private Vector128<int> _c;
    private Vector128<int> _d;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(sbyte* source)
    {
        Vector128<sbyte> bytes = Vector128.Load(source);
        _narrowLow = AdvSimd.AddWideningLower(_narrowLow, bytes.GetLower());
        _narrowHigh = AdvSimd.AddWideningUpper(_narrowHigh, bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Widen()
    {
        _a = AdvSimd.AddWideningLower(_a, _narrowLow.GetLower());
        _b = AdvSimd.AddWideningUpper(_b, _narrowLow);
        _c = AdvSimd.AddWideningLower(_c, _narrowHigh.GetLower());
        _d = AdvSimd.AddWideningUpper(_d, _narrowHigh);
        (_narrowLow, _narrowHigh) = (Vector128<short>.Zero, Vector128<short>.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly LanesNeon ToLanes(int offset)
    {
        Vector128<int> all = Vector128.Create(offset);
        return new(
            AdvSimd.ConvertToSingle(AdvSimd.Subtract(_a, all)),
            AdvSimd.ConvertToSingle(AdvSimd.Subtract(_b, all)),
            AdvSimd.ConvertToSingle(AdvSimd.Subtract(_c, all)),
            AdvSimd.ConvertToSingle(AdvSimd.Subtract(_d, all)));
    }
}
