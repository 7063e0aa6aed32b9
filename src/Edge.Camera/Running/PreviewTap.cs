using System.Collections.Concurrent;
using System.Diagnostics;
using Edge.Camera.Capture;
using Edge.Imaging;

namespace Edge.Camera.Running;

/// <summary>
/// Hands viewers a copy of a frame now and then. Costs the loop nothing while nobody looks, and a copy of one frame per interval
/// while somebody does.
/// </summary>
internal sealed class PreviewTap : IDisposable
{
    private readonly ConcurrentDictionary<string, CameraPreview> _cameras = [];
    private long _interval = Stopwatch.Frequency / 10;
    private int _viewers;

    /// <summary>The shortest time between two pictures of a camera.</summary>
    public TimeSpan Interval
    {
        get => TimeSpan.FromSeconds(Interlocked.Read(ref _interval) / (double)Stopwatch.Frequency);
        set => Interlocked.Exchange(ref _interval, (long)(value.TotalSeconds * Stopwatch.Frequency));
    }

    /// <summary>A viewer begins to look; dispose the result when it stops.</summary>
    public IDisposable Look()
    {
        Interlocked.Increment(ref _viewers);
        return new Viewer(this);
    }

    /// <summary>The pictures of a camera.</summary>
    /// <param name="name">Of a configured camera: what is made for it stays.</param>
    public CameraPreview Camera(string name) => _cameras.GetOrAdd(name, _ => new CameraPreview());

    /// <summary>Called by the loop for every frame.</summary>
    /// <param name="camera">Name.</param>
    /// <param name="frame">Not yet given back.</param>
    /// <param name="orientation">How it is stored.</param>
    public void Offer(string camera, CapturedFrame frame, ExifOrientation orientation)
    {
        if (Volatile.Read(ref _viewers) > 0 && _cameras.TryGetValue(camera, out CameraPreview? preview))
            preview.Offer(frame, orientation, Interlocked.Read(ref _interval));
    }

    /// <summary>After the last viewer has gone.</summary>
    public void Dispose()
    {
        foreach (CameraPreview preview in _cameras.Values)
            preview.Dispose();
        _cameras.Clear();
    }

    private sealed class Viewer(PreviewTap tap) : IDisposable
    {
        private int _gone;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _gone, 1) == 0)
                Interlocked.Decrement(ref tap._viewers);
        }
    }
}
