using System.Runtime.InteropServices;
using Edge.Camera.Capture;

namespace Edge.Camera.Sources.Streams;

/// <summary>
/// The buffers of a source that fills them itself. They grow as frames need it, up to a bound, and are used again.
/// </summary>
internal sealed unsafe class FramePool : IDisposable
{
    private const int Buffers = 4;

    /// <summary>Uncompressed frames of the largest sensors fit.</summary>
    private const long MaxBytes = 256 << 20;

    private readonly CapturedFrame[] _frames = new CapturedFrame[Buffers];
    private readonly long[] _capacities = new long[Buffers];
    private readonly bool[] _free = new bool[Buffers];
    private readonly object _gate = new();

    public FramePool()
    {
        for (int i = 0; i < Buffers; i++)
            (_frames[i], _free[i]) = (new CapturedFrame(i), true);
    }

    /// <summary>A buffer that nobody looks at; null when all are looked at.</summary>
    public CapturedFrame? Take()
    {
        lock (_gate)
        {
            int i = Array.IndexOf(_free, true);
            if (i < 0)
                return null;
            _free[i] = false;
            _frames[i].Length = 0;
            return _frames[i];
        }
    }

    public void Return(CapturedFrame frame)
    {
        lock (_gate)
            _free[frame.Index] = true;
    }

    /// <summary>Makes room for so many bytes in all; what is in the frame stays.</summary>
    /// <exception cref="SourceException">More than any frame has.</exception>
    public void Reserve(CapturedFrame frame, long bytes)
    {
        if (bytes <= _capacities[frame.Index])
            return;
        if (bytes > MaxBytes)
            throw new SourceException($"a frame of {bytes} bytes is larger than any that can be used");
        long capacity = Math.Max(bytes, Math.Min(_capacities[frame.Index] * 2, MaxBytes));
        frame.Data = (byte*)NativeMemory.Realloc(frame.Data, (nuint)capacity);
        _capacities[frame.Index] = capacity;
    }

    /// <summary>Adds bytes behind those that are in the frame.</summary>
    public void Append(CapturedFrame frame, ReadOnlySpan<byte> bytes)
    {
        Reserve(frame, frame.Length + bytes.Length);
        bytes.CopyTo(new Span<byte>(frame.Data + frame.Length, bytes.Length));
        frame.Length += bytes.Length;
    }

    public void Dispose()
    {
        foreach (CapturedFrame frame in _frames)
        {
            NativeMemory.Free(frame.Data);
            frame.Data = null;
        }

        Array.Clear(_capacities);
    }
}
