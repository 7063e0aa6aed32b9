using System.Runtime.Intrinsics;

namespace Edge.Runtime.Kernels.Lanes;

/// <summary>
/// Sixteen float32 values in vector registers: what a formula on int8 values is written in once for every instruction set.
/// Every operation rounds on its own, as the scalar reference does; nothing is fused.
/// </summary>
internal unsafe interface ILanes<TSelf>
    where TSelf : struct, ILanes<TSelf>
{
    /// <summary>Lane i holds <paramref name="value"/>.</summary>
    static abstract TSelf Broadcast(float value);

    /// <summary>Lane i holds source[i].</summary>
    static abstract TSelf Load(float* source);

    /// <summary>Lane i holds float(source[i]).</summary>
    static abstract TSelf Load(sbyte* source);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>min(max(value, low), high); NaN counts as 0, which every caller's bounds contain.</summary>
    static abstract TSelf Clamp(TSelf value, TSelf low, TSelf high);

    /// <summary>Ties to even, then + <paramref name="zeroPoint"/>; the results are known to fit into int8.</summary>
    static abstract Vector128<sbyte> RoundToInt8(TSelf value, int zeroPoint);

    static abstract void Store(TSelf value, float* destination);
}

/// <summary>Sixteen exact integer sums of int8 values.</summary>
internal unsafe interface ISums<TSelf, TLanes>
    where TSelf : struct, ISums<TSelf, TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    /// <summary>Int8 values that one int16 lane adds up without overflow: 256 · −128 = −32768.</summary>
    const int NarrowTerms = 256;

    /// <summary>Adds source[i] to lane i; at most <see cref="NarrowTerms"/> times between two calls of <see cref="Widen"/>.</summary>
    void Add(sbyte* source);

    /// <summary>Moves the int16 sums into the int32 sums.</summary>
    void Widen();

    /// <summary>float(sum − offset), after <see cref="Widen"/>.</summary>
    TLanes ToLanes(int offset);
}
