using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Edge.Runtime.Kernels.Lanes;

/// <summary>Stores of the sixteen lanes that the int8 kernels work on at once.</summary>
internal static unsafe class LaneStore
{
    public const int Lanes = 16;

    /// <summary>Stores the first min(count, 16) lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<sbyte> value, sbyte* destination, int count)
    {
        if (count >= Lanes)
            value.Store(destination);
        else
            PartialStore.First(value, destination, count);
    }

    /// <inheritdoc cref="Store(Vector128{sbyte}, sbyte*, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLanes>(TLanes value, float* destination, int count)
        where TLanes : struct, ILanes<TLanes>
    {
        if (count >= Lanes)
        {
            TLanes.Store(value, destination);
            return;
        }

        float* all = stackalloc float[Lanes];
        TLanes.Store(value, all);
        Unsafe.CopyBlockUnaligned(destination, all, (uint)(count * sizeof(float)));
    }
}
