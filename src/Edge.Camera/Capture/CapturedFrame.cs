using Edge.Imaging.Frames;

namespace Edge.Camera.Capture;

/// <summary>
/// One buffer of a source with what lies in it. The source makes one object per buffer and fills it again and again; between
/// <see cref="Sources.IFrameSource.Read"/> and <see cref="Sources.IFrameSource.Return"/> nothing changes.
/// </summary>
internal sealed unsafe class CapturedFrame
{
    /// <param name="index">The source's number of the buffer.</param>
    public CapturedFrame(int index) => Index = index;

    public int Index { get; }

    /// <summary>Native memory, or pinned.</summary>
    public byte* Data { get; set; }

    /// <summary>Bytes that were filled; proven to lie in the buffer.</summary>
    public long Length { get; set; }

    /// <summary>The data is one JPEG; <see cref="Description"/> is what the source expects in it.</summary>
    public bool IsJpeg { get; set; }

    public FrameDescription Description { get; set; }

    /// <summary>Bytes from one row of the first plane to the next; 0 for rows without gaps.</summary>
    public int Stride { get; set; }

    /// <summary>Counted by the source or driver; gaps are frames that were lost.</summary>
    public long Sequence { get; set; }

    /// <summary>When it was captured, in the ticks of <see cref="System.Diagnostics.Stopwatch"/> (CLOCK_MONOTONIC).</summary>
    public long Timestamp { get; set; }
}
