namespace Edge.Imaging.Frames;

/// <summary>One plane of a frame, not owned.</summary>
/// <param name="data">First row.</param>
/// <param name="length">Bytes that may be read from <paramref name="data"/> on.</param>
/// <param name="stride">Bytes from one row to the next; at least the bytes of a row.</param>
public readonly unsafe struct FramePlane(byte* data, long length, int stride)
{
    public byte* Data { get; } = data;

    /// <summary>Bytes.</summary>
    public long Length { get; } = length;

    /// <summary>Bytes.</summary>
    public int Stride { get; } = stride;
}

/// <summary>
/// Where the samples of one frame lie. It owns nothing: the memory (a mapped driver buffer, a pinned array) must stay where it is
/// while the frame is read.
/// </summary>
public readonly unsafe struct CameraFrame(FramePlane first, FramePlane second = default, FramePlane third = default)
{
    /// <summary>Y, the packed plane, or R G B.</summary>
    public FramePlane First { get; } = first;

    /// <summary>U, or the interleaved chroma of NV12 and NV21.</summary>
    public FramePlane Second { get; } = second;

    /// <summary>V.</summary>
    public FramePlane Third { get; } = third;

    internal FramePlane Plane(int index) => index switch { 0 => First, 1 => Second, _ => Third };

    /// <summary>
    /// The planes of a frame in one piece, one behind the other, as single-planar V4L2 buffers and raw video files hold them.
    /// </summary>
    /// <param name="frame">What is in the buffer.</param>
    /// <param name="data">First byte.</param>
    /// <param name="length">Bytes filled ("bytesused").</param>
    /// <param name="stride">
    /// Bytes from one row of the first plane to the next ("bytesperline"), 0 for rows without gaps. Chroma rows of NV12 and NV21
    /// have the same stride, those of I420 and I422 half of it.
    /// </param>
    /// <exception cref="ImageFormatException">The buffer is too short or the stride too small for such a frame.</exception>
    public static CameraFrame FromBuffer(in FrameDescription frame, byte* data, long length, int stride = 0)
    {
        frame.Validate();
        if (stride == 0)
            stride = frame.RowBytes(0);
        FramePlane first = new(data, length, stride), second = default, third = default;
        if (frame.Planes > 1)
        {
            int chromaStride = frame.Planes == 2 || frame.Format == FrameFormat.I444 ? stride : (stride / 2) + (stride % 2);
            second = Behind(first, frame.Rows(0), Math.Max(chromaStride, frame.RowBytes(1)));
            third = frame.Planes > 2 ? Behind(second, frame.Rows(1), second.Stride) : default;
        }

        CameraFrame result = new(first, second, third);
        result.Validate(frame);
        return result;

        static FramePlane Behind(in FramePlane plane, int rows, int stride)
        {
            long bytes = (long)rows * plane.Stride;
            return plane.Length < bytes ? new(plane.Data, 0, stride) : new(plane.Data + bytes, plane.Length - bytes, stride);
        }
    }

    /// <summary>Bytes that a buffer must hold at least for <see cref="FromBuffer"/> to accept it.</summary>
    /// <param name="frame">What is in the buffer.</param>
    /// <param name="stride">As there.</param>
    /// <exception cref="ImageFormatException">The stride is too small for such a frame.</exception>
    public static long BufferLength(in FrameDescription frame, int stride = 0)
    {
        // Where the last row begins does not depend on the memory; nothing is read.
        CameraFrame planes = FromBuffer(frame, (byte*)1, long.MaxValue / 2, stride);
        int plane = frame.Planes - 1;
        FramePlane last = planes.Plane(plane);
        return (last.Data - planes.First.Data) + ((long)(frame.Rows(plane) - 1) * last.Stride) + frame.RowBytes(plane);
    }

    /// <summary>Proves that every sample of such a frame lies inside the planes.</summary>
    /// <exception cref="ImageFormatException">It does not; the message says which plane is wrong.</exception>
    internal void Validate(in FrameDescription frame)
    {
        for (int plane = 0; plane < frame.Planes; plane++)
            Validate(frame, plane, Plane(plane));
    }

    private static void Validate(in FrameDescription frame, int plane, in FramePlane memory)
    {
        int rowBytes = frame.RowBytes(plane);
        if (memory.Stride < rowBytes)
            throw new ImageFormatException(
                $"plane {plane} of a frame of {frame} has {memory.Stride} bytes a row, less than {rowBytes}; drop the frame");
        long needed = ((long)(frame.Rows(plane) - 1) * memory.Stride) + rowBytes;
        long held = memory.Data == null ? 0 : memory.Length;
        if (held < needed)
            throw new ImageFormatException(
                $"plane {plane} of a frame of {frame} holds {held} of {needed} bytes; drop the frame");
    }
}
