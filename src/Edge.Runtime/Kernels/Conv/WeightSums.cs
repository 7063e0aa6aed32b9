using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>Σ w and Σ |w| of the weights of an output channel.</summary>
internal readonly record struct WeightSums(int Sum, int Magnitudes)
{
    public static WeightSums Of(ReadOnlySpan<sbyte> weights)
    {
        if (Avx2.IsSupported)
            return OfAvx2(weights);
        Vector<int> sums = default, magnitudes = default;
        ReadOnlySpan<Vector<sbyte>> vectors = MemoryMarshal.Cast<sbyte, Vector<sbyte>>(weights);
        foreach (Vector<sbyte> vector in vectors)
        {
            Vector.Widen(vector, out Vector<short> lower, out Vector<short> upper);
            Vector.Widen(lower + upper, out Vector<int> sum0, out Vector<int> sum1);
            Vector.Widen(Vector.Abs(lower) + Vector.Abs(upper), out Vector<int> magnitude0, out Vector<int> magnitude1);
            sums += sum0 + sum1;
            magnitudes += magnitude0 + magnitude1;
        }

        return new WeightSums(Vector.Sum(sums), Vector.Sum(magnitudes)) + OfFew(weights[(vectors.Length * Vector<sbyte>.Count)..]);
    }

    public static WeightSums operator +(WeightSums a, WeightSums b) => new(a.Sum + b.Sum, a.Magnitudes + b.Magnitudes);

    /// <summary>By vpsadbw, which adds up eight unsigned bytes: w + 128 is w with its sign bit flipped.</summary>
    private static WeightSums OfAvx2(ReadOnlySpan<sbyte> weights)
    {
        Vector256<ulong> sums = default, magnitudes = default;
        ReadOnlySpan<Vector256<sbyte>> vectors = MemoryMarshal.Cast<sbyte, Vector256<sbyte>>(weights);
        foreach (Vector256<sbyte> vector in vectors)
        {
            Vector256<byte> raised = vector.AsByte() ^ Vector256.Create((byte)0x80);
            sums += Avx2.SumAbsoluteDifferences(raised, Vector256<byte>.Zero).AsUInt64();
            magnitudes += Avx2.SumAbsoluteDifferences(Avx2.Abs(vector), Vector256<byte>.Zero).AsUInt64();
        }

        int count = vectors.Length * Vector256<sbyte>.Count;
        return new WeightSums((int)Vector256.Sum(sums) - (128 * count), (int)Vector256.Sum(magnitudes)) + OfFew(weights[count..]);
    }

    private static WeightSums OfFew(ReadOnlySpan<sbyte> weights)
    {
        int sum = 0, magnitude = 0;
        foreach (sbyte w in weights)
        {
            sum += w;
            magnitude += Math.Abs((int)w);
        }

        return new WeightSums(sum, magnitude);
    }
}
