using System.Runtime.CompilerServices;

namespace Edge.Runtime.Format.Coding;

/// <summary>Canonical Huffman codes, first bit lowest; the last byte is filled up with zeros.</summary>
internal struct HuffmanDecoder(StoredReader reader, SymbolTables tables) : ISymbolDecoder
{
    private const int Mask = (1 << SymbolTables.MaxCodeLength) - 1;
    private ulong _bits;
    private int _count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Dense<T>(int table, RowTables rows, Span<T> output, int stride, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        int count = (output.Length + stride - 1) / stride;
        (ulong bits, int held) = (_bits, _count);
        fixed (T* target = output, value = values)
        fixed (byte* buffer = reader.Buffer)
        {
            for (int row = 0, begin = 0; begin < count; row++, begin += rows.RowLength)
            {
                int i = begin, last = Math.Min(count, begin + rows.RowLength);
                fixed (ushort* codes = tables.Codes(table + rows[row]))
                {
                    while (i < last)
                    {
                        // Four codes have at most 44 of the 56 bits that are loaded at a time.
                        int end = (int)Math.Min(last, i + (4L * reader.Steps(sizeof(ulong), held / 8)));
                        byte* p = buffer + reader.Position;
                        while (i < end)
                        {
                            Load(ref bits, ref held, ref p);
                            for (int four = Math.Min(4, end - i); four > 0; four--)
                                target[i++ * stride] = value[Decode(ref bits, ref held, codes)];
                        }

                        reader.Position = (int)(p - buffer);
                    }
                }
            }
        }

        (_bits, _count) = (bits, held);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Sparse<T>(
        int classes, RowTables rows, int longestGap, int gaps, Span<T> output, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        (ulong bits, int held) = (_bits, _count);
        int position = 0, row = 0, rowEnd = rows.RowLength;
        fixed (T* target = output, value = values)
        fixed (byte* buffer = reader.Buffer)
        fixed (byte* slots = tables.Slots(0))
        {
            int at = rows[0];
            while (gaps > 0)
            {
                int run = Math.Min(gaps, reader.Steps(sizeof(ulong), held / 8));
                gaps -= run;
                byte* p = buffer + reader.Position;
                for (; run > 0; run--)
                {
                    while (position >= rowEnd)
                    {
                        at = rows[++row];
                        rowEnd += rows.RowLength;
                    }

                    Load(ref bits, ref held, ref p);
                    int gap = Decode(ref bits, ref held, (ushort*)(slots + (at << SymbolTables.ScaleBits)));
                    position += gap;
                    if (gap == longestGap)
                    {
                        if (position > output.Length)
                            throw RansDecoder.Behind(reader, output.Length);
                        continue;
                    }

                    if (position >= output.Length)
                        throw RansDecoder.Behind(reader, output.Length);
                    while (position >= rowEnd)
                    {
                        at = rows[++row];
                        rowEnd += rows.RowLength;
                    }

                    ushort* codes = (ushort*)(slots + ((at + classes) << SymbolTables.ScaleBits));
                    target[position++] = value[Decode(ref bits, ref held, codes)];
                }

                reader.Position = (int)(p - buffer);
            }
        }

        (_bits, _count) = (bits, held);
    }

    /// <inheritdoc/>
    public void End()
    {
        reader.Position -= _count / 8;
        if ((_bits & ((1UL << (_count % 8)) - 1)) != 0)
            throw reader.Fail("the bits behind the last code are not 0");
        (_bits, _count) = (0, 0);
        reader.Steps(1);
    }

    /// <summary>At least 56 bits. Uses up 7 bytes at most.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Load(ref ulong bits, ref int held, ref byte* p)
    {
        bits |= *(ulong*)p << held;
        p += (63 - held) >> 3;
        held |= 56;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe byte Decode(ref ulong bits, ref int held, ushort* codes)
    {
        uint entry = codes[bits & Mask];
        int length = (int)(entry >> 8);
        bits >>= length;
        held -= length;
        return (byte)entry;
    }
}
