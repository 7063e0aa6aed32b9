using System.Diagnostics;
using Edge.Camera.Decision;

namespace Edge.Camera.Running;

/// <summary>What one region of one camera shows now. Written by the loop once per frame, read by anyone.</summary>
internal sealed class LiveState(string camera, string? region)
{
    private readonly object _gate = new();
    private readonly FrameRate _rate = new();
    private readonly DurationHistogram _latencies = new();
    private readonly DurationHistogram _runs = new();
    private Moment _moment;

    public string Camera { get; } = camera;

    /// <summary>Null where the whole picture is looked at.</summary>
    public string? Region { get; } = region;

    public Moment Now
    {
        get
        {
            lock (_gate)
                return _moment;
        }
    }

    /// <summary>Frames per second over the last ones.</summary>
    public double Rate
    {
        get
        {
            lock (_gate)
                return _rate.At(Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Of <see cref="Moment.Latency"/>, over all frames.</summary>
    public DurationCounts Latencies
    {
        get
        {
            lock (_gate)
                return _latencies.Counts;
        }
    }

    /// <summary>Of <see cref="Moment.Run"/>, over the frames that the network saw.</summary>
    public DurationCounts Runs
    {
        get
        {
            lock (_gate)
                return _runs.Counts;
        }
    }

    public void Set(in Moment moment)
    {
        lock (_gate)
        {
            _latencies.Add(moment.Latency);
            if (moment.Classified > _moment.Classified)
                _runs.Add(moment.Run);
            _rate.Add(Stopwatch.GetTimestamp());
            _moment = moment;
        }
    }
}

/// <summary>The last frame of a region.</summary>
internal struct Moment
{
    /// <summary>Frames of this region so far, classified or skipped by the motion gate.</summary>
    public long Frames;

    /// <summary>Of them, those that the network saw.</summary>
    public long Classified;

    /// <summary>Decided class, or <see cref="RegionDecider.Unknown"/>.</summary>
    public int Class;

    /// <summary>Of the decided class, 0 to 1.</summary>
    public float Score;

    /// <summary>Smoothed scores, best first.</summary>
    public TopClasses Top;

    /// <summary>From the camera's timestamp to the decision.</summary>
    public TimeSpan Latency;

    /// <summary>Preparing the input.</summary>
    public TimeSpan Prepare;

    /// <summary>The network.</summary>
    public TimeSpan Run;

    public DateTimeOffset Time;
}
