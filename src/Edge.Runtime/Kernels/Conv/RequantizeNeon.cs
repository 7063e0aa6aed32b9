using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Turns the sums of eight neighbouring channels into int8 and stores them. Rounds first and clamps last, in int8, where
/// Numerics.Requantization clamps first: the same, because its bounds are integers. Rounding is monotonic and leaves integers
/// alone, so it commutes with the clamp to [low − z, high − z], z being the zero point; and as this lies in [−255, 255] and
/// [low, high] in [−128, 127], values that saturate on the way (fcvtns in int32, sqxtn and sqadd in int16, sqxtn in int8) lie
/// beyond a bound both before and after.
/// </summary>
internal readonly unsafe struct RequantizeNeon
{
    private readonly Vector128<float> _multipliers0, _multipliers1;
    private readonly OutputRangeNeon _range;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RequantizeNeon(in RequantizeParameters parameters)
        : this(parameters.Multipliers, new OutputRangeNeon(parameters))
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RequantizeNeon(float* multipliers, in OutputRangeNeon range)
    {
        _multipliers0 = Vector128.Load(multipliers);
        _multipliers1 = Vector128.Load(multipliers + 4);
        _range = range;
    }

    /// <param name="sum0">Channels 0 to 3.</param>
    /// <param name="sum1">Channels 4 to 7.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(Vector128<int> sum0, Vector128<int> sum1, sbyte* output)
    {
        Vector128<short> rounded = Round(sum0, sum1, _multipliers0, _multipliers1, _range.ZeroPoint);
        Vector64<sbyte> narrow = AdvSimd.ExtractNarrowingSaturateLower(rounded);
        AdvSimd.Min(AdvSimd.Max(narrow, _range.Low.GetLower()), _range.High.GetLower()).Store(output);
    }

    /// <summary>Two pixels, in two halves of one register from int16 on: a is the first one's, b the second one's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(
        Vector128<int> a0, Vector128<int> a1, Vector128<int> b0, Vector128<int> b1, sbyte* outputA, sbyte* outputB)
    {
        Vector128<sbyte> codes = AdvSimd.ExtractNarrowingSaturateUpper(
            AdvSimd.ExtractNarrowingSaturateLower(Round(a0, a1, _multipliers0, _multipliers1, _range.ZeroPoint)),
            Round(b0, b1, _multipliers0, _multipliers1, _range.ZeroPoint));
        if (_range.Clamps)
            codes = AdvSimd.Min(AdvSimd.Max(codes, _range.Low), _range.High);
        AdvSimd.StoreSelectedScalar((long*)outputB, codes.AsInt64(), 1);
        codes.GetLower().Store(outputA);
    }

    /// <summary>Scaled, rounded, zero point added, not yet clamped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<short> Round(
        Vector128<int> sum0, Vector128<int> sum1, Vector128<float> multipliers0, Vector128<float> multipliers1,
        Vector128<short> zeroPoint)
    {
        Vector128<float> scaled0 = AdvSimd.ConvertToSingle(sum0) * multipliers0;
        Vector128<float> scaled1 = AdvSimd.ConvertToSingle(sum1) * multipliers1;
        Vector64<short> lower = AdvSimd.ExtractNarrowingSaturateLower(AdvSimd.ConvertToInt32RoundToEven(scaled0));
        return AdvSimd.AddSaturate(
            AdvSimd.ExtractNarrowingSaturateUpper(lower, AdvSimd.ConvertToInt32RoundToEven(scaled1)), zeroPoint);
    }
}

/// <summary>Zero point and bounds of an output, in the lanes that they are applied in.</summary>
internal readonly struct OutputRangeNeon
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public OutputRangeNeon(in RequantizeParameters parameters)
    {
        int low = (int)parameters.Low + parameters.ZeroPoint, high = (int)parameters.High + parameters.ZeroPoint;
        ZeroPoint = Vector128.Create((short)parameters.ZeroPoint);
        Low = Vector128.Create((sbyte)low);
        High = Vector128.Create((sbyte)high);
        Clamps = low > sbyte.MinValue || high < sbyte.MaxValue;
    }

    public readonly Vector128<short> ZeroPoint;
    public readonly Vector128<sbyte> Low;
    public readonly Vector128<sbyte> High;

    /// <summary>Whether the bounds are narrower than int8, whose bounds narrowing keeps anyway.</summary>
    public readonly bool Clamps;
}
