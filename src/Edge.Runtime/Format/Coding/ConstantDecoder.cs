using System.Runtime.InteropServices;

namespace Edge.Runtime.Format.Coding;

/// <summary>
/// Decodes constants one after the other, in one pass, into their plain form. In the file a constant is, in bits:
/// <code>
/// layout 2               0 plain, 1 dense, 2 sparse with gaps of 4 bits, 3 sparse with gaps of 8 bits
///   plain                filled up to a byte with zeros; then the bytes
/// coder 1                0 Huffman, 1 rANS
/// codebook 1             1: a <see cref="Codebook"/> follows; else a symbol is an element of 8 bits (int8: code + 128), or, for
///                        elements of 32 bits in the dense layout, one of its bytes; for them the sparse layouts without codebook
///                        have other meanings, 2 <see cref="NarrowNumbers"/>, 3 a <see cref="GeometricSeries"/>, the coder being 0,
///                        and end here with zeros up to a byte
/// classes − 1: 3         where more than one, the class of every row in as many bits as classes − 1 has
/// gaps + 1               sparse: in Elias gamma code; then the gap tables of all classes
/// tables                 the symbol tables of all classes; without codebook and 32 bits wide: one for each of the four bytes
/// zeros up to a byte, then the code: dense elements in order (32 bits without codebook: all lowest bytes first), sparse ones as
/// gap, symbol, gap, symbol …
/// </code>
/// A gap of 15 (255 in 8 bits) is a run of as many zeros, without a symbol; elements behind the last gap are 0. A row's class is
/// that of the element in front of which a gap starts, and that of the element that a symbol stands for.
/// </summary>
internal sealed class ConstantDecoder(StoredReader reader)
{
    /// <summary>Constants with more rows (first dimension) have one class.</summary>
    public const int MaxRows = 4096;

    /// <summary>What the file calls constants in the layouts that only elements of 32 bits without codebook have.</summary>
    public const ConstantLayout NarrowForm = ConstantLayout.Sparse4, GeometricForm = ConstantLayout.Sparse8;

    private readonly SymbolTables _tables = new();
    private readonly byte[] _classes = new byte[MaxRows];
    private readonly uint[] _words = new uint[256];
    private readonly byte[] _bytes = new byte[256];

    /// <summary>The gap of a sparse layout that no symbol follows: a run of as many zeros, and the greatest value of its bits.</summary>
    public static int LongestGap(ConstantLayout layout) => layout == ConstantLayout.Sparse4 ? 15 : 255;

    /// <summary>Decodes the next constant.</summary>
    /// <param name="definition">Its type and shape, proven; <see cref="StoredReader.Field"/> names it.</param>
    /// <param name="output">Its plain bytes, all zero.</param>
    /// <param name="stored">Receives how it was stored.</param>
    public void Decode(ConstantDefinition definition, Span<byte> output, ICollection<StoredConstant>? stored = null)
    {
        long start = reader.Offset;
        var layout = (ConstantLayout)reader.Bits(2);
        if (layout == ConstantLayout.Plain)
        {
            reader.Align();
            reader.Read(output);
            stored?.Add(Description(layout, "", start, 0, 1, output.Length / definition.Type.Size(), 0));
            return;
        }

        var coder = (SymbolCoder)reader.Bits(1);
        int size = definition.Type.Size(), elements = output.Length / size;
        int codebook = ReadCodebook(size);
        bool planes = size == 4 && codebook == 0, sparse = layout != ConstantLayout.Dense;
        if (planes && sparse)
        {
            if (coder != SymbolCoder.Huffman)
                throw reader.Fail("numbers that are not coded by their frequency name a coder of frequencies");
            layout = DecodeNumbers(layout, output);
            stored?.Add(Description(layout, "", start, 0, 1, elements, 0));
            return;
        }

        int classes = ReadClasses(definition, planes ? 1 : sparse ? SymbolTables.MaxTables / 2 : SymbolTables.MaxTables);
        var rows = new RowTables(classes == 1 ? elements : elements / definition.Shape[0], classes == 1 ? [] : _classes);
        int longestGap = LongestGap(layout), gaps = sparse ? reader.Gamma() - 1 : 0;
        if (gaps > elements)
            throw reader.Fail($"{gaps} gaps are more than the constant's {elements} elements");
        bool flat = true;
        for (int i = 0; i < (sparse ? classes : 0); i++)
            flat &= _tables.Read(reader, coder, i, longestGap + 1, "gap");
        int first = sparse ? classes : 0, tables = planes ? 4 : classes;
        for (int i = 0; i < tables; i++)
            flat &= _tables.Read(reader, coder, first + i, codebook > 0 ? codebook : 256, codebook > 0 ? "codebook index" : "symbol");
        reader.Align();
        var symbols = new Symbols(layout, size, planes, rows, classes, longestGap, gaps);
        if (coder == SymbolCoder.Rans)
            Decode(new RansDecoder(reader, _tables), symbols, output);
        else
            Decode(new HuffmanDecoder(reader, _tables), symbols, output);
        string name = coder == SymbolCoder.Rans ? "rans" : flat ? "fixed" : "huffman";
        stored?.Add(Description(layout, name, start, codebook, classes, elements, gaps));
    }

    /// <summary>Decodes numbers that are no symbols, and says how they were stored.</summary>
    private ConstantLayout DecodeNumbers(ConstantLayout layout, Span<byte> output)
    {
        bool narrow = layout == NarrowForm;
        if (narrow)
            NarrowNumbers.Read(reader, output);
        else
            GeometricSeries.Read(reader, output);
        reader.Align();
        return narrow ? ConstantLayout.Narrow : ConstantLayout.Geometric;
    }

    private void Decode<TDecoder>(TDecoder decoder, Symbols symbols, Span<byte> output)
        where TDecoder : struct, ISymbolDecoder
    {
        if (symbols.Planes)
        {
            for (int plane = 0; plane < 4; plane++)
                decoder.Dense<byte>(plane, symbols.Rows, output[plane..], 4, _bytes);
        }
        else if (symbols.ElementSize == 1)
        {
            Decode<TDecoder, byte>(ref decoder, symbols, output, _bytes);
        }
        else
        {
            Decode<TDecoder, uint>(ref decoder, symbols, MemoryMarshal.Cast<byte, uint>(output), _words);
        }

        decoder.End();
    }

    private static void Decode<TDecoder, T>(ref TDecoder decoder, Symbols symbols, Span<T> output, ReadOnlySpan<T> values)
        where TDecoder : struct, ISymbolDecoder
        where T : unmanaged
    {
        if (symbols.Layout == ConstantLayout.Dense)
            decoder.Dense(0, symbols.Rows, output, 1, values);
        else
            decoder.Sparse(symbols.Classes, symbols.Rows, symbols.LongestGap, symbols.Gaps, output, values);
    }

    private StoredConstant Description(ConstantLayout layout, string coder, long start, int codebook, int classes, int symbols, int gaps) => new()
    {
        Layout = layout,
        Coder = coder,
        Codebook = codebook,
        Classes = classes,
        Symbols = symbols,
        Gaps = gaps,
        Length = reader.Offset - start,
    };

    private int ReadCodebook(int size)
    {
        if (reader.Bits(1) == 0)
        {
            for (int s = 0; s < 256; s++)
                _bytes[s] = (byte)(size == 1 ? s ^ 0x80 : s);
            return 0;
        }

        int count = Codebook.Read(reader, size, _words);
        for (int s = 0; s < count; s++)
            _bytes[s] = (byte)_words[s];
        return count;
    }

    private int ReadClasses(ConstantDefinition definition, int most)
    {
        int classes = (int)reader.Bits(3) + 1;
        if (classes == 1)
            return 1;
        if (classes > most)
            throw reader.Fail($"{classes} classes of rows are more than {most}");
        int rows = definition.Shape[0], bits = ClassBits(classes);
        if (rows > MaxRows)
            throw reader.Fail($"a constant of {rows} rows has one class");
        for (int row = 0; row < rows; row++)
        {
            _classes[row] = (byte)reader.Bits(bits);
            if (_classes[row] >= classes)
                throw reader.Fail($"row {row} is of class {_classes[row]}, not below {classes}");
        }

        _classes.AsSpan(rows).Clear();
        return classes;
    }

    /// <summary>Bits of a class number.</summary>
    public static int ClassBits(int classes) => 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)(classes - 1));

    /// <summary>What follows the tables.</summary>
    private readonly ref struct Symbols(
        ConstantLayout layout, int elementSize, bool planes, RowTables rows, int classes, int longestGap, int gaps)
    {
        public ConstantLayout Layout { get; } = layout;
        public int ElementSize { get; } = elementSize;
        public bool Planes { get; } = planes;
        public RowTables Rows { get; } = rows;
        public int Classes { get; } = classes;
        public int LongestGap { get; } = longestGap;
        public int Gaps { get; } = gaps;
    }
}
