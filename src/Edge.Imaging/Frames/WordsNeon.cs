using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Edge.Imaging.Frames;

/// <summary>Eight columns.</summary>
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

    public static WordsNeon Factor(short coefficient) => Broadcast(coefficient);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsNeon operator +(WordsNeon a, WordsNeon b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsNeon MultiplyFloor(WordsNeon a, WordsNeon factor) =>
        new(AdvSimd.MultiplyDoublingSaturateHigh(a._value, factor._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsNeon MultiplyRounded(WordsNeon a, WordsNeon b) =>
        new(AdvSimd.MultiplyRoundedDoublingSaturateHigh(a._value, b._value));

    /// <summary>A shift by 3 that saturates, then the low byte away.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Clamp(ref WordsNeon x, ref WordsNeon y, ref WordsNeon z)
    {
        x = Clamp(x._value);
        y = Clamp(y._value);
        z = Clamp(z._value);

        static WordsNeon Clamp(Vector128<short> value) =>
            new(AdvSimd.ShiftLeftLogicalSaturate(value, 3) & Vector128.Create(unchecked((short)0xFF00)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsNeon LoadSingles(byte* source) => Centre(Vector64.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WordsNeon LoadDoubles(byte* source)
    {
        Vector64<byte> bytes = Vector64.CreateScalarUnsafe(*(uint*)source).AsByte();
        return Centre(AdvSimd.Arm64.ZipLow(bytes, bytes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadPairs(byte* source, out WordsNeon first, out WordsNeon second)
    {
        Vector64<byte> bytes = Vector64.Load(source);
        first = Centre(AdvSimd.Arm64.TransposeEven(bytes, bytes));
        second = Centre(AdvSimd.Arm64.TransposeOdd(bytes, bytes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadYuyv(byte* source, out WordsNeon y, out WordsNeon u, out WordsNeon v)
    {
        (Vector64<byte> luma, Vector64<byte> chroma) = AdvSimd.Load2xVector64AndUnzip(source);
        y = Centre(luma);
        u = Centre(AdvSimd.Arm64.TransposeEven(chroma, chroma));
        v = Centre(AdvSimd.Arm64.TransposeOdd(chroma, chroma));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadUyvy(byte* source, out WordsNeon y, out WordsNeon u, out WordsNeon v)
    {
        (Vector64<byte> chroma, Vector64<byte> luma) = AdvSimd.Load2xVector64AndUnzip(source);
        y = Centre(luma);
        u = Centre(AdvSimd.Arm64.TransposeEven(chroma, chroma));
        v = Centre(AdvSimd.Arm64.TransposeOdd(chroma, chroma));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadTriples(byte* source, out WordsNeon first, out WordsNeon second, out WordsNeon third)
    {
        (Vector64<byte> a, Vector64<byte> b, Vector64<byte> c) = AdvSimd.Load3xVector64AndUnzip(source);
        first = Centre(a);
        second = Centre(b);
        third = Centre(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static WordsNeon Centre(Vector64<byte> bytes) => new(AdvSimd.Arm64.ZipLow(
        Vector128<byte>.Zero, (bytes ^ Vector64.Create((byte)0x80)).ToVector128Unsafe()).AsInt16());
}
