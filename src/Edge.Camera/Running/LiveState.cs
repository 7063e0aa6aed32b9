using Edge.Camera.Decision;

namespace Edge.Camera.Running;

/// <summary>What one region of one camera shows now. Written by the loop once per frame, read by anyone.</summary>
internal sealed class LiveState(string camera, string? region)
{
    private readonly object _gate = new();
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

    public void Set(in Moment moment)
    {
        lock (_gate)
            _moment = moment;
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
