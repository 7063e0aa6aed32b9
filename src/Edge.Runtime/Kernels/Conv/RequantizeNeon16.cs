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
    private readonly OutputRangeNeon _range;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RequantizeNeon16(in RequantizeParameters parameters)
        : this(parameters.Multipliers, new OutputRangeNeon(parameters))
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RequantizeNeon16(float* multipliers, in OutputRangeNeon range)
    {
        _multipliers0 = Vector128.Load(multipliers);
        _multipliers1 = Vector128.Load(multipliers + 4);
        _multipliers2 = Vector128.Load(multipliers + 8);
        _multipliers3 = Vector128.Load(multipliers + 12);
        _range = range;
    }

    /// <summary>Four sums of four channels each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(Vector128<int> sum0, Vector128<int> sum1, Vector128<int> sum2, Vector128<int> sum3, sbyte* output) =>
        AdvSimd.Min(AdvSimd.Max(Saturate(sum0, sum1, sum2, sum3), _range.Low), _range.High).Store(output);

    /// <summary>
    /// The same for values that are known to fit in int16 and bounds that are those of int8: uzp1 narrows eight values, where
    /// sqxtn takes two instructions, and nothing is left to clamp.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreNarrowed(
        Vector128<int> sum0, Vector128<int> sum1, Vector128<int> sum2, Vector128<int> sum3, sbyte* output)
    {
        Vector128<short> lower = AdvSimd.Arm64.UnzipEven(Round(sum0, _multipliers0), Round(sum1, _multipliers1));
        Vector128<short> upper = AdvSimd.Arm64.UnzipEven(Round(sum2, _multipliers2), Round(sum3, _multipliers3));
        AdvSimd.ExtractNarrowingSaturateUpper(
            AdvSimd.ExtractNarrowingSaturateLower(lower + _range.ZeroPoint), upper + _range.ZeroPoint).Store(output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Round(Vector128<int> sum, Vector128<float> multipliers) =>
        AdvSimd.ConvertToInt32RoundToEven(AdvSimd.ConvertToSingle(sum) * multipliers).AsInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<sbyte> Saturate(Vector128<int> sum0, Vector128<int> sum1, Vector128<int> sum2, Vector128<int> sum3)
    {
        Vector128<short> lower = RequantizeNeon.Round(sum0, sum1, _multipliers0, _multipliers1, _range.ZeroPoint);
        Vector128<short> upper = RequantizeNeon.Round(sum2, sum3, _multipliers2, _multipliers3, _range.ZeroPoint);
        return AdvSimd.ExtractNarrowingSaturateUpper(AdvSimd.ExtractNarrowingSaturateLower(lower), upper);
    }
}
