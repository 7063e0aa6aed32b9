using System.Buffers.Binary;

namespace Edge.Runtime.Format.Coding;

/// <summary>Codes constants in the cheapest form that <see cref="ConstantDecoder"/> reads.</summary>
internal static class ConstantEncoder
{
    /// <summary>Layout, coder and whether there is a codebook.</summary>
    private const int LayoutBits = 4;

    /// <summary>Appends a constant, from one byte boundary to the next.</summary>
    /// <param name="bytes">Its plain form.</param>
    public static void Encode(ConstantDefinition definition, ReadOnlySpan<byte> bytes, CodingOptions options, BitWriter writer)
    {
        ConstantPlan? plan = ConstantPlan.Best(definition, bytes, options);
        if (definition.Type.Size() == 4 && WriteNumbers(bytes, plan?.Bits ?? ConstantPlan.PlainBits(bytes), writer))
            return;
        if (plan is null)
        {
            writer.Bits((uint)ConstantLayout.Plain, 2);
            writer.Align();
            writer.Append(bytes);
            return;
        }

        writer.Bits((uint)plan.Layout, 2);
        writer.Bits((uint)plan.Coder, 1);
        WriteCodebook(plan.Stream, writer);
        writer.Bits((uint)plan.Classes - 1, 3);
        for (int row = 0; plan.Classes > 1 && row < plan.RowClasses.Length; row++)
            writer.Bits(plan.RowClasses[row], ConstantDecoder.ClassBits(plan.Classes));
        if (plan.Layout != ConstantLayout.Dense)
            writer.Gamma(plan.Gaps + 1);
        SymbolTable[] tables = [.. plan.GapTables, .. plan.ValueTables];
        foreach (SymbolTable table in tables)
            table.Write(writer);
        writer.Align();
        if (plan.Coder == SymbolCoder.Rans)
            WriteRans(plan, tables, writer);
        else
            WriteHuffman(plan, tables, writer);
        writer.Align();
    }

    /// <summary>Writes numbers as numbers, if that takes less than so many bits.</summary>
    private static bool WriteNumbers(ReadOnlySpan<byte> bytes, double bits, BitWriter writer)
    {
        double most = bits - LayoutBits;
        var narrow = NarrowNumbers.Fit(bytes);
        long narrowBits = narrow.Bits(bytes.Length / sizeof(int));
        GeometricSeries? series = GeometricSeries.Bits < Math.Min(narrowBits, most) ? GeometricSeries.Fit(bytes) : null;
        if (series is null && narrowBits >= most)
            return false;
        writer.Bits((uint)(series is null ? ConstantDecoder.NarrowForm : ConstantDecoder.GeometricForm), 2);
        writer.Bits((uint)SymbolCoder.Huffman, 1);
        writer.Bits(0, 1);
        if (series is { } s)
            s.Write(writer);
        else
            narrow.Write(bytes, writer);
        writer.Align();
        return true;
    }

    private static void WriteCodebook(SymbolStream stream, BitWriter writer)
    {
        writer.Bits(stream.Keys.Length > 0 ? 1u : 0, 1);
        if (stream.Keys.Length == 0)
            return;
        writer.Bits((uint)stream.Keys.Length - 1, 8);
        writer.Bits((uint)stream.K, 5);
        long before = -1;
        foreach (uint key in stream.Keys)
        {
            long difference = key - before;
            writer.Gamma((int)(difference >> stream.K) + 1);
            writer.Bits((uint)(difference & ((1L << stream.K) - 1)), stream.K);
            before = key;
        }
    }

    private static void WriteHuffman(ConstantPlan plan, SymbolTable[] tables, BitWriter writer)
    {
        int[][] codes = Array.ConvertAll(tables, Codes);
        plan.Visit(
            (gap, c) => Write(c, gap),
            (symbol, table) => Write(plan.GapTables.Length + table, symbol));

        void Write(int table, int symbol) => writer.Bits((uint)codes[table][symbol], tables[table].Numbers[symbol]);
    }

    private static int[] Codes(SymbolTable table)
    {
        Span<int> starts = stackalloc int[SymbolTables.MaxCodeLength + 2];
        CanonicalCodes.FirstCodes(table.Numbers, starts);
        int[] codes = new int[256];
        for (int s = 0; s < codes.Length; s++)
        {
            int length = table.Numbers[s];
            if (length > 0)
                codes[s] = CanonicalCodes.Reverse(starts[length]++, length);
        }

        return codes;
    }

    /// <summary>From the last symbol to the first, as rANS has it: what is written first is read last.</summary>
    private static void WriteRans(ConstantPlan plan, SymbolTable[] tables, BitWriter writer)
    {
        uint[][] starts = Array.ConvertAll(tables, Starts);
        var tokens = new List<ushort>();
        plan.Visit(
            (gap, c) => tokens.Add((ushort)((c << 8) | gap)),
            (symbol, table) => tokens.Add((ushort)(((plan.GapTables.Length + table) << 8) | symbol)));
        bool dense = plan.Layout == ConstantLayout.Dense;
        int gaps = plan.Gaps, values = tokens.Count - gaps;
        uint[] states = [RansDecoder.Least, RansDecoder.Least, RansDecoder.Least, RansDecoder.Least];
        var words = new List<ushort>();
        for (int i = tokens.Count - 1; i >= 0; i--)
        {
            int table = tokens[i] >> 8, symbol = tokens[i] & 0xFF;
            int turn = dense ? i % 4 : table < plan.GapTables.Length ? --gaps % 2 * 2 : (--values % 2 * 2) + 1;
            ref uint state = ref states[turn];
            uint frequency = tables[table].Numbers[symbol];
            if (state >= (ulong)frequency << (32 - SymbolTables.ScaleBits))
            {
                words.Add((ushort)state);
                state >>= 16;
            }

            state = ((state / frequency) << SymbolTables.ScaleBits) + (state % frequency) + starts[table][symbol];
        }

        foreach (uint state in states)
            writer.Bits(state, 32);
        byte[] bytes = new byte[words.Count * 2];
        for (int i = 0; i < words.Count; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan((words.Count - 1 - i) * 2), words[i]);
        writer.Append(bytes);
    }

    private static uint[] Starts(SymbolTable table)
    {
        uint[] starts = new uint[256];
        for (int s = 1; s < starts.Length; s++)
            starts[s] = starts[s - 1] + table.Numbers[s - 1];
        return starts;
    }
}
