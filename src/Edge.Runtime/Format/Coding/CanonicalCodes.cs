namespace Edge.Runtime.Format.Coding;

/// <summary>
/// Canonical Huffman codes (RFC 1951 section 3.2.2): codes of one length are consecutive in symbol order, shorter codes come
/// first. Stored with their first bit lowest.
/// </summary>
internal static class CanonicalCodes
{
    /// <summary>The first code of every length.</summary>
    /// <param name="lengths">Per symbol, 0 where it has no code.</param>
    /// <param name="starts">Receives the code of the first symbol of each length; holds MaxCodeLength + 2.</param>
    /// <returns>The share of the code space in use, in units of 2^−MaxCodeLength.</returns>
    public static int FirstCodes(ReadOnlySpan<ushort> lengths, Span<int> starts)
    {
        Span<int> counts = stackalloc int[SymbolTables.MaxCodeLength + 1];
        counts.Clear();
        foreach (ushort length in lengths)
            counts[length]++;
        int code = 0, used = 0;
        counts[0] = 0;
        for (int length = 1; length <= SymbolTables.MaxCodeLength; length++)
        {
            code = (code + counts[length - 1]) << 1;
            starts[length] = code;
            used += counts[length] << (SymbolTables.MaxCodeLength - length);
        }

        return used;
    }

    /// <summary>The lowest bits of a code in the opposite order.</summary>
    public static int Reverse(int code, int length)
    {
        int reversed = 0;
        for (int i = 0; i < length; i++)
            reversed |= ((code >> i) & 1) << (length - 1 - i);
        return reversed;
    }
}
