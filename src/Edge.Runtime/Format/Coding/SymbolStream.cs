namespace Edge.Runtime.Format.Coding;

/// <summary>The elements of a constant as symbols.</summary>
internal sealed class SymbolStream
{
    /// <summary>One per element; of planes first all lowest bytes, then the next.</summary>
    public required byte[] Symbols { get; init; }

    /// <summary>Symbols are below this.</summary>
    public required int Alphabet { get; init; }

    /// <summary>The symbol of zero, which sparse layouts leave out. Without meaning where <see cref="Zeros"/> is 0.</summary>
    public required byte Zero { get; init; }

    public required int Zeros { get; init; }

    /// <summary>Keys of the values, ascending (see <see cref="Codebook"/>); empty where there is no codebook.</summary>
    public required uint[] Keys { get; init; }

    /// <summary>Parameter of the codebook's code.</summary>
    public required int K { get; init; }

    /// <summary>Whether the four bytes of an element are coded by themselves.</summary>
    public required bool Planes { get; init; }

    public int CodebookBits => Keys.Length == 0 ? 0 : 13 + CodebookCost(Keys, K);

    /// <summary>All ways to look at a constant.</summary>
    public static IEnumerable<SymbolStream> Of(ConstantDefinition definition, ReadOnlySpan<byte> bytes)
    {
        int size = definition.Type.Size();
        var streams = new List<SymbolStream>();
        if (Distinct(bytes, size) is { } keys)
            streams.Add(WithCodebook(bytes, size, keys));
        if (size == 4)
            streams.Add(InPlanes(bytes));
        else
            streams.Add(Directly(bytes));
        return streams;
    }

    /// <summary>The keys of all values, ascending, or null when there are more than 256.</summary>
    private static uint[]? Distinct(ReadOnlySpan<byte> bytes, int size)
    {
        var keys = new SortedSet<uint>();
        uint last = 0;
        for (int i = 0; i < bytes.Length / size; i++)
        {
            uint key = Codebook.Key(Codebook.Element(bytes, size, i), size);
            if (i > 0 && key == last)
                continue;
            last = key;
            if (keys.Add(key) && keys.Count > 256)
                return null;
        }

        return [.. keys];
    }

    private static SymbolStream WithCodebook(ReadOnlySpan<byte> bytes, int size, uint[] keys)
    {
        uint zeroKey = Codebook.Key(0, size);
        int zero = Array.BinarySearch(keys, zeroKey), zeros = 0;
        byte[] symbols = new byte[bytes.Length / size];
        for (int i = 0; i < symbols.Length; i++)
        {
            symbols[i] = (byte)Array.BinarySearch(keys, Codebook.Key(Codebook.Element(bytes, size, i), size));
            zeros += symbols[i] == zero ? 1 : 0;
        }

        int best = 0;
        for (int k = 1; k < 32; k++)
        {
            if (CodebookCost(keys, k) < CodebookCost(keys, best))
                best = k;
        }

        return new SymbolStream
        {
            Symbols = symbols,
            Alphabet = keys.Length,
            Zero = (byte)Math.Max(0, zero),
            Zeros = zeros,
            Keys = keys,
            K = best,
            Planes = false,
        };
    }

    private static SymbolStream Directly(ReadOnlySpan<byte> bytes)
    {
        byte[] symbols = new byte[bytes.Length];
        int zeros = 0;
        for (int i = 0; i < symbols.Length; i++)
        {
            symbols[i] = (byte)(bytes[i] ^ 0x80);
            zeros += bytes[i] == 0 ? 1 : 0;
        }

        return new SymbolStream { Symbols = symbols, Alphabet = 256, Zero = 0x80, Zeros = zeros, Keys = [], K = 0, Planes = false };
    }

    private static SymbolStream InPlanes(ReadOnlySpan<byte> bytes)
    {
        byte[] symbols = new byte[bytes.Length];
        int length = bytes.Length / 4;
        for (int i = 0; i < symbols.Length; i++)
            symbols[((i % 4) * length) + (i / 4)] = bytes[i];
        return new SymbolStream { Symbols = symbols, Alphabet = 256, Zero = 0, Zeros = 0, Keys = [], K = 0, Planes = true };
    }

    private static int CodebookCost(uint[] keys, int k)
    {
        long bits = 0, before = -1;
        foreach (uint key in keys)
        {
            long high = (key - before) >> k;
            if (high + 1 > int.MaxValue)
                return int.MaxValue;
            bits += BitWriter.GammaBits((int)high + 1) + k;
            before = key;
        }

        return (int)bits;
    }
}
