using System.Diagnostics;

namespace Edge.Camera.Sources.Streams;

/// <summary>
/// Lets one frame through per period, as a camera would. After a delay it goes on from there instead of catching up.
/// </summary>
internal sealed class Pacer(double rate)
{
    private readonly long _period = (long)(Stopwatch.Frequency / rate);
    private long _due;

    /// <summary>Waits until the next frame is due.</summary>
    /// <returns>False when it is not in time.</returns>
    public bool Wait(TimeSpan timeout, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        long now = Stopwatch.GetTimestamp();
        if (_due == 0)
            _due = now;
        TimeSpan left = Stopwatch.GetElapsedTime(now, _due);
        if (left > TimeSpan.Zero)
        {
            cancellation.WaitHandle.WaitOne(left < timeout ? left : timeout);
            cancellation.ThrowIfCancellationRequested();
            if (left > timeout)
                return false;
        }

        _due = Math.Max(_due, now - _period) + _period;
        return true;
    }
}
