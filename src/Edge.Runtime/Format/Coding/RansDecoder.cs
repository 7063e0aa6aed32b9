using System.Runtime.CompilerServices;

namespace Edge.Runtime.Format.Coding;

/// <summary>
/// Range asymmetric numeral system (Duda, arXiv:1311.2540, section 3) with four states of 32 bits that take in 16 bits whenever
/// they fall below 2¹⁶: a core works on all four at once. They start from the file, first state first, and end at 2¹⁶, which
/// proves the whole code. Dense elements take them in turns; of sparse ones gaps take the first and the third in turns, values the
/// second and the fourth.
/// </summary>
internal struct RansDecoder : ISymbolDecoder
{
    /// <summary>The least that a state is between two symbols, and what all are at the end.</summary>
    public const uint Least = 1 << 16;

    private const int Mask = (1 << SymbolTables.ScaleBits) - 1;
    private readonly StoredReader _reader;
    private readonly SymbolTables _tables;
    private uint _a, _b, _c, _d;

    /// <param name="reader">At the states.</param>
    /// <param name="tables">Of the constant that is decoded.</param>
    public RansDecoder(StoredReader reader, SymbolTables tables)
    {
        (_reader, _tables) = (reader, tables);
        (_a, _b, _c, _d) = (reader.Bits(32), reader.Bits(32), reader.Bits(32), reader.Bits(32));
        reader.Align();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Dense<T>(int table, RowTables rows, Span<T> output, int stride, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        int count = (output.Length + stride - 1) / stride;
        (uint a, uint b, uint c, uint d) = (_a, _b, _c, _d);
        fixed (T* target = output, value = values)
        fixed (byte* buffer = _reader.Buffer)
        {
            for (int row = 0, begin = 0; begin < count; row++, begin += rows.RowLength)
            {
                int i = begin, last = Math.Min(count, begin + rows.RowLength), at = table + rows[row];
                fixed (byte* slots = _tables.Slots(at))
                fixed (uint* ranges = _tables.Ranges(at))
                {
                    while (i < last)
                    {
                        int end = i + Math.Min(last - i, _reader.Steps(sizeof(ushort)));
                        byte* p = buffer + _reader.Position;
                        T* to = target + (i * stride);
                        for (; i + 4 <= end; i += 4, to += 4 * stride)
                        {
                            *to = value[Decode(ref a, slots, ranges, ref p)];
                            to[stride] = value[Decode(ref b, slots, ranges, ref p)];
                            to[2 * stride] = value[Decode(ref c, slots, ranges, ref p)];
                            to[3 * stride] = value[Decode(ref d, slots, ranges, ref p)];
                        }

                        for (; i < end; i++, to += stride)
                        {
                            *to = value[Decode(ref a, slots, ranges, ref p)];
                            (a, b, c, d) = (b, c, d, a);
                        }

                        _reader.Position = (int)(p - buffer);
                    }
                }
            }
        }

        (_a, _b, _c, _d) = (a, b, c, d);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Sparse<T>(
        int classes, RowTables rows, int longestGap, int gaps, Span<T> output, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        (uint a, uint b, uint c, uint d) = (_a, _b, _c, _d);
        int position = 0, row = 0, rowEnd = rows.RowLength;
        fixed (T* target = output, value = values)
        fixed (byte* buffer = _reader.Buffer, slots = _tables.Slots(0))
        fixed (uint* ranges = _tables.Ranges(0))
        {
            int at = rows[0];
            while (gaps > 0)
            {
                int run = Math.Min(gaps, _reader.Steps(2 * sizeof(ushort)));
                gaps -= run;
                byte* p = buffer + _reader.Position;
                for (; run > 0; run--)
                {
                    while (position >= rowEnd)
                    {
                        at = rows[++row];
                        rowEnd += rows.RowLength;
                    }

                    int gap = Decode(ref a, slots + (at << SymbolTables.ScaleBits), ranges + (at << 8), ref p);
                    (a, c) = (c, a);
                    position += gap;
                    if (gap == longestGap)
                    {
                        if (position > output.Length)
                            throw Behind(_reader, output.Length);
                        continue;
                    }

                    if (position >= output.Length)
                        throw Behind(_reader, output.Length);
                    while (position >= rowEnd)
                    {
                        at = rows[++row];
                        rowEnd += rows.RowLength;
                    }

                    int v = at + classes;
                    target[position++] = value[Decode(ref b, slots + (v << SymbolTables.ScaleBits), ranges + (v << 8), ref p)];
                    (b, d) = (d, b);
                }

                _reader.Position = (int)(p - buffer);
            }
        }

        (_a, _b, _c, _d) = (a, b, c, d);
    }

    /// <inheritdoc/>
    public readonly void End()
    {
        _reader.Steps(sizeof(ushort));
        if (_a != Least || _b != Least || _c != Least || _d != Least)
            throw _reader.Fail("the code does not end as it must: it is damaged");
    }

    internal static ModelFormatException Behind(StoredReader reader, int length) =>
        reader.Fail($"a gap reaches behind the constant's {length} elements");

    /// <summary>One symbol. Without branches: whether 16 bits are needed is as good as random.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe byte Decode(ref uint state, byte* slots, uint* ranges, ref byte* p)
    {
        uint x = state, slot = x & Mask;
        byte symbol = slots[slot];
        uint range = ranges[symbol];
        x = ((range >> 16) * (x >> SymbolTables.ScaleBits)) + slot - (range & 0xFFFF);
        uint needs = (uint)(((ulong)x - Least) >> 63);
        state = (x << (int)(needs << 4)) | (*(ushort*)p & (0 - needs));
        p += needs << 1;
        return symbol;
    }
}
