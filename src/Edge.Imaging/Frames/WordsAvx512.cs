using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Edge.Imaging.Frames;

/// <summary>32 words.</summary>
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx512 operator +(WordsAvx512 a, WordsAvx512 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsAvx512 MultiplyRounded(WordsAvx512 a, WordsAvx512 b) =>
        new(Avx512BW.MultiplyHighRoundScale(a._value, b._value));

    /// <summary>A byte in the upper half of a word is 256 times its value; the sign bit turned takes 128 · 256 away.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadSamples(byte* source, out WordsAvx512 even, out WordsAvx512 odd)
    {
        Vector512<ushort> pairs = Vector512.Load((ushort*)source), sign = Vector512.Create((ushort)0x8000);
        even = new(((pairs << 8) ^ sign).AsInt16());
        odd = new(((pairs & Vector512.Create((ushort)0xFF00)) ^ sign).AsInt16());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInTurn(WordsAvx512 even, WordsAvx512 odd, short* destination)
    {
        Avx512BW.PermuteVar32x16x2(even._value, Vector512.Create(
            0, 32, 1, 33, 2, 34, 3, 35, 4, 36, 5, 37, 6, 38, 7, 39,
            8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47), odd._value).Store(destination);
        Avx512BW.PermuteVar32x16x2(even._value, Vector512.Create(
            16, 48, 17, 49, 18, 50, 19, 51, 20, 52, 21, 53, 22, 54, 23, 55,
            24, 56, 25, 57, 26, 58, 27, 59, 28, 60, 29, 61, 30, 62, 31, 63), odd._value).Store(destination + Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreApart(WordsAvx512 pairs, short* even, short* odd)
    {
        Vector512<int> words = pairs._value.AsInt32();
        Avx512F.ConvertToVector256Int16(words).Store(even);
        Avx512F.ConvertToVector256Int16(words >> 16).Store(odd);
    }

    /// <summary>Each channel first from the first two registers, then the rest from the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTriples(short* source, out WordsAvx512 first, out WordsAvx512 second, out WordsAvx512 third)
    {
        Vector512<short> a = Vector512.Load(source), b = Vector512.Load(source + Count), c = Vector512.Load(source + (2 * Count));
        Vector512<short> ab = Avx512BW.PermuteVar32x16x2(a, Vector512.Create(
            0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42, 45,
            48, 51, 54, 57, 60, 63, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), b);
        first = new(Avx512BW.PermuteVar32x16x2(ab, Vector512.Create(
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
            16, 17, 18, 19, 20, 21, 34, 37, 40, 43, 46, 49, 52, 55, 58, 61), c));
        ab = Avx512BW.PermuteVar32x16x2(a, Vector512.Create(
            1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 34, 37, 40, 43, 46,
            49, 52, 55, 58, 61, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), b);
        second = new(Avx512BW.PermuteVar32x16x2(ab, Vector512.Create(
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
            16, 17, 18, 19, 20, 32, 35, 38, 41, 44, 47, 50, 53, 56, 59, 62), c));
        ab = Avx512BW.PermuteVar32x16x2(a, Vector512.Create(
            2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 32, 35, 38, 41, 44, 47,
            50, 53, 56, 59, 62, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), b);
        third = new(Avx512BW.PermuteVar32x16x2(ab, Vector512.Create(
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
            16, 17, 18, 19, 20, 33, 36, 39, 42, 45, 48, 51, 54, 57, 60, 63), c));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLevels(WordsAvx512 value, sbyte* destination) =>
        Avx512BW.ConvertToVector256SByteWithSaturation(value._value >> FrameConversion.LevelBits).Store(destination);
}
