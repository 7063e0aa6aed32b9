namespace Edge.Runtime.Format.Coding;

/// <summary>The code of one set of symbols, fitted to how often each occurs. Format: <see cref="SymbolTables"/>.</summary>
internal sealed class SymbolTable
{
    private const int Scale = 1 << SymbolTables.ScaleBits;
    private readonly SymbolCoder _coder;
    private readonly int _kind;
    private readonly int _first;
    private readonly int _last;

    /// <summary>What the file states: code lengths, or frequencies before the remainder.</summary>
    private readonly ushort[] _numbers;

    private SymbolTable(SymbolCoder coder, int kind, int first, int last, ushort[] numbers, ReadOnlySpan<long> counts)
    {
        (_coder, _kind, _first, _last, _numbers) = (coder, kind, first, last, numbers);
        Numbers = (ushort[])numbers.Clone();
        if (coder == SymbolCoder.Rans)
            Numbers[Likeliest(numbers)] += (ushort)(Scale - Sum(numbers));
        for (int s = 0; s < 256; s++)
        {
            if (counts[s] > 0)
                SymbolBits += counts[s] * Cost(s);
        }

        var writer = new BitWriter();
        Write(writer);
        writer.Align();
        TableBits = writer.Bytes.Length * 8;
    }

    /// <summary>Code lengths, or frequencies of 4096.</summary>
    public ushort[] Numbers { get; }

    /// <summary>Bits that all symbols together take.</summary>
    public double SymbolBits { get; }

    /// <summary>Bits of the table itself, to the next byte.</summary>
    public int TableBits { get; }

    public double Bits => SymbolBits + TableBits;

    /// <summary>The cheapest table for these counts.</summary>
    /// <param name="counts">How often each of 256 symbols occurs.</param>
    /// <param name="alphabet">Symbols are below this.</param>
    /// <param name="flat">Whether all symbols must count as equally likely.</param>
    public static SymbolTable Fit(SymbolCoder coder, ReadOnlySpan<long> counts, int alphabet, bool flat)
    {
        int first = counts.IndexOfAnyExcept(0), last = counts.LastIndexOfAnyExcept(0);
        if (first < 0)
            first = last = 0;
        ushort[] numbers = new ushort[256];
        if (first == last)
        {
            numbers[first] = (ushort)(coder == SymbolCoder.Rans ? Scale : 0);
            return new SymbolTable(coder, 0, first, last, numbers, counts);
        }

        int symbols = flat ? alphabet : last + 1;
        SymbolTables.Flat(coder, symbols, numbers);
        var even = new SymbolTable(coder, 1, 0, symbols - 1, numbers, counts);
        if (flat)
            return even;
        numbers = coder == SymbolCoder.Rans ? Frequencies.Fit(counts) : CodeLengths.Fit(counts);
        var fitted = new SymbolTable(coder, 2, first, last, numbers, counts);
        return fitted.Bits < even.Bits ? fitted : even;
    }

    public void Write(BitWriter writer)
    {
        writer.Bits((uint)_kind, 2);
        if (_kind == 0)
        {
            writer.Bits((uint)_first, 8);
            return;
        }

        if (_kind == 2)
            writer.Bits((uint)_first, 8);
        writer.Bits((uint)_last, 8);
        if (_kind == 1)
            return;
        int before = SymbolTables.FirstNumber;
        for (int s = _first; s <= _last; s++)
        {
            int number = _coder == SymbolCoder.Huffman ? _numbers[s] : 32 - System.Numerics.BitOperations.LeadingZeroCount(_numbers[s]);
            int difference = number - before;
            writer.Gamma(((difference << 1) ^ (difference >> 31)) + 1);
            before = number;
            if (_coder == SymbolCoder.Rans && number > 1)
            {
                int precise = Math.Min(number - 1, 2);
                writer.Bits((uint)(_numbers[s] >> (number - 1 - precise)) & ((1u << precise) - 1), precise);
            }
        }
    }

    private static int Sum(ushort[] numbers)
    {
        int sum = 0;
        foreach (ushort n in numbers)
            sum += n;
        return sum;
    }

    private static int Likeliest(ushort[] numbers)
    {
        int likeliest = 0;
        for (int s = 1; s < numbers.Length; s++)
        {
            if (numbers[s] > numbers[likeliest])
                likeliest = s;
        }

        return likeliest;
    }

    private double Cost(int symbol) =>
        _coder == SymbolCoder.Huffman ? Numbers[symbol] : SymbolTables.ScaleBits - Math.Log2(Numbers[symbol]);
}
