namespace Edge.Runtime.Format.Coding;

/// <summary>One way to code a constant, and what it would take.</summary>
internal sealed class ConstantPlan
{
    private ConstantPlan(ConstantLayout layout, SymbolCoder coder, SymbolStream stream, byte[] rowClasses, int classes, bool flat)
    {
        (Layout, Coder, Stream, RowClasses, Classes) = (layout, coder, stream, rowClasses, classes);
        long[][] gaps = new long[SymbolTables.MaxTables][], values = new long[SymbolTables.MaxTables][];
        for (int i = 0; i < SymbolTables.MaxTables; i++)
            (gaps[i], values[i]) = (new long[256], new long[256]);
        Visit((gap, c) =>
        {
            gaps[c][gap]++;
            Gaps++;
        }, (symbol, table) => values[table][symbol]++);
        int tables = stream.Planes ? 4 : classes;
        GapTables = new SymbolTable[layout == ConstantLayout.Dense ? 0 : classes];
        ValueTables = new SymbolTable[tables];
        double bits = 32 + (Gaps > 0 ? BitWriter.GammaBits(Gaps + 1) : 0);
        for (int i = 0; i < GapTables.Length; i++)
            bits += (GapTables[i] = SymbolTable.Fit(coder, gaps[i], LongestGap + 1, flat)).Bits;
        for (int i = 0; i < tables; i++)
            bits += (ValueTables[i] = SymbolTable.Fit(coder, values[i], stream.Alphabet, flat)).Bits;
        bits += classes > 1 ? rowClasses.Length * ConstantDecoder.ClassBits(classes) : 0;
        Bits = bits + stream.CodebookBits + (coder == SymbolCoder.Rans ? 128 : 0);
    }

    public ConstantLayout Layout { get; }

    public SymbolCoder Coder { get; }

    public SymbolStream Stream { get; }

    public byte[] RowClasses { get; }

    public int Classes { get; }

    public int Gaps { get; private set; }

    public SymbolTable[] GapTables { get; }

    public SymbolTable[] ValueTables { get; }

    /// <summary>Bits of everything, nearly exact.</summary>
    public double Bits { get; }

    private int LongestGap => ConstantDecoder.LongestGap(Layout);

    /// <summary>The cheapest plan; null where the bytes as they are take no more.</summary>
    public static ConstantPlan? Best(ConstantDefinition definition, ReadOnlySpan<byte> bytes, CodingOptions options)
    {
        double least = PlainBits(bytes);
        ConstantPlan? best = null;
        foreach (SymbolStream stream in SymbolStream.Of(definition, bytes))
        {
            int rows = definition.Shape.Length > 1 && definition.Shape[0] <= ConstantDecoder.MaxRows ? definition.Shape[0] : 1;
            for (int classes = 1; classes <= SymbolTables.MaxTables; classes *= 2)
            {
                bool classify = options.Entropy && !stream.Planes && rows >= 2 * classes && bytes.Length >= 512 * classes;
                if (classes > 1 && !classify)
                    break;
                byte[] rowClasses = classes == 1 ? [] : RowClassifier.Classify(stream.Symbols, rows, classes, stream.Zero);
                for (var layout = ConstantLayout.Dense; layout <= ConstantLayout.Sparse8; layout++)
                {
                    if (layout != ConstantLayout.Dense && (stream.Planes || stream.Zeros * 8L < stream.Symbols.Length || classes > 4))
                        continue;
                    Try(layout, SymbolCoder.Huffman);
                    if (options.Entropy)
                        Try(layout, SymbolCoder.Rans);

                    void Try(ConstantLayout layout, SymbolCoder coder)
                    {
                        var plan = new ConstantPlan(layout, coder, stream, rowClasses, classes, !options.Entropy);
                        if (plan.Bits < least)
                            (best, least) = (plan, plan.Bits);
                    }
                }
            }
        }

        return best;
    }

    /// <summary>Bits of a constant whose bytes lie as they are.</summary>
    public static double PlainBits(ReadOnlySpan<byte> bytes) => (8.0 * bytes.Length) + 8;

    /// <summary>The plan by which a constant was stored; null where its elements are no symbols.</summary>
    /// <param name="bytes">Its plain form.</param>
    /// <param name="stored">What the package says about it.</param>
    public static ConstantPlan? Of(ConstantDefinition definition, ReadOnlySpan<byte> bytes, StoredConstant stored)
    {
        if (stored.Layout is ConstantLayout.Plain or ConstantLayout.Narrow or ConstantLayout.Geometric)
            return null;
        SymbolStream stream = SymbolStream.Of(definition, bytes).First(s => s.Keys.Length == stored.Codebook);
        byte[] rowClasses = stored.Classes == 1 ? [] : RowClassifier.Classify(stream.Symbols, definition.Shape[0], stored.Classes, stream.Zero);
        SymbolCoder coder = stored.Coder == "rans" ? SymbolCoder.Rans : SymbolCoder.Huffman;
        return new ConstantPlan(stored.Layout, coder, stream, rowClasses, stored.Classes, flat: stored.Coder == "fixed");
    }

    /// <summary>Calls for every gap with its class, and for every symbol with its table among the value tables, as they are coded.</summary>
    public void Visit(Action<int, int> gap, Action<byte, int> symbol)
    {
        byte[] symbols = Stream.Symbols;
        int rowLength = Classes == 1 ? symbols.Length : symbols.Length / RowClasses.Length;
        if (Layout == ConstantLayout.Dense)
        {
            int planeLength = symbols.Length / 4;
            for (int i = 0; i < symbols.Length; i++)
                symbol(symbols[i], Stream.Planes ? i / planeLength : Class(i));
            return;
        }

        for (int i = 0, next = 0; i < symbols.Length; i++)
        {
            if (symbols[i] == Stream.Zero)
                continue;
            for (; i - next >= LongestGap; next += LongestGap)
                gap(LongestGap, Class(next));
            gap(i - next, Class(next));
            symbol(symbols[i], Class(i));
            next = i + 1;
        }

        int Class(int element) => Classes == 1 ? 0 : RowClasses[element / rowLength];
    }
}
