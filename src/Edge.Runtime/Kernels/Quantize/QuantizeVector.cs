using Edge.Runtime.Kernels.Lanes;

namespace Edge.Runtime.Kernels.Quantize;

/// <summary>Sixteen elements at a time.</summary>
internal readonly unsafe struct QuantizeVector<TLanes> : IQuantizeRow
    where TLanes : struct, ILanes<TLanes>
{
    public static void Quantize(float* x, sbyte* q, int count, float scale, int zeroPoint)
    {
        TLanes divisor = TLanes.Broadcast(scale);
        TLanes low = TLanes.Broadcast(-128 - zeroPoint), high = TLanes.Broadcast(127 - zeroPoint);
        for (int i = 0; i < count; i += LaneStore.Lanes)
        {
            TLanes steps = TLanes.Clamp(TLanes.Load(x + i) / divisor, low, high);
            LaneStore.Store(TLanes.RoundToInt8(steps, zeroPoint), q + i, count - i);
        }
    }

    public static void Dequantize(sbyte* q, float* x, int count, float scale, int zeroPoint)
    {
        TLanes factor = TLanes.Broadcast(scale), zero = TLanes.Broadcast(zeroPoint);
        int i = 0;
        for (; i + LaneStore.Lanes <= count; i += LaneStore.Lanes)
            TLanes.Store(factor * (TLanes.Load(q + i) - zero), x + i);
        if (i == count)
            return;
        float* last = stackalloc float[LaneStore.Lanes];
        TLanes.Store(factor * (TLanes.Load(q + i) - zero), last);
        new ReadOnlySpan<float>(last, count - i).CopyTo(new Span<float>(x + i, count - i));
    }
}
