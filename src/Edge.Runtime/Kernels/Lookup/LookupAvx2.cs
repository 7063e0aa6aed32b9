using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Runtime.Kernels.Lookup;

/// <summary>
/// Thirty-two elements at a time: the table as 16 vectors of 16 entries, each looked up with PSHUFB for the elements that fall
/// into it; the others read 0, and the 16 results are or-ed.
/// </summary>
internal static unsafe class LookupAvx2
{
    public static void Row(sbyte* source, sbyte* destination, int count, sbyte* table)
    {
        Vector256<byte> sign = Vector256.Create((byte)0x80), sixteen = Vector256.Create((byte)16), spread = Vector256.Create((byte)0x70);
        int i = 0;
        for (; i + 32 <= count; i += 32)
        {
            // Index 0 to 255, then relative to the part of the table: 0 to 15 inside of it.
            Vector256<byte> index = Avx2.Xor(Vector256.Load((byte*)source + i), sign);
            Vector256<byte> result = Vector256<byte>.Zero;
            for (int part = 0; part < 16; part++)
            {
                Vector256<byte> entries = Avx2.BroadcastVector128ToVector256((byte*)table + (part * 16));

                // + 0x70 with saturation: 16 and more get bit 7, for which PSHUFB gives 0.
                result = Avx2.Or(result, Avx2.Shuffle(entries, Avx2.AddSaturate(index, spread)));
                index = Avx2.Subtract(index, sixteen);
            }

            result.Store((byte*)destination + i);
        }

        LookupScalar.Row(source + i, destination + i, count - i, table);
    }
}
