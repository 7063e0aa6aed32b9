using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Edge.Runtime.Kernels.Lanes;

namespace Edge.Runtime.Kernels.Add;

/// <summary>
/// Sixteen elements at a time, for ratios with which no sum is NaN. Only the upper bound stands before the conversion, which
/// turns everything out of range into −2³¹; the narrowings and the addition of the zero point saturate.
/// </summary>
internal readonly unsafe struct AddAvx2 : IAddRow
{
    /// <summary>Whether both values stay finite for every pair of bytes.</summary>
    public static bool Accepts(in AddParameters p) => float.IsFinite(255 * p.RatioA) && float.IsFinite(255 * p.RatioB);

    public static void Row(sbyte* a, sbyte* b, sbyte* y, int count, in AddParameters p)
    {
        Vector256<int> zeroA = Vector256.Create(p.ZeroA), zeroB = Vector256.Create(p.ZeroB);
        Vector256<float> ratioA = Vector256.Create(p.RatioA), ratioB = Vector256.Create(p.RatioB);
        Vector256<float> high = Vector256.Create((float)(p.High - p.ZeroPoint));
        Vector256<short> zeroPoint = Vector256.Create((short)p.ZeroPoint);
        Vector128<sbyte> low = Vector128.Create((sbyte)p.Low);
        for (int i = 0; i < count; i += LaneStore.Lanes)
        {
            Vector256<float> sum0 = Steps(a + i, zeroA, ratioA) + Steps(b + i, zeroB, ratioB);
            Vector256<float> sum1 = Steps(a + i + 8, zeroA, ratioA) + Steps(b + i + 8, zeroB, ratioB);
            Vector256<int> q0 = Avx.ConvertToVector256Int32(Avx.Min(sum0, high));
            Vector256<int> q1 = Avx.ConvertToVector256Int32(Avx.Min(sum1, high));

            // packs: elements 0–3, 8–11 | 4–7, 12–15; permuted back into order as 64-bit pieces.
            Vector256<short> words = Avx2.AddSaturate(Avx2.PackSignedSaturate(q0, q1), zeroPoint);
            words = Avx2.Permute4x64(words.AsInt64(), 0b11_01_10_00).AsInt16();
            Vector128<sbyte> sum = Sse2.PackSignedSaturate(words.GetLower(), words.GetUpper());
            LaneStore.Store(Sse41.Max(sum, low), y + i, count - i);
        }
    }

    /// <summary>Eight elements in steps of the output's scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Steps(sbyte* x, Vector256<int> zero, Vector256<float> ratio) =>
        Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(x) - zero) * ratio;
}
