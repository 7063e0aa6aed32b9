using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Runtime.Kernels.Lookup;

/// <summary>
/// Sixteen elements at a time: the table as four parts of 64 entries in four registers each; TBL gives 0 and TBX keeps the lane
/// for an index outside of its part.
/// </summary>
internal static unsafe class LookupNeon
{
    public static void Row(sbyte* source, sbyte* destination, int count, sbyte* table)
    {
        var entries = (byte*)table;
        var part0 = (Vector128.Load(entries), Vector128.Load(entries + 16), Vector128.Load(entries + 32), Vector128.Load(entries + 48));
        var part1 = (Vector128.Load(entries + 64), Vector128.Load(entries + 80), Vector128.Load(entries + 96), Vector128.Load(entries + 112));
        var part2 = (Vector128.Load(entries + 128), Vector128.Load(entries + 144), Vector128.Load(entries + 160), Vector128.Load(entries + 176));
        var part3 = (Vector128.Load(entries + 192), Vector128.Load(entries + 208), Vector128.Load(entries + 224), Vector128.Load(entries + 240));
        Vector128<byte> sign = Vector128.Create((byte)0x80), part = Vector128.Create((byte)64);
        int i = 0;
        for (; i + 16 <= count; i += 16)
        {
            Vector128<byte> index = AdvSimd.Xor(Vector128.Load((byte*)source + i), sign);
            Vector128<byte> result = AdvSimd.Arm64.VectorTableLookup(part0, index);
            index = AdvSimd.Subtract(index, part);
            result = AdvSimd.Arm64.VectorTableLookupExtension(result, part1, index);
            index = AdvSimd.Subtract(index, part);
            result = AdvSimd.Arm64.VectorTableLookupExtension(result, part2, index);
            index = AdvSimd.Subtract(index, part);
            result = AdvSimd.Arm64.VectorTableLookupExtension(result, part3, index);
            result.Store((byte*)destination + i);
        }

        LookupScalar.Row(source + i, destination + i, count - i, table);
    }
}
