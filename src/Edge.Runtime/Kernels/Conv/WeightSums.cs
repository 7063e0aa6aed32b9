using System.Numerics;
using System.Runtime.InteropServices;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>Σ w and Σ |w| of the weights of an output channel.</summary>
internal readonly record struct WeightSums(int Sum, int Magnitudes)
{
    public static WeightSums Of(ReadOnlySpan<sbyte> weights)
    {
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

        int sum = Vector.Sum(sums), magnitude = Vector.Sum(magnitudes);
        foreach (sbyte w in weights[(vectors.Length * Vector<sbyte>.Count)..])
        {
            sum += w;
            magnitude += Math.Abs((int)w);
        }

        return new WeightSums(sum, magnitude);
    }
}
