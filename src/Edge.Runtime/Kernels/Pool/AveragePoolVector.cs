using Edge.Runtime.Kernels.Lanes;

namespace Edge.Runtime.Kernels.Pool;

/// <summary>Sixteen channels at a time: int16 sums that are widened to int32 before they could overflow.</summary>
internal readonly unsafe struct AveragePoolVector<TSums, TLanes> : IPoolForm
    where TSums : struct, ISums<TSums, TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    public static void Pool(in PoolPixel p, sbyte* destination)
    {
        TLanes multiplier = TLanes.Broadcast(p.Multiplier);
        TLanes low = TLanes.Broadcast(p.Low - p.ZeroPoint), high = TLanes.Broadcast(p.High - p.ZeroPoint);
        for (int c = 0; c < p.Channels; c += LaneStore.Lanes)
        {
            TSums sums = default;
            int terms = 0;
            sbyte* row = p.First + c;
            for (int y = 0; y < p.Rows; y++, row += p.RowStep)
            {
                sbyte* source = row;
                for (int x = 0; x < p.Columns; x++, source += p.ColumnStep)
                {
                    sums.Add(source);
                    if (++terms == ISums<TSums, TLanes>.NarrowTerms)
                    {
                        sums.Widen();
                        terms = 0;
                    }
                }
            }

            sums.Widen();
            TLanes scaled = sums.ToLanes(p.Offset) * multiplier;
            if (p.IsReal)
                LaneStore.Store(scaled, (float*)destination + c, p.Channels - c);
            else
                LaneStore.Store(TLanes.RoundToInt8(TLanes.Clamp(scaled, low, high), p.ZeroPoint), destination + c, p.Channels - c);
        }
    }
}
