using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using Edge.Runtime.Kernels.Lanes;

namespace Edge.Runtime.Kernels.Pool;

/// <summary>Thirty-two channels at a time: lane i of the two registers holds the maximum of channels i and 16 + i of the block.</summary>
internal readonly unsafe struct MaxPoolNeon : IPoolForm
{
    public static void Pool(in PoolPixel p, sbyte* destination)
    {
        Vector128<sbyte> low = Vector128.Create((sbyte)p.Low), high = Vector128.Create((sbyte)p.High);
        for (int c = 0; c < p.Channels; c += 2 * LaneStore.Lanes)
        {
            Vector128<sbyte> max0 = Vector128.Create(sbyte.MinValue), max1 = max0;
            sbyte* row = p.First + c;
            for (int y = 0; y < p.Rows; y++, row += p.RowStep)
            {
                sbyte* source = row;
                for (int x = 0; x < p.Columns; x++, source += p.ColumnStep)
                {
                    max0 = AdvSimd.Max(max0, Vector128.Load(source));
                    max1 = AdvSimd.Max(max1, Vector128.Load(source + LaneStore.Lanes));
                }
            }

            int left = p.Channels - c;
            LaneStore.Store(AdvSimd.Min(AdvSimd.Max(max0, low), high), destination + c, left);
            if (left > LaneStore.Lanes)
                LaneStore.Store(AdvSimd.Min(AdvSimd.Max(max1, low), high), destination + c + LaneStore.Lanes, left - LaneStore.Lanes);
        }
    }
}
