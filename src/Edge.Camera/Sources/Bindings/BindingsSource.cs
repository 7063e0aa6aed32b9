using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Edge.Camera.Capture;
using Edge.Camera.Config;
using Edge.Camera.Sources.Streams;
using Iot.Device.Media;

namespace Edge.Camera.Sources.Bindings;

/// <summary>
/// A V4L2 camera through Iot.Device.Bindings, as <c>bindings:0</c> for /dev/video0. Motion JPEG only: the bindings do not tell which size
/// and stride the driver settled on, and a JPEG image says its own. Only of builds with <c>FullFeed=true</c>.
/// </summary>
internal sealed class BindingsSource : IFrameSource
{
    private const string Prefix = "bindings:";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly CameraConfig _camera;
    private readonly int _bus;
    private readonly FramePool _pool = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly object _gate = new();
    private VideoDevice? _device;
    private Thread? _thread;
    private CapturedFrame? _newest;
    private Exception? _failure;
    private long _sequence, _lost;
    private bool _closed;

    public BindingsSource(CameraConfig camera, int bus) => (_camera, _bus) = (camera, bus);

    public string Description => $"/dev/video{_bus} by Iot.Device.Bindings, MJPEG";

    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Whether a configuration's word names such a source.</summary>
    /// <param name="word">As <c>bindings:0</c>.</param>
    /// <param name="bus">Number of the device.</param>
    public static bool TryParse(string word, out int bus)
    {
        bus = 0;
        return word.StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(word.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out bus);
    }

    public void Open(CancellationToken cancellation)
    {
        var settings = new VideoConnectionSettings(_bus, ((uint)_camera.Width, (uint)_camera.Height), VideoPixelFormat.MJPEG);
        try
        {
            _device = VideoDevice.Create(settings);
            _device.ImageBufferPoolingEnabled = true;
            _device.NewImageBufferReady += (_, e) => Keep(e.ImageBuffer, e.Length);
            _device.StartCaptureContinuous();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            throw new SourceException($"{Description}: {e.Message.ReplaceLineEndings(" ")}", e);
        }

        _thread = new Thread(Capture) { IsBackground = true, Name = $"bindings {_bus}" };
        _thread.Start();
    }

    public CapturedFrame? Read(TimeSpan timeout, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        using CancellationTokenRegistration wake = cancellation.Register(() =>
        {
            lock (_gate)
                Monitor.PulseAll(_gate);
        });
        lock (_gate)
        {
            while (_newest is null)
            {
                cancellation.ThrowIfCancellationRequested();
                if (_failure is { } e)
                    throw new SourceException($"{Description}: {e.Message.ReplaceLineEndings(" ")}", e);
                TimeSpan left = timeout - Stopwatch.GetElapsedTime(start);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_gate, left))
                    return null;
            }

            CapturedFrame frame = _newest;
            _newest = null;
            return frame;
        }
    }

    public void Return(CapturedFrame frame) => _pool.Return(frame);

    public void Dispose()
    {
        lock (_gate)
            _closed = true;
        _stop.Cancel();

        // The bindings look at the token after a frame only; closing the device wakes a camera that gives none.
        bool ended = _thread?.Join(Patience) ?? true;
        if (_device is not null)
        {
            try
            {
                _device.StopCaptureContinuous();
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                // Unplugged: there is no stream left to stop.
            }

            _device.Dispose();
        }

        ended = ended || _thread!.Join(Patience);
        _pool.Dispose();
        if (ended)
            _stop.Dispose();
    }

    private void Capture()
    {
        try
        {
            _device!.CaptureContinuous(_stop.Token);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or OperationCanceledException or ObjectDisposedException)
        {
            lock (_gate)
            {
                _failure = e;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Copies one image; the newest waits, one that nobody took is lost.</summary>
    /// <param name="buffer">Of the shared pool, with an image and what an earlier one left behind it.</param>
    /// <param name="length">Of the buffer, not of the image; a decoder stops at the image's end.</param>
    private void Keep(byte[] buffer, int length)
    {
        lock (_gate)
        {
            CapturedFrame? frame = _closed ? null : _pool.Take();
            if (frame is null)
            {
                Interlocked.Increment(ref _lost);
            }
            else
            {
                _pool.Append(frame, buffer.AsSpan(0, length));
                (frame.IsJpeg, frame.Stride, frame.Description) = (true, 0, default);
                (frame.Sequence, frame.Timestamp) = (_sequence++, Stopwatch.GetTimestamp());
                if (_newest is { } old)
                {
                    _pool.Return(old);
                    Interlocked.Increment(ref _lost);
                }

                _newest = frame;
                Monitor.PulseAll(_gate);
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }
}
