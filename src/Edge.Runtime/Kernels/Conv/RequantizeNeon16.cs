using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Turns the sums of sixteen neighbouring channels into int8 and stores them, in the way of <see cref="RequantizeNeon"/>.
/// </summary>
internal readonly unsafe struct RequantizeNeon16
{
    private readonly Vector128<float> _multipliers0, _multipliers1, _multipliers2, _multipliers3;
    private readonly Vector128<short> _zeroPoint;
    private readonly Vector128<sbyte> _low, _high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RequantizeNeon16(in RequantizeParameters parameters)
    {
        _multipliers0 = Vector128.Load(parameters.Multipliers);
        _multipliers1 = Vector128.Load(parameters.Multipliers + 4);
        _multipliers2 = Vector128.Load(parameters.Multipliers + 8);
        _multipliers3 = Vector128.Load(parameters.Multipliers + 12);
        _zeroPoint = Vector128.Create((short)parameters.ZeroPoint);
        _low = Vector128.Create((sbyte)((int)parameters.Low + parameters.ZeroPoint));
        _high = Vector128.Create((sbyte)((int)parameters.High + parameters.ZeroPoint));
    }

    /// <summary>Four sums of four channels each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(Vector128<int> sum0, Vector128<int> sum1, Vector128<int> sum2, Vector128<int> sum3, sbyte* output) =>
        AdvSimd.Min(AdvSimd.Max(Saturate(sum0, sum1, sum2, sum3), _low), _high).Store(output);

    /// <summary>The same where the bounds are those of int8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreUnclamped(
        Vector128<int> sum0, Vector128<int> sum1, Vector128<int> sum2, Vector128<int> sum3, sbyte* output) =>
        Saturate(sum0, sum1, sum2, sum3).Store(output);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<sbyte> Saturate(Vector128<int> sum0, Vector128<int> sum1, Vector128<int> sum2, Vector128<int> sum3)
    {
        Vector128<short> lower = RequantizeNeon.Round(sum0, sum1, _multipliers0, _multipliers1, _zeroPoint);
        Vector128<short> upper = RequantizeNeon.Round(sum2, sum3, _multipliers2, _multipliers3, _zeroPoint);
        return AdvSimd.ExtractNarrowingSaturateUpper(AdvSimd.ExtractNarrowingSaturateLower(lower), upper);
    }
}
