using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using Edge.Runtime.Kernels.Lanes;

namespace Edge.Runtime.Kernels.Add;

/// <summary>
/// Sixteen elements at a time. The bounds are applied to the bytes: clamping to whole numbers and rounding can change places, and
/// conversion (NaN to 0), both narrowings and the addition of the zero point saturate.
/// </summary>
internal readonly unsafe struct AddNeon : IAddRow
{
    public static void Row(sbyte* a, sbyte* b, sbyte* y, int count, in AddParameters p)
    {
        Vector128<sbyte> zeroA = Vector128.Create((sbyte)p.ZeroA), zeroB = Vector128.Create((sbyte)p.ZeroB);
        Vector128<float> ratioA = Vector128.Create(p.RatioA), ratioB = Vector128.Create(p.RatioB);
        Vector128<short> zeroPoint = Vector128.Create((short)p.ZeroPoint);
        Vector128<sbyte> low = Vector128.Create((sbyte)p.Low), high = Vector128.Create((sbyte)p.High);
        for (int i = 0; i < count; i += LaneStore.Lanes)
        {
            Vector128<sbyte> left = Vector128.Load(a + i), right = Vector128.Load(b + i);

            // Elements 0 to 7, then 8 to 15, their zero points subtracted.
            Vector128<short> left0 = AdvSimd.SubtractWideningLower(left.GetLower(), zeroA.GetLower());
            Vector128<short> right0 = AdvSimd.SubtractWideningLower(right.GetLower(), zeroB.GetLower());
            Vector128<short> left1 = AdvSimd.SubtractWideningUpper(left, zeroA);
            Vector128<short> right1 = AdvSimd.SubtractWideningUpper(right, zeroB);
            Vector128<short> sum0 = AdvSimd.AddSaturate(Sum(left0, ratioA, right0, ratioB), zeroPoint);
            Vector128<short> sum1 = AdvSimd.AddSaturate(Sum(left1, ratioA, right1, ratioB), zeroPoint);
            Vector128<sbyte> sum = AdvSimd.ExtractNarrowingSaturateUpper(AdvSimd.ExtractNarrowingSaturateLower(sum0), sum1);
            LaneStore.Store(AdvSimd.Min(AdvSimd.Max(sum, low), high), y + i, count - i);
        }
    }

    /// <summary>round(a·ratioA + b·ratioB) of eight elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Sum(
        Vector128<short> a, Vector128<float> ratioA, Vector128<short> b, Vector128<float> ratioB)
    {
        Vector128<float> sum0 = AdvSimd.Add(Lower(a, ratioA), Lower(b, ratioB)), sum1 = AdvSimd.Add(Upper(a, ratioA), Upper(b, ratioB));
        Vector64<short> lower = AdvSimd.ExtractNarrowingSaturateLower(AdvSimd.ConvertToInt32RoundToEven(sum0));
        return AdvSimd.ExtractNarrowingSaturateUpper(lower, AdvSimd.ConvertToInt32RoundToEven(sum1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Lower(Vector128<short> x, Vector128<float> ratio) =>
        AdvSimd.Multiply(AdvSimd.ConvertToSingle(AdvSimd.SignExtendWideningLower(x.GetLower())), ratio);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Upper(Vector128<short> x, Vector128<float> ratio) =>
        AdvSimd.Multiply(AdvSimd.ConvertToSingle(AdvSimd.SignExtendWideningUpper(x)), ratio);
}
