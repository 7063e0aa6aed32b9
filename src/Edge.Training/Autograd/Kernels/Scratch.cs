using System.Numerics;

namespace Edge.Training.Autograd.Kernels;

/// <summary>
/// Buffers of one thread that all kernels share, so that they stay in its cache. What one call of a kernel left there is lost
/// with the next call.
/// </summary>
internal sealed unsafe class Scratch<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Alignment = 64;

    [ThreadStatic]
    private static Scratch<T>? _current;

    private readonly byte[][] _buffers = new byte[Enum.GetValues<ScratchUse>().Length][];

    public static Scratch<T> Current => _current ??= new Scratch<T>();

    /// <summary>A buffer for this use, of any content, aligned to a cache line. It stays where it is until it is asked for
    /// with a greater length.</summary>
    public T* Elements(ScratchUse use, long count) => (T*)Bytes(use, count * sizeof(T));

    /// <inheritdoc cref="Elements"/>
    public T** Addresses(ScratchUse use, long count) => (T**)Bytes(use, count * sizeof(T*));

    private byte* Bytes(ScratchUse use, long count)
    {
        ref byte[] buffer = ref _buffers[(int)use];
        if (buffer is null || buffer.Length < count + Alignment)
            buffer = GC.AllocateUninitializedArray<byte>(checked((int)count + Alignment), pinned: true);
        fixed (byte* start = buffer)
            return (byte*)(((nint)start + Alignment - 1) & -Alignment);
    }
}

/// <summary>What a buffer holds.</summary>
internal enum ScratchUse
{
    /// <summary>Addresses of input pixels.</summary>
    Inputs,

    /// <summary>Addresses of output pixels.</summary>
    Outputs,

    /// <summary>A tile that overhangs the matrix.</summary>
    Edge,

    /// <summary>The pixel that stands for all those beside the image.</summary>
    Zeros,

    /// <summary>A block of the left operand, packed.</summary>
    Left,

    /// <summary>A block of the right operand, packed.</summary>
    Right,

    /// <summary>Sums of one worker.</summary>
    Sums,

    /// <summary>Packed weights, of the calling thread.</summary>
    Weights,

    /// <summary>A padded image.</summary>
    Image,
}
