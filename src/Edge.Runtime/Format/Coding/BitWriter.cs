namespace Edge.Runtime.Format.Coding;

/// <summary>Writes bits, least significant first, and whole bytes.</summary>
internal sealed class BitWriter
{
    private byte[] _bytes = new byte[1024];
    private int _count;
    private ulong _bits;
    private int _bitCount;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _count);

    /// <param name="count">0 to 32.</param>
    public void Bits(uint value, int count)
    {
        _bits |= (ulong)value << _bitCount;
        _bitCount += count;
        for (; _bitCount >= 8; _bitCount -= 8, _bits >>= 8)
            Byte((byte)_bits);
    }

    /// <summary>Elias gamma code as <see cref="StoredReader.Gamma"/> reads it.</summary>
    /// <param name="value">At least 1.</param>
    public void Gamma(int value)
    {
        int length = System.Numerics.BitOperations.Log2((uint)value);
        Bits(0, length);
        Bits(1, 1);
        Bits((uint)value & ((1u << length) - 1), length);
    }

    /// <summary>Bits of <see cref="Gamma"/>.</summary>
    public static int GammaBits(int value) => (2 * System.Numerics.BitOperations.Log2((uint)value)) + 1;

    /// <summary>Fills up to a whole byte with zeros.</summary>
    public void Align()
    {
        if (_bitCount > 0)
            Bits(0, 8 - _bitCount);
    }

    /// <summary>Appends bytes; only at a byte boundary.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_count));
        _count += bytes.Length;
    }

    private void Byte(byte value)
    {
        Reserve(1);
        _bytes[_count++] = value;
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - _count < count)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _count + count));
    }
}
