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
        Vector256<sbyte> low32 = Vector256.Create((sbyte)p.Low);
        Vector256<int> order = Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7);
        int i = 0;
        for (; i <= count - 32; i += 32)
        {
            // packs, twice: fours of elements 0, 2, 4, 6 | 1, 3, 5, 7, put in order by the permutation.
            Vector256<short> words0 = Words(a + i, b + i), words1 = Words(a + i + 16, b + i + 16);
            Vector256<sbyte> sums = Avx2.Max(Avx2.PackSignedSaturate(words0, words1), low32);
            Avx2.PermuteVar8x32(sums.AsInt32(), order).AsSByte().Store(y + i);
        }

        for (; i < count; i += LaneStore.Lanes)
        {
            // packs: elements 0–3, 8–11 | 4–7, 12–15; permuted back into order as 64-bit pieces.
            Vector256<short> words = Avx2.Permute4x64(Words(a + i, b + i).AsInt64(), 0b11_01_10_00).AsInt16();
            Vector128<sbyte> sum = Sse2.PackSignedSaturate(words.GetLower(), words.GetUpper());
            LaneStore.Store(Sse41.Max(sum, low), y + i, count - i);
        }

        // Sixteen elements, within 128-bit halves as packs leaves them.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        Vector256<short> Words(sbyte* left, sbyte* right)
        {
            Vector256<float> sum0 = Steps(left, zeroA, ratioA) + Steps(right, zeroB, ratioB);
            Vector256<float> sum1 = Steps(left + 8, zeroA, ratioA) + Steps(right + 8, zeroB, ratioB);
            Vector256<int> q0 = Avx.ConvertToVector256Int32(Avx.Min(sum0, high));
            Vector256<int> q1 = Avx.ConvertToVector256Int32(Avx.Min(sum1, high));
            return Avx2.AddSaturate(Avx2.PackSignedSaturate(q0, q1), zeroPoint);
        }
    }

    /// <summary>Eight elements in steps of the output's scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Steps(sbyte* x, Vector256<int> zero, Vector256<float> ratio) =>
        Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(x) - zero) * ratio;
}
