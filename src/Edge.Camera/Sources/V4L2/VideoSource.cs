using System.Diagnostics;
using Edge.Camera.Capture;
using Edge.Camera.Config;
using Edge.Camera.Linux;
using Edge.Imaging;
using Edge.Imaging.Frames;

namespace Edge.Camera.Sources.V4L2;

/// <summary>
/// A camera of the kernel's (USB cameras, HDMI grabbers), by its own ABI: memory-mapped buffers that go back to the driver when
/// they were looked at; nothing is copied.
/// </summary>
internal sealed unsafe class VideoSource(CameraConfig camera) : IFrameSource
{
    /// <summary>How long a wait may hold up a stop.</summary>
    private const int SliceMilliseconds = 100;

    /// <summary>A device that always says "ready" and never gives a frame must not take a core.</summary>
    private const int MaxFalseAlarms = 100;

    private VideoDevice? _device;
    private VideoStream? _stream;
    private CapturedFrame[] _frames = [];
    private long _least;
    private uint _lastSequence;
    private bool _anySequence;
    private int _falseAlarms;

    public string Description { get; private set; } = camera.Source;

    public long Lost { get; private set; }

    public void Open(CancellationToken cancellation)
    {
        VideoDevice device = _device = VideoDirectory.Find(camera.Source);
        Description = $"{device.Path} ({device.Card})";
        VideoMode mode = Choose(device);
        FrameDescription frame = SetFormat(device, mode, out int stride);
        double? rate = SetRate(device, mode.Rate ?? camera.Rate) ?? mode.Rate;
        VideoControls.Set(device, camera.Controls);
        var changes = new V4l2EventSubscription { Type = V4l2.EventSourceChange };
        _ = device.Call(V4l2.SubscribeEvent, ref changes);
        _least = LeastBytes(device, mode.Pixels, frame, stride);
        VideoStream stream = _stream = new VideoStream(device);
        _frames = new CapturedFrame[stream.Count];
        for (int i = 0; i < _frames.Length; i++)
        {
            if (stream.Capacity(i) < _least)
                throw new SourceException(
                    $"{device.Path}: buffers of {stream.Capacity(i)} bytes hold no {mode.Pixels} {frame.Width}×{frame.Height}");
            _frames[i] = new CapturedFrame(i) { Description = frame, Stride = stride, IsJpeg = mode.Pixels.IsJpeg };
        }

        Description += $", {mode with { Width = frame.Width, Height = frame.Height, Rate = rate }}";
    }

    public CapturedFrame? Read(TimeSpan timeout, CancellationToken cancellation)
    {
        VideoStream stream = _stream!;
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (stream.QueueRefused() is int refused and not 0)
                throw VideoErrors.Because(_device!.Path, "the driver takes no buffer back", refused);
            double left = (timeout - Stopwatch.GetElapsedTime(start)).TotalMilliseconds;
            if (left < 0)
                return null;
            short happened = stream.Wait((int)Math.Min(left + 1, SliceMilliseconds));
            if (happened == 0)
                continue;
            if ((happened & LibC.PollPriority) != 0)
                TakeEvent();
            int error = stream.TryDequeue(out FilledBuffer buffer);
            if (error == 0)
            {
                _falseAlarms = 0;
                if (Accept(stream, buffer) is { } frame)
                    return frame;
                continue;
            }

            bool dead = (happened & (LibC.PollError | LibC.PollHangUp)) != 0 || ++_falseAlarms > MaxFalseAlarms;
            if (error != Errno.TryAgain)
                throw VideoErrors.Because(_device!.Path, "can't read a frame", error);
            if (dead)
                throw new SourceException($"{_device!.Path}: the driver has stopped the stream");
        }
    }

    public void Return(CapturedFrame frame) => _stream?.Queue(frame.Index);

    public void Dispose()
    {
        _stream?.Dispose();
        _device?.Dispose();
        (_stream, _device) = (null, null);
    }

    /// <summary>Bytes that a picture has at least; a shorter one is damaged.</summary>
    private static long LeastBytes(VideoDevice device, PixelFormat pixels, in FrameDescription frame, int stride)
    {
        // SOI and EOI.
        if (pixels.IsJpeg)
            return 4;
        try
        {
            return CameraFrame.BufferLength(frame, stride);
        }
        catch (ImageFormatException e)
        {
            throw new SourceException($"{device.Path}: {e.Message}", e);
        }
    }

    private VideoMode Choose(VideoDevice device)
    {
        if (!device.CanCapture)
            throw new SourceException(
                $"{device.Path} ({device.Card}) delivers no pictures; edge-camera cameras lists those that do");
        UseSignal(device);
        List<VideoFormat> formats = device.Formats(camera.Width, camera.Height);
        if (ModeChoice.Choose(formats, camera.Format, camera.Width, camera.Height, camera.Rate) is { } mode)
            return mode;
        string offered = string.Join(", ", formats.Select(f => PixelFormat.Letters(f.FourCC)).Distinct());
        throw new SourceException(camera.Format != "auto" && formats.Exists(f => f.Pixels is not null)
            ? $"{device.Path} ({device.Card}) has no format {camera.Format}; it has {offered}"
            : $"{device.Path} ({device.Card}) delivers only {(offered.Length == 0 ? "unknown formats" : offered)}, which need "
                + "libcamera: set source to rpicam or libcamera");
    }

    /// <summary>Grabbers must be told which timings to receive: those that they see.</summary>
    private static void UseSignal(VideoDevice device)
    {
        var timings = default(V4l2Timings);
        int error = device.Call(V4l2.QueryTimings, ref timings);
        if (error == 0)
            device.Demand(V4l2.SetTimings, ref timings, "can't take the signal's timings");
        else if (error is Errno.NoLink or Errno.NoLock or Errno.OutOfRange)
            throw VideoErrors.Because(device.Path, "has no signal", error);
    }

    /// <summary>What the driver made of the mode.</summary>
    private static FrameDescription SetFormat(VideoDevice device, VideoMode mode, out int stride)
    {
        var format = new V4l2Format
        {
            Type = device.Type,
            Width = (uint)mode.Width,
            Height = (uint)mode.Height,
            PixelFormat = mode.Pixels.FourCC,
            Field = V4l2.FieldNone,
        };
        if (device.IsMultiPlanar)
            format.Multi.Planes = 1;
        else
            format.Single.Priv = V4l2.PixFormatMagic;
        device.Demand(V4l2.SetFormat, ref format, $"can't set {mode}");
        if (format.PixelFormat != mode.Pixels.FourCC)
            throw new SourceException(
                $"{device.Path}: gives {PixelFormat.Letters(format.PixelFormat)} where {mode.Pixels} was asked; set another format");
        if (device.IsMultiPlanar && format.Multi.Planes != 1)
            throw new SourceException(
                $"{device.Path}: {mode.Pixels} comes in {format.Multi.Planes} planes; set format to yuyv, or source to libcamera");
        (uint colorspace, uint encoding, uint quantization, uint row) = device.IsMultiPlanar
            ? (format.Multi.Colorspace, format.Multi.Encoding, format.Multi.Quantization, format.Multi.BytesPerLine)
            : (format.Single.Colorspace, format.Single.Encoding, format.Single.Quantization, format.Single.BytesPerLine);
        stride = mode.Pixels.IsJpeg ? 0 : (int)Math.Min(row, int.MaxValue);
        return new FrameDescription(
            mode.Pixels.Layout ?? FrameFormat.I420,
            (int)Math.Min(format.Width, int.MaxValue),
            (int)Math.Min(format.Height, int.MaxValue),
            VideoColor.Matrix(colorspace, encoding),
            VideoColor.Range(colorspace, quantization));
    }

    /// <returns>What the driver made of it; null when it does not say.</returns>
    private static double? SetRate(VideoDevice device, double rate)
    {
        const uint Thousandths = 1000;
        var parameters = new V4l2StreamParameters
        {
            Type = device.Type,
            TimePerFrame = new V4l2Fraction { Numerator = Thousandths, Denominator = (uint)Math.Round(rate * Thousandths) },
        };
        if (device.Call(V4l2.SetParameters, ref parameters) != 0 || (parameters.Capability & V4l2.CapTimePerFrame) == 0)
            return null;
        V4l2Fraction given = parameters.TimePerFrame;
        return given is { Numerator: > 0, Denominator: > 0 } ? (double)given.Denominator / given.Numerator : null;
    }

    private void TakeEvent()
    {
        var happened = default(V4l2Event);
        if (_device!.Call(V4l2.DequeueEvent, ref happened) == 0 && happened.Type == V4l2.EventSourceChange)
            throw new SourceException($"{_device.Path}: the signal at its input has changed");
    }

    /// <returns>Null for damaged frames, which are counted and go back to the driver.</returns>
    private CapturedFrame? Accept(VideoStream stream, in FilledBuffer buffer)
    {
        CountGap(buffer.Sequence);
        CapturedFrame frame = _frames[buffer.Index];
        long length = (long)buffer.BytesUsed - buffer.Offset;
        bool damaged =
            (buffer.Flags & V4l2.BufferError) != 0 || buffer.BytesUsed > stream.Capacity(buffer.Index) || length < _least;
        byte* data = stream.Address(buffer.Index) + (damaged ? 0 : buffer.Offset);
        if (damaged || (frame.IsJpeg && (data[0] != 0xFF || data[1] != 0xD8)))
        {
            Lost++;
            stream.Queue(buffer.Index);
            return null;
        }

        frame.Data = data;
        (frame.Length, frame.Sequence) = (length, buffer.Sequence);
        frame.Timestamp = Timestamp(buffer, Stopwatch.GetTimestamp());
        return frame;
    }

    private void CountGap(uint sequence)
    {
        // Drivers that don't count leave 0; those that begin anew go backwards.
        int gap = (int)(sequence - _lastSequence);
        if (_anySequence && gap > 1)
            Lost += gap - 1;
        (_lastSequence, _anySequence) = (sequence, true);
    }

    private static long Timestamp(in FilledBuffer buffer, long now)
    {
        if ((buffer.Flags & V4l2.TimestampMask) != V4l2.TimestampMonotonic)
            return now;
        double seconds = buffer.Seconds + (buffer.Microseconds / 1e6);
        double age = ((double)now / Stopwatch.Frequency) - seconds;
        return age is >= 0 and < 60 ? now - (long)(age * Stopwatch.Frequency) : now;
    }
}
