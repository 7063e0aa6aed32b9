using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// Turns eight or sixteen sums into int8. The bounds are applied to the bytes: clamping to whole numbers and rounding can change places,
/// and conversion, both narrowings and the addition of the zero point saturate.
/// </summary>
internal readonly struct DepthwiseRequantizeNeon<TBounds>
    where TBounds : struct, IOutputBounds
{
    private readonly Vector128<short> _zeroPoint;
    private readonly Vector128<sbyte> _low, _high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public DepthwiseRequantizeNeon(in Depthwise3x3Block block)
    {
        _zeroPoint = Vector128.Create((short)block.ZeroPoint);
        _low = Vector128.Create((sbyte)block.Low);
        _high = Vector128.Create((sbyte)block.High);
    }

    /// <summary>Bytes 4 i to 4 i + 3 of the result come from the four scaled sums of argument i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<sbyte> Round(Vector128<float> x0, Vector128<float> x1, Vector128<float> x2, Vector128<float> x3)
    {
        Vector128<short> lower = Narrow(x0, x1), upper = Narrow(x2, x3);
        Vector128<sbyte> bytes = AdvSimd.ExtractNarrowingSaturateUpper(AdvSimd.ExtractNarrowingSaturateLower(lower), upper);
        return TBounds.AreNarrow ? AdvSimd.Min(AdvSimd.Max(bytes, _low), _high) : bytes;
    }

    /// <summary>Bytes 4 i to 4 i + 3 of the result come from the four scaled sums of argument i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector64<sbyte> Round(Vector128<float> x0, Vector128<float> x1)
    {
        Vector64<sbyte> bytes = AdvSimd.ExtractNarrowingSaturateLower(Narrow(x0, x1));
        return TBounds.AreNarrow ? AdvSimd.Min(AdvSimd.Max(bytes, _low.GetLower()), _high.GetLower()) : bytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<short> Narrow(Vector128<float> x0, Vector128<float> x1)
    {
        Vector64<short> lower = AdvSimd.ExtractNarrowingSaturateLower(AdvSimd.ConvertToInt32RoundToEven(x0));
        Vector128<short> both = AdvSimd.ExtractNarrowingSaturateUpper(lower, AdvSimd.ConvertToInt32RoundToEven(x1));
        return AdvSimd.AddSaturate(both, _zeroPoint);
    }
}

/// <summary>What the kernels with and without bounds share.</summary>
internal static class DepthwiseRequantizeNeon
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Scale(Vector128<int> sums, Vector128<float> multipliers) =>
        AdvSimd.Multiply(AdvSimd.ConvertToSingle(sums), multipliers);
}

/// <summary>Whether an output has bounds of its own, known when a kernel is compiled.</summary>
internal interface IOutputBounds
{
    static abstract bool AreNarrow { get; }
}

/// <summary>[−128, 127], which saturation keeps: layers without an activation, and those whose activation begins at the zero point −128.</summary>
internal readonly struct WholeRange : IOutputBounds
{
    public static bool AreNarrow => false;
}

/// <summary>Any others.</summary>
internal readonly struct NarrowBounds : IOutputBounds
{
    public static bool AreNarrow => true;
}
