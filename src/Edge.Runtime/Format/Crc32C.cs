using System.Buffers.Binary;
using System.Numerics;

namespace Edge.Runtime.Format;

/// <summary>
/// CRC-32C (Castagnoli, reflected, initial and final value inverted; RFC 3720 appendix B.4), by the core's own instruction.
/// </summary>
internal static class Crc32C
{
    /// <summary>Bytes of each of the three strands that long input is cut into.</summary>
    private const int Strand = 4096;

    private const uint Polynomial = 0x82F63B78;

    /// <summary>x^(8 · <see cref="Strand"/>) modulo the polynomial, bit 31 for x^0: multiplying by it appends that many zero bytes.</summary>
    private const uint StrandShift = 0x35D73A62;

    public static uint Compute(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of what <paramref name="crc"/> covers followed by <paramref name="bytes"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;

        // The instruction gives its result after three cycles but begins anew in each: three strands side by side keep it busy.
        for (; bytes.Length >= 3 * Strand; bytes = bytes[(3 * Strand)..])
        {
            uint second = 0, third = 0;
            ReadOnlySpan<byte> a = bytes[..Strand], b = bytes.Slice(Strand, Strand), c = bytes.Slice(2 * Strand, Strand);
            for (int i = 0; i < Strand; i += sizeof(ulong))
            {
                crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(a[i..]));
                second = BitOperations.Crc32C(second, BinaryPrimitives.ReadUInt64LittleEndian(b[i..]));
                third = BitOperations.Crc32C(third, BinaryPrimitives.ReadUInt64LittleEndian(c[i..]));
            }

            crc = Multiply(Multiply(crc, StrandShift) ^ second, StrandShift) ^ third;
        }

        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    /// <summary>The product of two polynomials modulo <see cref="Polynomial"/>, bit 31 for x^0.</summary>
    private static uint Multiply(uint a, uint b)
    {
        uint product = 0;
        for (; a != 0; a <<= 1)
        {
            product ^= b & (uint)((int)a >> 31);
            b = (b >> 1) ^ (Polynomial & (uint)-(int)(b & 1));
        }

        return product;
    }
}
