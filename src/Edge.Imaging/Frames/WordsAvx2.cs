using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Imaging.Frames;

/// <summary>Sixteen words, eight in each 128-bit lane.</summary>
internal readonly unsafe struct WordsAvx2(Vector256<short> value) : IWords<WordsAvx2>
{
    private const int Lane = 8;

    private readonly Vector256<short> _value = value;

    public static int Count => Vector256<short>.Count;

    public static WordsAvx2 Zero => new(Vector256<short>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx2 Load(short* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(WordsAvx2 value, short* destination) => value._value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx2 Broadcast(short value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx2 BroadcastPair(int pair) => new(Vector256.Create(pair).AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx2 operator +(WordsAvx2 a, WordsAvx2 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx2 MultiplyRounded(WordsAvx2 a, WordsAvx2 b) => new(Avx2.MultiplyHighRoundScale(a._value, b._value));

    /// <summary>A byte in the upper half of a word is 256 times its value; the sign bit turned takes 128 · 256 away.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadSamples(byte* source, out WordsAvx2 even, out WordsAvx2 odd)
    {
        Vector256<ushort> pairs = Vector256.Load((ushort*)source), sign = Vector256.Create((ushort)0x8000);
        even = new(((pairs << 8) ^ sign).AsInt16());
        odd = new(((pairs & Vector256.Create((ushort)0xFF00)) ^ sign).AsInt16());
    }

    /// <summary>Unpacking pairs words within lanes: low holds the first and the third quarter of the result.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInTurn(WordsAvx2 even, WordsAvx2 odd, short* destination)
    {
        Vector256<short> low = Avx2.UnpackLow(even._value, odd._value), high = Avx2.UnpackHigh(even._value, odd._value);
        low.GetLower().Store(destination);
        high.GetLower().Store(destination + Lane);
        low.GetUpper().Store(destination + (2 * Lane));
        high.GetUpper().Store(destination + (3 * Lane));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreApart(WordsAvx2 pairs, short* even, short* odd)
    {
        Vector256<byte> halves = Avx2.Shuffle(pairs._value.AsByte(), Lanes(0, 2, 4, 6, 1, 3, 5, 7));
        Vector256<short> words = Avx2.Permute4x64(halves.AsInt64(), 0b11_01_10_00).AsInt16();
        words.GetLower().Store(even);
        words.GetUpper().Store(odd);
    }

    /// <summary>Eight triples are three times eight words; each lane takes its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTriples(short* source, out WordsAvx2 first, out WordsAvx2 second, out WordsAvx2 third)
    {
        Vector256<byte> a = Every24(source), b = Every24(source + Lane), c = Every24(source + (2 * Lane));
        first = Pick(
            a, Lanes(0, 3, 6, None, None, None, None, None), b, Lanes(None, None, None, 1, 4, 7, None, None),
            c, Lanes(None, None, None, None, None, None, 2, 5));
        second = Pick(
            a, Lanes(1, 4, 7, None, None, None, None, None), b, Lanes(None, None, None, 2, 5, None, None, None),
            c, Lanes(None, None, None, None, None, 0, 3, 6));
        third = Pick(
            a, Lanes(2, 5, None, None, None, None, None, None), b, Lanes(None, None, 0, 3, 6, None, None, None),
            c, Lanes(None, None, None, None, None, 1, 4, 7));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLevels(WordsAvx2 value, sbyte* destination)
    {
        Vector256<short> levels = value._value >> FrameConversion.LevelBits;
        Sse2.PackSignedSaturate(levels.GetLower(), levels.GetUpper()).Store(destination);
    }

    private const byte None = 64;

    /// <summary>Eight words from the source, and eight from 24 words behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Every24(short* source) =>
        Vector256.Create(Vector128.Load(source), Vector128.Load(source + (3 * Lane))).AsByte();

    /// <summary>Which word of its lane each word is, as a byte shuffle; a byte with its top bit set gives 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Lanes(byte a, byte b, byte c, byte d, byte e, byte f, byte g, byte h)
    {
        Vector128<byte> bytes = Vector128.Create(
            Low(a), High(a), Low(b), High(b), Low(c), High(c), Low(d), High(d),
            Low(e), High(e), Low(f), High(f), Low(g), High(g), Low(h), High(h));
        return Vector256.Create(bytes, bytes);

        static byte Low(byte word) => (byte)(2 * word);

        static byte High(byte word) => (byte)((2 * word) + 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static WordsAvx2 Pick(
        Vector256<byte> a, Vector256<byte> placesInA, Vector256<byte> b, Vector256<byte> placesInB, Vector256<byte> c,
        Vector256<byte> placesInC) =>
        new((Avx2.Shuffle(a, placesInA) | Avx2.Shuffle(b, placesInB) | Avx2.Shuffle(c, placesInC)).AsInt16());
}
