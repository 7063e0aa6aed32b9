using Edge.Runtime.Kernels.Lanes;

namespace Edge.Runtime.Kernels.Add;

/// <summary>Sixteen elements at a time.</summary>
internal readonly unsafe struct AddVector<TLanes> : IAddRow
    where TLanes : struct, ILanes<TLanes>
{
    public static void Row(sbyte* a, sbyte* b, sbyte* y, int count, in AddParameters p)
    {
        TLanes zeroA = TLanes.Broadcast(p.ZeroA), ratioA = TLanes.Broadcast(p.RatioA);
        TLanes zeroB = TLanes.Broadcast(p.ZeroB), ratioB = TLanes.Broadcast(p.RatioB);
        TLanes low = TLanes.Broadcast(p.Low - p.ZeroPoint), high = TLanes.Broadcast(p.High - p.ZeroPoint);
        for (int i = 0; i < count; i += LaneStore.Lanes)
        {
            TLanes left = (TLanes.Load(a + i) - zeroA) * ratioA;
            TLanes right = (TLanes.Load(b + i) - zeroB) * ratioB;
            TLanes sum = TLanes.Clamp(left + right, low, high);
            LaneStore.Store(TLanes.RoundToInt8(sum, p.ZeroPoint), y + i, count - i);
        }
    }
}
