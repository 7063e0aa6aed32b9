using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Imaging.Frames;

/// <summary>32 columns. Bytes are shuffled within 128-bit lanes, so each lane gets those of its own eight columns.</summary>
internal readonly unsafe struct WordsAvx512(Vector512<short> value) : IWords<WordsAvx512>
{
    private readonly Vector512<short> _value = value;

    public static bool IsSupported => Avx512BW.IsSupported;

    public static int Count => Vector512<short>.Count;

    public static WordsAvx512 Zero => new(Vector512<short>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx512 Load(short* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(WordsAvx512 value, short* destination) => value._value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx512 Broadcast(short value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx512 BroadcastPair(int pair) => new(Vector512.Create(pair).AsInt16());

    public static WordsAvx512 Factor(short coefficient) => Broadcast((short)(2 * coefficient));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx512 operator +(WordsAvx512 a, WordsAvx512 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx512 MultiplyFloor(WordsAvx512 a, WordsAvx512 factor) =>
        new(Avx512BW.MultiplyHigh(a._value, factor._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx512 MultiplyRounded(WordsAvx512 a, WordsAvx512 b) =>
        new(Avx512BW.MultiplyHighRoundScale(a._value, b._value));

    /// <summary>Packing saturates; unpacking puts each byte above a zero byte, and undoes the order that packing made.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Clamp(ref WordsAvx512 x, ref WordsAvx512 y, ref WordsAvx512 z)
    {
        Vector512<sbyte> xy = Avx512BW.PackSignedSaturate(x._value >> 5, y._value >> 5);
        Vector512<short> level = z._value >> 5;
        Vector512<sbyte> zz = Avx512BW.PackSignedSaturate(level, level);
        x = new(Avx512BW.UnpackLow(Vector512<sbyte>.Zero, xy).AsInt16());
        y = new(Avx512BW.UnpackHigh(Vector512<sbyte>.Zero, xy).AsInt16());
        z = new(Avx512BW.UnpackLow(Vector512<sbyte>.Zero, zz).AsInt16());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx512 LoadSingles(byte* source) =>
        new(Avx512BW.ConvertToVector512Int16(Vector256.Load(source) ^ Vector256.Create((byte)0x80)) << 8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx512 LoadDoubles(byte* source) => Pick(
        Centre(Avx512F.BroadcastVector128ToVector512((int*)source).AsByte()),
        Vector512.Create(
            255, 0, 255, 0, 255, 1, 255, 1, 255, 2, 255, 2, 255, 3, 255, 3,
            255, 4, 255, 4, 255, 5, 255, 5, 255, 6, 255, 6, 255, 7, 255, 7,
            255, 8, 255, 8, 255, 9, 255, 9, 255, 10, 255, 10, 255, 11, 255, 11,
            255, 12, 255, 12, 255, 13, 255, 13, 255, 14, 255, 14, 255, 15, 255, 15));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadPairs(byte* source, out WordsAvx512 first, out WordsAvx512 second)
    {
        Vector512<byte> bytes = Spread(Vector256.Load(source));
        first = Pick(bytes, Lanes(0, 0, 2, 2, 4, 4, 6, 6));
        second = Pick(bytes, Lanes(1, 1, 3, 3, 5, 5, 7, 7));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadYuyv(byte* source, out WordsAvx512 y, out WordsAvx512 u, out WordsAvx512 v)
    {
        Vector512<byte> bytes = Centre(Vector512.Load(source));
        y = Pick(bytes, Lanes(0, 2, 4, 6, 8, 10, 12, 14));
        u = Pick(bytes, Lanes(1, 1, 5, 5, 9, 9, 13, 13));
        v = Pick(bytes, Lanes(3, 3, 7, 7, 11, 11, 15, 15));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadUyvy(byte* source, out WordsAvx512 y, out WordsAvx512 u, out WordsAvx512 v)
    {
        Vector512<byte> bytes = Centre(Vector512.Load(source));
        y = Pick(bytes, Lanes(1, 3, 5, 7, 9, 11, 13, 15));
        u = Pick(bytes, Lanes(0, 0, 4, 4, 8, 8, 12, 12));
        v = Pick(bytes, Lanes(2, 2, 6, 6, 10, 10, 14, 14));
    }

    /// <summary>Eight columns have 24 bytes: low holds the first 16 of each lane, high the last 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTriples(byte* source, out WordsAvx512 first, out WordsAvx512 second, out WordsAvx512 third)
    {
        Vector512<byte> low = Centre(Every24(source)), high = Centre(Every24(source + 8));
        first = Pick(low, high, Lanes(0, 3, 6, 9, 12, 15, 255, 255), Lanes(255, 255, 255, 255, 255, 255, 10, 13));
        second = Pick(low, high, Lanes(1, 4, 7, 10, 13, 255, 255, 255), Lanes(255, 255, 255, 255, 255, 8, 11, 14));
        third = Pick(low, high, Lanes(2, 5, 8, 11, 14, 255, 255, 255), Lanes(255, 255, 255, 255, 255, 9, 12, 15));
    }

    /// <summary>Each byte less 128. It is then put above a zero byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Centre(Vector512<byte> bytes) => bytes ^ Vector512.Create((byte)0x80);

    /// <summary>Eight bytes into the lower half of each lane, less 128.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Spread(Vector256<byte> bytes) => Centre(Avx512F.PermuteVar8x64(
        bytes.ToVector512Unsafe().AsUInt64(), Vector512.Create(0UL, 0, 1, 1, 2, 2, 3, 3)).AsByte());

    /// <summary>Sixteen bytes from every 24th on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Every24(byte* source) => Vector512.Create(
        Vector256.Create(Vector128.Load(source), Vector128.Load(source + 24)),
        Vector256.Create(Vector128.Load(source + 48), Vector128.Load(source + 72)));

    /// <summary>For each of a lane's columns the byte to take, 255 for none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Lanes(byte a, byte b, byte c, byte d, byte e, byte f, byte g, byte h) => Vector512.Create(
        255, a, 255, b, 255, c, 255, d, 255, e, 255, f, 255, g, 255, h,
        255, a, 255, b, 255, c, 255, d, 255, e, 255, f, 255, g, 255, h,
        255, a, 255, b, 255, c, 255, d, 255, e, 255, f, 255, g, 255, h,
        255, a, 255, b, 255, c, 255, d, 255, e, 255, f, 255, g, 255, h);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static WordsAvx512 Pick(Vector512<byte> bytes, Vector512<byte> control) =>
        new(Avx512BW.Shuffle(bytes, control).AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static WordsAvx512 Pick(
        Vector512<byte> low, Vector512<byte> high, Vector512<byte> lowControl, Vector512<byte> highControl) =>
        new((Avx512BW.Shuffle(low, lowControl) | Avx512BW.Shuffle(high, highControl)).AsInt16());
}
