using System.Diagnostics;
using Edge.Camera.Capture;
using Edge.Camera.Sinks;

namespace Edge.Camera.Running;

/// <summary>
/// Hands the page a copy of a frame now and then. Costs the loop nothing while nobody looks, and a copy of one frame per interval
/// while somebody does.
/// </summary>
internal sealed class PreviewTap(double rate)
{
    private readonly long _interval = (long)(Stopwatch.Frequency / rate);
    private readonly Dictionary<string, Slot> _slots = [];
    private int _viewers;

    /// <summary>A viewer begins to look; dispose the result when it stops.</summary>
    public IDisposable Look()
    {
        Interlocked.Increment(ref _viewers);
        return new Viewer(this);
    }

    /// <summary>The newest picture of a camera; null before there is one.</summary>
    public Picture? Latest(string camera)
    {
        lock (_slots)
            return _slots.GetValueOrDefault(camera)?.Picture;
    }

    /// <summary>Called by the loop for every frame.</summary>
    public void Offer(string camera, CapturedFrame frame)
    {
        if (Volatile.Read(ref _viewers) == 0)
            return;
        long now = Stopwatch.GetTimestamp();
        lock (_slots)
        {
            if (!_slots.TryGetValue(camera, out Slot? slot))
                _slots[camera] = slot = new Slot();
            if (now - slot.Time >= _interval)
                (slot.Time, slot.Picture) = (now, Picture.Copy(frame));
        }
    }

    private sealed class Slot
    {
        public long Time { get; set; }

        public Picture? Picture { get; set; }
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
