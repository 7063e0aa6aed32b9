using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>Turns the sums of sixteen neighbouring channels into int8 and stores them.</summary>
internal readonly unsafe struct RequantizeAvx2
{
    private readonly Vector256<float> _multipliers0, _multipliers1, _low, _high;
    private readonly Vector256<int> _zeroPoint;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RequantizeAvx2(in RequantizeParameters parameters)
    {
        _multipliers0 = Vector256.Load(parameters.Multipliers);
        _multipliers1 = Vector256.Load(parameters.Multipliers + 8);
        _low = Vector256.Create(parameters.Low);
        _high = Vector256.Create(parameters.High);
        _zeroPoint = Vector256.Create(parameters.ZeroPoint);
    }

    /// <param name="sum0">Channels 0 to 7.</param>
    /// <param name="sum1">Channels 8 to 15.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(Vector256<int> sum0, Vector256<int> sum1, sbyte* output)
    {
        Vector256<int> q0 = Round(sum0, _multipliers0), q1 = Round(sum1, _multipliers1);

        // Packing works within 128-bit halves: 0-3 8-11 | 4-7 12-15, put in order by the permutation.
        Vector256<short> halves = Avx2.PackSignedSaturate(q0, q1);
        Vector256<short> ordered = Avx2.Permute4x64(halves.AsInt64(), 0b11_01_10_00).AsInt16();
        Sse2.PackSignedSaturate(ordered.GetLower(), ordered.GetUpper()).Store(output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<int> Round(Vector256<int> sum, Vector256<float> multipliers)
    {
        Vector256<float> scaled = Avx.ConvertToVector256Single(sum) * multipliers;
        Vector256<float> clamped = Avx.Min(Avx.Max(scaled, _low), _high);
        return Avx.ConvertToVector256Int32(clamped) + _zeroPoint;
    }
}
