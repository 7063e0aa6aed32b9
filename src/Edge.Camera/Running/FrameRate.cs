using System.Diagnostics;

namespace Edge.Camera.Running;

/// <summary>Frames per second over the last ones; falls when no more come. Allocates nothing per frame; not thread-safe.</summary>
internal sealed class FrameRate
{
    private const int Remembered = 32;

    private readonly long[] _times = new long[Remembered];
    private long _count;

    /// <param name="time">Stopwatch ticks, never falling.</param>
    public void Add(long time) => _times[_count++ % Remembered] = time;

    /// <param name="now">Stopwatch ticks.</param>
    public double At(long now)
    {
        int intervals = (int)Math.Min(_count, Remembered) - 1;
        if (intervals < 1)
            return 0;
        long first = _times[(_count - 1 - intervals) % Remembered], last = _times[(_count - 1) % Remembered];

        // A frame that is later than the others were makes the rate fall; one that is on its way does not.
        double mean = (last - first) / (double)intervals;
        double span = last - first + Math.Max(0, now - last - mean);
        return span > 0 ? intervals * (double)Stopwatch.Frequency / span : 0;
    }
}
