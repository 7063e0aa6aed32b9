using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Edge.Runtime.Kernels.Lanes;

/// <summary>A register of int8 values: what kernels that only compare are written in once for every width.</summary>
internal unsafe interface IByteLanes<TSelf>
    where TSelf : struct, IByteLanes<TSelf>
{
    /// <summary>Values of a register.</summary>
    static abstract int Count { get; }

    static abstract TSelf Broadcast(int value);

    static abstract TSelf Load(sbyte* source);

    static abstract TSelf Max(TSelf a, TSelf b);

    static abstract TSelf Min(TSelf a, TSelf b);

    static abstract void Store(TSelf value, sbyte* destination);
}

/// <summary>Sixteen values: NEON, and x86 where there are fewer than 32 channels.</summary>
internal readonly unsafe struct ByteLanes16(Vector128<sbyte> value) : IByteLanes<ByteLanes16>
{
    private readonly Vector128<sbyte> _value = value;

    public static int Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteLanes16 Broadcast(int value) => new(Vector128.Create((sbyte)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteLanes16 Load(sbyte* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteLanes16 Max(ByteLanes16 a, ByteLanes16 b) => new(Vector128.Max(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteLanes16 Min(ByteLanes16 a, ByteLanes16 b) => new(Vector128.Min(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ByteLanes16 value, sbyte* destination) => value._value.Store(destination);
}

/// <summary>Thirty-two values: AVX2.</summary>
internal readonly unsafe struct ByteLanes32(Vector256<sbyte> value) : IByteLanes<ByteLanes32>
{
    private readonly Vector256<sbyte> _value = value;

    public static int Count => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteLanes32 Broadcast(int value) => new(Vector256.Create((sbyte)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteLanes32 Load(sbyte* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteLanes32 Max(ByteLanes32 a, ByteLanes32 b) => new(Vector256.Max(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteLanes32 Min(ByteLanes32 a, ByteLanes32 b) => new(Vector256.Min(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ByteLanes32 value, sbyte* destination) => value._value.Store(destination);
}
