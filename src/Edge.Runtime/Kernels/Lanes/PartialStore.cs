using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Edge.Runtime.Kernels.Lanes;

/// <summary>Stores of a vector of which only the first lanes belong to the destination.</summary>
internal static unsafe class PartialStore
{
    /// <summary>Lanes of every vector that the int8 kernels work on at once.</summary>
    public const int Lanes = 16;

    /// <summary>Stores the first min(count, 16) lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<sbyte> value, sbyte* destination, int count)
    {
        if (count >= Lanes)
            value.Store(destination);
        else
            Unsafe.CopyBlockUnaligned(destination, &value, (uint)count);
    }
}
