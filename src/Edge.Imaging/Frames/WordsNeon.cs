using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Imaging.Frames;

/// <summary>Eight words.</summary>
internal readonly unsafe struct WordsNeon(Vector128<short> value) : IWords<WordsNeon>
{
    private readonly Vector128<short> _value = value;

    public static int Count => Vector128<short>.Count;

    public static WordsNeon Zero => new(Vector128<short>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsNeon Load(short* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(WordsNeon value, short* destination) => value._value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsNeon Broadcast(short value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsNeon BroadcastPair(int pair) => new(Vector128.Create(pair).AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsNeon operator +(WordsNeon a, WordsNeon b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsNeon MultiplyRounded(WordsNeon a, WordsNeon b) =>
        new(AdvSimd.MultiplyRoundedDoublingSaturateHigh(a._value, b._value));

    /// <summary>A byte in the upper half of a word is 256 times its value; the sign bit turned takes 128 · 256 away.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadSamples(byte* source, out WordsNeon even, out WordsNeon odd)
    {
        Vector128<ushort> pairs = (Vector128.Load(source) ^ Vector128.Create((byte)0x80)).AsUInt16();
        even = new((pairs << 8).AsInt16());
        odd = new((pairs & Vector128.Create((ushort)0xFF00)).AsInt16());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInTurn(WordsNeon even, WordsNeon odd, short* destination)
    {
        AdvSimd.Arm64.ZipLow(even._value, odd._value).Store(destination);
        AdvSimd.Arm64.ZipHigh(even._value, odd._value).Store(destination + Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreApart(WordsNeon pairs, short* even, short* odd)
    {
        Vector128<int> words = pairs._value.AsInt32();
        AdvSimd.ExtractNarrowingLower(words).Store(even);
        AdvSimd.ShiftRightLogicalNarrowingLower(words, 16).Store(odd);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTriples(short* source, out WordsNeon first, out WordsNeon second, out WordsNeon third)
    {
        (Vector128<short> a, Vector128<short> b, Vector128<short> c) = AdvSimd.Arm64.Load3xVector128AndUnzip(source);
        (first, second, third) = (new(a), new(b), new(c));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLevels(WordsNeon value, sbyte* destination) =>
        AdvSimd.ShiftRightArithmeticNarrowingSaturateLower(value._value, FrameConversion.LevelBits).Store(destination);
}
