using Edge.Camera.Capture;

namespace Edge.Camera.Sources;

/// <summary>
/// Where frames come from. Opened and read by one thread; a frame that was read belongs to the caller until it is given back,
/// from any thread. With three buffers one may be looked at, one wait and one be filled; with two, which is the least, none is
/// filled while the others are in use.
/// </summary>
internal interface IFrameSource : IDisposable
{
    /// <summary>What it is, for logs: <c>/dev/video0 (HD Webcam), YUYV 1280×720 at 30/s</c> once it is open.</summary>
    string Description { get; }

    /// <summary>Opens the device or starts the program, negotiates format, size and rate, and starts the stream.</summary>
    /// <exception cref="SourceException">It can't be opened now; it may be tried again.</exception>
    void Open(CancellationToken cancellation);

    /// <summary>Waits for the next frame.</summary>
    /// <returns>Null when none came in time.</returns>
    /// <exception cref="SourceException">The stream is lost: unplugged, ended, another format. Dispose and open a new source.</exception>
    /// <exception cref="EndOfStreamException">All frames were read, and there will be no others.</exception>
    CapturedFrame? Read(TimeSpan timeout, CancellationToken cancellation);

    /// <summary>Lets the source fill the buffer again.</summary>
    void Return(CapturedFrame frame);

    /// <summary>Frames that the driver or the program lost or damaged since it was opened, as far as it says.</summary>
    long Lost { get; }
}

/// <summary>A source has trouble. One line: what, where, what to do.</summary>
internal sealed class SourceException(string message, Exception? inner = null) : Exception(message, inner);
