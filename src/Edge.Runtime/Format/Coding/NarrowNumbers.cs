using System.Numerics;
using System.Runtime.InteropServices;

namespace Edge.Runtime.Format.Coding;

/// <summary>
/// Elements of 32 bits, taken as signed numbers, that lie near each other or end in zeros: biases, and scales of few digits. In the
/// file, in bits:
/// <code>
/// shift 5                zeros at the end of every element
/// width 6                bits of an element
/// length 6, least        the least element without those zeros, n: 2n, or −2n − 1 where n is negative, in so many bits
/// elements               element without those zeros, less the least, in as many bits as width says
/// </code>
/// </summary>
/// <param name="Shift">0 to 31.</param>
/// <param name="Width">0 to 32.</param>
internal readonly record struct NarrowNumbers(int Shift, int Width, int Least)
{
    private const int ShiftBits = 5, CountBits = 6;

    private uint FoldedLeast => (uint)((Least << 1) ^ (Least >> 31));

    /// <summary>The narrowest form of a constant.</summary>
    /// <param name="bytes">Its plain form, whole elements.</param>
    public static NarrowNumbers Fit(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<int> elements = MemoryMarshal.Cast<byte, int>(bytes);
        int all = 0, least = int.MaxValue, most = int.MinValue;
        foreach (int element in elements)
            (all, least, most) = (all | element, Math.Min(least, element), Math.Max(most, element));
        int shift = Math.Min(BitOperations.TrailingZeroCount(all), 31);
        return new NarrowNumbers(shift, BitLength((uint)((most >> shift) - (least >> shift))), least >> shift);
    }

    /// <summary>Bits in the file.</summary>
    public long Bits(int elements) => ShiftBits + (2 * CountBits) + BitLength(FoldedLeast) + ((long)elements * Width);

    /// <summary>Appends the constant whose form this is.</summary>
    public void Write(ReadOnlySpan<byte> bytes, BitWriter writer)
    {
        writer.Bits((uint)Shift, ShiftBits);
        writer.Bits((uint)Width, CountBits);
        writer.Bits((uint)BitLength(FoldedLeast), CountBits);
        writer.Bits(FoldedLeast, BitLength(FoldedLeast));
        foreach (int element in MemoryMarshal.Cast<byte, int>(bytes))
            writer.Bits((uint)((element >> Shift) - Least), Width);
    }

    /// <summary>Decodes a constant.</summary>
    /// <param name="output">Its plain form, whole elements.</param>
    public static void Read(StoredReader reader, Span<byte> output)
    {
        int shift = (int)reader.Bits(ShiftBits), width = Count(reader);
        uint folded = reader.Bits(Count(reader));
        int least = (int)(folded >> 1) ^ -(int)(folded & 1);
        foreach (ref int element in MemoryMarshal.Cast<byte, int>(output))
            element = (least + (int)reader.Bits(width)) << shift;
    }

    private static int Count(StoredReader reader)
    {
        int bits = (int)reader.Bits(CountBits);
        return bits <= 32 ? bits : throw reader.Fail($"a number of {bits} bits is longer than 32");
    }

    private static int BitLength(uint number) => 32 - BitOperations.LeadingZeroCount(number);
}
