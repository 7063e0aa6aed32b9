using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Turns four channels' sums, <see cref="WinogradWeights.Scale"/> times the convolution's, into int8, clamped last as in
/// <see cref="RequantizeNeon"/>.
/// </summary>
internal readonly unsafe struct WinogradRequantizeNeon
{
    private readonly Vector128<float> _multipliers;
    private readonly Vector128<int> _inverse;
    private readonly Vector128<short> _zeroPoint;
    private readonly Vector128<sbyte> _low, _high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public WinogradRequantizeNeon(in WinogradOutput block, int channel)
    {
        _multipliers = Vector128.Load(block.Multipliers + channel);
        _inverse = Vector128.Create(WinogradWeights.InverseOf9);
        _zeroPoint = Vector128.Create((short)block.ZeroPoint);
        _low = Vector128.Create((sbyte)block.Low);
        _high = Vector128.Create((sbyte)block.High);
    }

    /// <summary>Four pixels of four channels each, as bytes in that order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<int> Round(Vector128<int> y0, Vector128<int> y1, Vector128<int> y2, Vector128<int> y3)
    {
        Vector128<sbyte> bytes = AdvSimd.ExtractNarrowingSaturateUpper(
            AdvSimd.ExtractNarrowingSaturateLower(Round(y0, y1)), Round(y2, y3));
        return AdvSimd.Min(AdvSimd.Max(bytes, _low), _high).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<short> Round(Vector128<int> y0, Vector128<int> y1) =>
        RequantizeNeon.Round(Unscale(y0), Unscale(y1), _multipliers, _multipliers, _zeroPoint);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<int> Unscale(Vector128<int> y) => AdvSimd.ShiftRightArithmetic(y * _inverse, WinogradWeights.Shift);
}
