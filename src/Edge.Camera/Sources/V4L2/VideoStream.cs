using System.Runtime.InteropServices;
using Edge.Camera.Linux;

namespace Edge.Camera.Sources.V4L2;

/// <summary>A buffer that the driver has filled. Nothing in it is to be trusted but the address and the capacity.</summary>
/// <param name="Index">Of the buffer.</param>
/// <param name="Flags">V4L2_BUF_FLAG_….</param>
/// <param name="Sequence">The driver's count of frames.</param>
/// <param name="Offset">Where the picture begins, bytes.</param>
/// <param name="BytesUsed">From the buffer's first byte on, as the driver says.</param>
/// <param name="Seconds">Of its timestamp.</param>
/// <param name="Microseconds">Of its timestamp.</param>
internal readonly record struct FilledBuffer(
    int Index, uint Flags, uint Sequence, uint Offset, uint BytesUsed, long Seconds, long Microseconds);

/// <summary>
/// The mapped buffers of a device and their way to the driver and back. Single-planar, or multi-planar with one plane.
/// </summary>
internal sealed unsafe class VideoStream : IDisposable
{
    private const uint Asked = 4;

    /// <summary>v4l2loopback gives two unless it is told otherwise.</summary>
    private const int Least = 2;

    private readonly VideoDevice _device;
    private readonly List<(nint Address, uint Length)> _maps = [];
    private readonly int[] _waiting;
    private bool _on;

    /// <summary>Takes buffers from the driver, gives them all to it, and starts the stream.</summary>
    /// <exception cref="SourceException">The driver refuses.</exception>
    public VideoStream(VideoDevice device)
    {
        _device = device;
        var request = new V4l2RequestBuffers { Count = Asked, Type = device.Type, Memory = V4l2.MemoryMap };
        device.Demand(V4l2.RequestBuffers, ref request, "can't reserve buffers");
        if (request.Count < Least)
            throw new SourceException($"{device.Path}: the driver gives {request.Count} buffers where {Least} are needed");
        _waiting = new int[request.Count];
        try
        {
            for (uint i = 0; i < request.Count; i++)
                Map(i);
            for (int i = 0; i < Count; i++)
            {
                if (TryQueue(i) is int error and not 0)
                    throw VideoErrors.Because(device.Path, "can't give a buffer to the driver", error);
            }

            var type = (int)device.Type;
            device.Demand(V4l2.StreamOn, ref type, "can't start the stream");
            _on = true;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int Count => _maps.Count;

    public byte* Address(int index) => (byte*)_maps[index].Address;

    /// <summary>Bytes of a buffer.</summary>
    public uint Capacity(int index) => _maps[index].Length;

    /// <summary>Waits for a filled buffer, an event or an error.</summary>
    /// <param name="milliseconds">At most.</param>
    /// <returns>poll(2)'s flags; 0 when nothing happened.</returns>
    public short Wait(int milliseconds)
    {
        var entry = new PollEntry { File = _device.File, Events = LibC.PollIn | LibC.PollPriority };
        return LibC.Poll(&entry, 1, milliseconds) > 0 ? entry.Happened : (short)0;
    }

    /// <returns>0, or errno; <see cref="Errno.TryAgain"/> when none is filled.</returns>
    public int TryDequeue(out FilledBuffer filled)
    {
        V4l2Plane plane = default;
        V4l2Buffer buffer = Header(0, &plane);
        filled = default;
        if (_device.Call(V4l2.Dequeue, ref buffer) is int error and not 0)
            return error;
        if (buffer.Index >= (uint)Count)
            return Errno.InputOutput;
        (uint offset, uint used) = _device.IsMultiPlanar ? (plane.DataOffset, plane.BytesUsed) : (0, buffer.BytesUsed);
        filled = new FilledBuffer(
            (int)buffer.Index, buffer.Flags, buffer.Sequence, offset, used, buffer.Seconds, buffer.Microseconds);
        return 0;
    }

    /// <summary>
    /// Gives a buffer back to the driver, from any thread. When the driver refuses, <see cref="QueueRefused"/> tries again.
    /// </summary>
    public void Queue(int index)
    {
        if (TryQueue(index) != 0)
            Volatile.Write(ref _waiting[index], 1);
    }

    /// <summary>Tries the buffers again that the driver did not want back.</summary>
    /// <returns>0, or errno of the first that is refused again.</returns>
    public int QueueRefused()
    {
        for (int i = 0; i < _waiting.Length; i++)
        {
            if (Interlocked.Exchange(ref _waiting[i], 0) != 0 && TryQueue(i) is int error and not 0)
                return error;
        }

        return 0;
    }

    public void Dispose()
    {
        if (_on)
        {
            var type = (int)_device.Type;
            _ = _device.Call(V4l2.StreamOff, ref type);
            _on = false;
        }

        foreach ((nint address, uint length) in _maps)
            _ = LibC.Unmap((void*)address, length);
        _maps.Clear();
    }

    private void Map(uint index)
    {
        V4l2Plane plane = default;
        V4l2Buffer buffer = Header(index, &plane);
        _device.Demand(V4l2.QueryBuffer, ref buffer, "can't ask for a buffer");
        (uint offset, uint length) = _device.IsMultiPlanar ? (plane.Offset, plane.Length) : (buffer.Offset, buffer.Length);
        void* address = LibC.Map(
            null, length, LibC.ProtectRead | LibC.ProtectWrite, LibC.MapShared, _device.File, (nint)offset);
        if (address == LibC.MapFailed)
            throw VideoErrors.Because(_device.Path, "can't map a buffer", Marshal.GetLastPInvokeError());
        _maps.Add(((nint)address, length));
    }

    private int TryQueue(int index)
    {
        V4l2Plane plane = default;
        V4l2Buffer buffer = Header((uint)index, &plane);
        return _device.Call(V4l2.Queue, ref buffer);
    }

    private V4l2Buffer Header(uint index, V4l2Plane* plane)
    {
        var buffer = new V4l2Buffer { Index = index, Type = _device.Type, Memory = V4l2.MemoryMap };
        if (_device.IsMultiPlanar)
        {
            buffer.Planes = plane;
            buffer.Length = 1;
        }

        return buffer;
    }
}
