using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Edge.Runtime.Kernels.Lanes;

namespace Edge.Runtime.Kernels.Pool;

/// <summary>Thirty-two channels at a time, the last ones sixteen at a time. Lane i holds the maximum of channel i of the block.</summary>
internal readonly unsafe struct MaxPoolAvx2 : IPoolForm
{
    public static void Pool(in PoolPixel p, sbyte* destination)
    {
        Vector256<sbyte> low = Vector256.Create((sbyte)p.Low), high = Vector256.Create((sbyte)p.High);
        int c = 0;
        for (; c + 32 <= p.Channels; c += 32)
            Avx2.Min(Avx2.Max(Max32(p, p.First + c), low), high).Store(destination + c);
        for (; c < p.Channels; c += LaneStore.Lanes)
        {
            Vector128<sbyte> max = Sse41.Min(Sse41.Max(Max16(p, p.First + c), low.GetLower()), high.GetLower());
            LaneStore.Store(max, destination + c, p.Channels - c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Max32(in PoolPixel p, sbyte* row)
    {
        Vector256<sbyte> max = Vector256.Create(sbyte.MinValue);
        for (int y = 0; y < p.Rows; y++, row += p.RowStep)
        {
            sbyte* source = row;
            for (int x = 0; x < p.Columns; x++, source += p.ColumnStep)
                max = Avx2.Max(max, Vector256.Load(source));
        }

        return max;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Max16(in PoolPixel p, sbyte* row)
    {
        Vector128<sbyte> max = Vector128.Create(sbyte.MinValue);
        for (int y = 0; y < p.Rows; y++, row += p.RowStep)
        {
            sbyte* source = row;
            for (int x = 0; x < p.Columns; x++, source += p.ColumnStep)
                max = Sse41.Max(max, Vector128.Load(source));
        }

        return max;
    }
}
