using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>Turns the sums of eight neighbouring channels into int8 and stores them.</summary>
internal readonly unsafe struct RequantizeNeon
{
    private readonly Vector128<float> _multipliers0, _multipliers1, _low, _high;
    private readonly Vector128<int> _zeroPoint;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RequantizeNeon(in RequantizeParameters parameters)
    {
        _multipliers0 = Vector128.Load(parameters.Multipliers);
        _multipliers1 = Vector128.Load(parameters.Multipliers + 4);
        _low = Vector128.Create(parameters.Low);
        _high = Vector128.Create(parameters.High);
        _zeroPoint = Vector128.Create(parameters.ZeroPoint);
    }

    /// <param name="sum0">Channels 0 to 3.</param>
    /// <param name="sum1">Channels 4 to 7.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(Vector128<int> sum0, Vector128<int> sum1, sbyte* output)
    {
        Vector128<int> q0 = Round(sum0, _multipliers0), q1 = Round(sum1, _multipliers1);
        Vector64<short> lower = AdvSimd.ExtractNarrowingSaturateLower(q0);
        AdvSimd.ExtractNarrowingSaturateLower(AdvSimd.ExtractNarrowingSaturateUpper(lower, q1)).Store(output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<int> Round(Vector128<int> sum, Vector128<float> multipliers)
    {
        Vector128<float> scaled = AdvSimd.ConvertToSingle(sum) * multipliers;
        Vector128<float> clamped = AdvSimd.Min(AdvSimd.Max(scaled, _low), _high);
        return AdvSimd.ConvertToInt32RoundToEven(clamped) + _zeroPoint;
    }
}
