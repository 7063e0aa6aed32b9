using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>Adds the products of two neighbouring int16 lanes to the int32 lane above them.</summary>
internal interface IPairSums
{
    static abstract Vector256<int> Add(Vector256<int> sum, Vector256<short> a, Vector256<short> b);
}

/// <summary>pmaddwd and paddd.</summary>
internal readonly struct PairSumsAvx2 : IPairSums
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sum, Vector256<short> a, Vector256<short> b) =>
        sum + Avx2.MultiplyAddAdjacent(a, b);
}

/// <summary>vpdpwssd.</summary>
internal readonly struct PairSumsAvxVnni : IPairSums
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sum, Vector256<short> a, Vector256<short> b) =>
        AvxVnni.MultiplyWideningAndAdd(sum, a, b);
}
