using Edge.Runtime.Kernels.Lanes;

namespace Edge.Runtime.Kernels.Resize;

/// <summary>Sixteen channels at a time.</summary>
internal readonly unsafe struct BilinearVector<TLanes> : IBilinearPixel
    where TLanes : struct, ILanes<TLanes>
{
    public static void Mix(in BilinearPixel p, sbyte* destination, int channels)
    {
        TLanes left = TLanes.Broadcast(p.Left), right = TLanes.Broadcast(p.Right);
        TLanes topWeight = TLanes.Broadcast(p.Top), bottomWeight = TLanes.Broadcast(p.Bottom);
        TLanes low = TLanes.Broadcast(-128), high = TLanes.Broadcast(127);
        for (int c = 0; c < channels; c += LaneStore.Lanes)
        {
            TLanes top = (TLanes.Load(p.TopLeft + c) * left) + (TLanes.Load(p.TopRight + c) * right);
            TLanes bottom = (TLanes.Load(p.BottomLeft + c) * left) + (TLanes.Load(p.BottomRight + c) * right);
            TLanes mixed = TLanes.Clamp((top * topWeight) + (bottom * bottomWeight), low, high);
            LaneStore.Store(TLanes.RoundToInt8(mixed, 0), destination + c, channels - c);
        }
    }
}
