using System.Buffers.Binary;

namespace Edge.Runtime.Format.Coding;

/// <summary>
/// The values that symbols stand for, ascending by a key that keeps the order of the numbers: int8 as code + 128; 32-bit elements
/// as their bits, all inverted where the sign is set, else the sign alone. In the file: values − 1 in 8 bits, k in 5 bits, then
/// the first key plus 1 and the differences between keys, each as (n >> k) + 1 in Elias gamma code and k more bits.
/// </summary>
internal static class Codebook
{
    /// <summary>Reads values; those behind the last stay as they are.</summary>
    /// <param name="elementSize">1 or 4.</param>
    /// <param name="bits">Receives each value's bits.</param>
    /// <returns>How many there are.</returns>
    public static int Read(StoredReader reader, int elementSize, Span<uint> bits)
    {
        int count = (int)reader.Bits(8) + 1, k = (int)reader.Bits(5);
        ulong key = 0, limit = elementSize == 1 ? 256 : 1UL << 32;
        for (int i = 0; i < count; i++)
        {
            ulong difference = ((ulong)(reader.Gamma() - 1) << k) | reader.Bits(k);
            if (difference == 0)
                throw reader.Fail("a codebook holds a value twice");
            key += difference;
            if (key > limit)
                throw reader.Fail("a codebook holds a value that its elements can't have");
            bits[i] = Bits((uint)(key - 1), elementSize);
        }

        return count;
    }

    /// <summary>The key of an element.</summary>
    public static uint Key(uint bits, int elementSize) =>
        elementSize == 1 ? bits ^ 0x80 : (int)bits < 0 ? ~bits : bits | 0x80000000;

    /// <summary>The element of a key.</summary>
    public static uint Bits(uint key, int elementSize) =>
        elementSize == 1 ? key ^ 0x80 : (int)key < 0 ? key & 0x7FFFFFFF : ~key;

    /// <summary>The bits of element <paramref name="index"/>.</summary>
    public static uint Element(ReadOnlySpan<byte> bytes, int elementSize, int index) =>
        elementSize == 1 ? bytes[index] : BinaryPrimitives.ReadUInt32LittleEndian(bytes[(index * 4)..]);
}
