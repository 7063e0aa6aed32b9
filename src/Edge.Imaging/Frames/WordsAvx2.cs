using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Imaging.Frames;

/// <summary>Sixteen columns. Bytes are shuffled within 128-bit lanes, so each lane gets those of its own eight columns.</summary>
internal readonly unsafe struct WordsAvx2(Vector256<short> value) : IWords<WordsAvx2>
{
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

    public static WordsAvx2 Factor(short coefficient) => Broadcast((short)(2 * coefficient));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx2 operator +(WordsAvx2 a, WordsAvx2 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx2 MultiplyFloor(WordsAvx2 a, WordsAvx2 factor) => new(Avx2.MultiplyHigh(a._value, factor._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx2 MultiplyRounded(WordsAvx2 a, WordsAvx2 b) => new(Avx2.MultiplyHighRoundScale(a._value, b._value));

    /// <summary>Packing saturates; unpacking puts each byte above a zero byte, and undoes the order that packing made.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Clamp(ref WordsAvx2 x, ref WordsAvx2 y, ref WordsAvx2 z)
    {
        Vector256<sbyte> xy = Avx2.PackSignedSaturate(x._value >> 5, y._value >> 5);
        Vector256<short> level = z._value >> 5;
        Vector256<sbyte> zz = Avx2.PackSignedSaturate(level, level);
        x = new(Avx2.UnpackLow(Vector256<sbyte>.Zero, xy).AsInt16());
        y = new(Avx2.UnpackHigh(Vector256<sbyte>.Zero, xy).AsInt16());
        z = new(Avx2.UnpackLow(Vector256<sbyte>.Zero, zz).AsInt16());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx2 LoadSingles(byte* source) => Pick(
        Centre(Avx2.BroadcastVector128ToVector256(source)),
        Vector256.Create(
            255, 0, 255, 1, 255, 2, 255, 3, 255, 4, 255, 5, 255, 6, 255, 7,
            255, 8, 255, 9, 255, 10, 255, 11, 255, 12, 255, 13, 255, 14, 255, 15));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx2 LoadDoubles(byte* source) => Pick(
        Centre(Avx2.BroadcastScalarToVector256((ulong*)source).AsByte()),
        Vector256.Create(
            255, 0, 255, 0, 255, 1, 255, 1, 255, 2, 255, 2, 255, 3, 255, 3,
            255, 4, 255, 4, 255, 5, 255, 5, 255, 6, 255, 6, 255, 7, 255, 7));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadPairs(byte* source, out WordsAvx2 first, out WordsAvx2 second)
    {
        Vector256<byte> bytes = Centre(Avx2.BroadcastVector128ToVector256(source));
        first = Pick(bytes, Vector256.Create(
            255, 0, 255, 0, 255, 2, 255, 2, 255, 4, 255, 4, 255, 6, 255, 6,
            255, 8, 255, 8, 255, 10, 255, 10, 255, 12, 255, 12, 255, 14, 255, 14));
        second = Pick(bytes, Vector256.Create(
            255, 1, 255, 1, 255, 3, 255, 3, 255, 5, 255, 5, 255, 7, 255, 7,
            255, 9, 255, 9, 255, 11, 255, 11, 255, 13, 255, 13, 255, 15, 255, 15));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadYuyv(byte* source, out WordsAvx2 y, out WordsAvx2 u, out WordsAvx2 v)
    {
        Vector256<byte> bytes = Centre(Vector256.Load(source));
        y = Pick(bytes, Evens);
        u = Pick(bytes, Twice(1, 5, 9, 13));
        v = Pick(bytes, Twice(3, 7, 11, 15));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadUyvy(byte* source, out WordsAvx2 y, out WordsAvx2 u, out WordsAvx2 v)
    {
        Vector256<byte> bytes = Centre(Vector256.Load(source));
        y = Pick(bytes, Odds);
        u = Pick(bytes, Twice(0, 4, 8, 12));
        v = Pick(bytes, Twice(2, 6, 10, 14));
    }

    /// <summary>Eight columns have 24 bytes: low holds the first 16 of each lane, high the last 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTriples(byte* source, out WordsAvx2 first, out WordsAvx2 second, out WordsAvx2 third)
    {
        Vector256<byte> low = Centre(Vector256.Create(Vector128.Load(source), Vector128.Load(source + 24)));
        Vector256<byte> high = Centre(Vector256.Create(Vector128.Load(source + 8), Vector128.Load(source + 32)));
        first = Pick(low, high, Lanes(0, 3, 6, 9, 12, 15, 255, 255), Lanes(255, 255, 255, 255, 255, 255, 10, 13));
        second = Pick(low, high, Lanes(1, 4, 7, 10, 13, 255, 255, 255), Lanes(255, 255, 255, 255, 255, 8, 11, 14));
        third = Pick(low, high, Lanes(2, 5, 8, 11, 14, 255, 255, 255), Lanes(255, 255, 255, 255, 255, 9, 12, 15));
    }

    private static Vector256<byte> Evens => Lanes(0, 2, 4, 6, 8, 10, 12, 14);

    private static Vector256<byte> Odds => Lanes(1, 3, 5, 7, 9, 11, 13, 15);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Twice(byte a, byte b, byte c, byte d) => Lanes(a, a, b, b, c, c, d, d);

    /// <summary>Each byte less 128. It is then put above a zero byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Centre(Vector256<byte> bytes) => bytes ^ Vector256.Create((byte)0x80);

    /// <summary>For each of a lane's columns the byte to take, 255 for none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Lanes(byte a, byte b, byte c, byte d, byte e, byte f, byte g, byte h) => Vector256.Create(
        255, a, 255, b, 255, c, 255, d, 255, e, 255, f, 255, g, 255, h,
        255, a, 255, b, 255, c, 255, d, 255, e, 255, f, 255, g, 255, h);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static WordsAvx2 Pick(Vector256<byte> bytes, Vector256<byte> control) =>
        new(Avx2.Shuffle(bytes, control).AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static WordsAvx2 Pick(
        Vector256<byte> low, Vector256<byte> high, Vector256<byte> lowControl, Vector256<byte> highControl) =>
        new((Avx2.Shuffle(low, lowControl) | Avx2.Shuffle(high, highControl)).AsInt16());
}
