using System.Numerics;
using System.Runtime.InteropServices;

namespace Edge.Runtime.Format.Coding;

/// <summary>How symbols become bits.</summary>
internal enum SymbolCoder
{
    /// <summary>Canonical Huffman codes of at most <see cref="SymbolTables.MaxCodeLength"/> bits.</summary>
    Huffman,

    /// <summary>Range asymmetric numeral system with probabilities of 12 bits.</summary>
    Rans,
}

/// <summary>
/// The code tables of one constant, in memory that all constants of a package share. In the file a table is, in bits:
/// <code>
/// kind 2
/// kind 0, one symbol     symbol 8; it costs nothing
/// kind 1, flat           symbols − 1: 8; symbols 0 to n − 1, all equally likely: truncated binary codes, or
///                        frequencies 4096/n, one more for the first 4096 mod n
/// kind 2, listed         first 8, last 8, then per symbol from first to last a number, as the difference to the one before
///                        (at the start 6), zigzag, plus 1, in Elias gamma code
///   Huffman              the number is the code's length, 0 where the symbol has none; the codes are complete
///   rANS                 the number e is the frequency's bit length, 0 where the symbol is missing; the min(e − 1, 2) bits below
///                        its leading one follow, all others are 0. What is missing to 4096 belongs to the most frequent symbol
/// </code>
/// </summary>
internal sealed class SymbolTables
{
    /// <summary>Tables of one constant: one per plane or class of rows, in sparse layouts twice that.</summary>
    public const int MaxTables = 8;

    public const int MaxCodeLength = 11;

    /// <summary>Frequencies of a table add up to 2 to this power.</summary>
    public const int ScaleBits = 12;

    /// <summary>The most that a listed table may leave to its most frequent symbol.</summary>
    public const int MaxRemainder = 1 << (ScaleBits - 3);

    /// <summary>Where the differences of a listed table start.</summary>
    public const int FirstNumber = 6;

    private const int Scale = 1 << ScaleBits;
    private readonly byte[] _symbols = new byte[MaxTables * Scale];
    private readonly uint[] _ranges = new uint[MaxTables * 256];

    /// <summary>rANS: the symbol of every slot of a table.</summary>
    public Span<byte> Slots(int table) => _symbols.AsSpan(table * Scale, Scale);

    /// <summary>rANS: frequency · 2¹⁶ + first slot of every symbol of a table.</summary>
    public Span<uint> Ranges(int table) => _ranges.AsSpan(table * 256, 256);

    /// <summary>Huffman: length · 256 + symbol for every value of the next <see cref="MaxCodeLength"/> bits.</summary>
    public Span<ushort> Codes(int table) =>
        MemoryMarshal.Cast<byte, ushort>(_symbols.AsSpan(table * Scale, 2 << MaxCodeLength));

    /// <summary>Reads one table.</summary>
    /// <param name="alphabet">Symbols must be below this.</param>
    /// <param name="what">What the symbols are, for error messages.</param>
    /// <returns>Whether all its symbols count as equally likely.</returns>
    public bool Read(StoredReader reader, SymbolCoder coder, int table, int alphabet, string what)
    {
        Span<ushort> numbers = stackalloc ushort[256];
        numbers.Clear();
        uint kind = reader.Bits(2);
        switch (kind)
        {
            case 0:
                int only = RequireSymbol(reader, (int)reader.Bits(8), alphabet, what);
                Single(coder, table, (byte)only);
                return true;
            case 1:
                int count = RequireSymbol(reader, (int)reader.Bits(8), alphabet, what) + 1;
                Flat(coder, count, numbers);
                break;
            case 2:
                Listed(reader, coder, alphabet, what, numbers);
                break;
            default:
                throw reader.Fail("a code table is of an unknown kind");
        }

        if (coder == SymbolCoder.Rans)
            FillSlots(reader, table, numbers);
        else
            FillCodes(reader, table, numbers);
        return kind == 1;
    }

    /// <summary>Numbers of a flat table: code lengths or frequencies.</summary>
    public static void Flat(SymbolCoder coder, int count, Span<ushort> numbers)
    {
        int bits = BitOperations.Log2((uint)count), shorter = (2 << bits) - count;
        for (int s = 0; s < count; s++)
        {
            numbers[s] = (ushort)(coder == SymbolCoder.Huffman ? (s < shorter ? bits : bits + 1)
                : (Scale / count) + (s < Scale % count ? 1 : 0));
        }
    }

    private static int RequireSymbol(StoredReader reader, int symbol, int alphabet, string what) =>
        symbol < alphabet ? symbol : throw reader.Fail($"{what} {symbol} is not below {alphabet}");

    private static void Listed(StoredReader reader, SymbolCoder coder, int alphabet, string what, Span<ushort> numbers)
    {
        int first = (int)reader.Bits(8), last = RequireSymbol(reader, (int)reader.Bits(8), alphabet, what);
        int most = coder == SymbolCoder.Huffman ? MaxCodeLength : ScaleBits + 1, number = FirstNumber;
        for (int s = first; s <= last; s++)
        {
            int difference = reader.Gamma() - 1;
            number += (difference >> 1) ^ -(difference & 1);
            if (number < 0 || number > most)
                throw reader.Fail($"a code table holds {number}, which is not between 0 and {most}");
            numbers[s] = coder == SymbolCoder.Huffman || number == 0 ? (ushort)number : Frequency(reader, number);
        }
    }

    private static ushort Frequency(StoredReader reader, int length)
    {
        int precise = Math.Min(length - 1, 2);
        return (ushort)(((1u << precise) | reader.Bits(precise)) << (length - 1 - precise));
    }

    private void Single(SymbolCoder coder, int table, byte symbol)
    {
        if (coder == SymbolCoder.Rans)
        {
            Slots(table).Fill(symbol);
            Ranges(table)[symbol] = (uint)Scale << 16;
        }
        else
        {
            Codes(table).Fill(symbol);
        }
    }

    private void FillSlots(StoredReader reader, int table, Span<ushort> frequencies)
    {
        int sum = 0, likeliest = 0;
        for (int s = 0; s < frequencies.Length; s++)
        {
            sum += frequencies[s];
            if (frequencies[s] > frequencies[likeliest])
                likeliest = s;
        }

        if (sum > Scale)
            throw reader.Fail($"a frequency table is over-subscribed: {sum} of {Scale}");
        if (sum < Scale - MaxRemainder)
            throw reader.Fail($"a frequency table is under-subscribed: {sum} of {Scale}");
        frequencies[likeliest] += (ushort)(Scale - sum);
        Span<byte> slots = Slots(table);
        Span<uint> ranges = Ranges(table);
        for (int s = 0, start = 0; s < frequencies.Length; start += frequencies[s++])
        {
            ranges[s] = ((uint)frequencies[s] << 16) | (uint)start;
            slots.Slice(start, frequencies[s]).Fill((byte)s);
        }
    }

    private void FillCodes(StoredReader reader, int table, ReadOnlySpan<ushort> lengths)
    {
        Span<int> starts = stackalloc int[MaxCodeLength + 2];
        int used = CanonicalCodes.FirstCodes(lengths, starts);
        if (used > 1 << MaxCodeLength)
            throw reader.Fail($"a Huffman table is over-subscribed: {used} of {1 << MaxCodeLength}");
        if (used < 1 << MaxCodeLength)
            throw reader.Fail($"a Huffman table is under-subscribed: {used} of {1 << MaxCodeLength}");
        Span<ushort> codes = Codes(table);
        for (int s = 0; s < lengths.Length; s++)
        {
            int length = lengths[s];
            if (length == 0)
                continue;
            ushort entry = (ushort)((length << 8) | s);
            for (int code = CanonicalCodes.Reverse(starts[length]++, length); code < codes.Length; code += 1 << length)
                codes[code] = entry;
        }
    }
}
