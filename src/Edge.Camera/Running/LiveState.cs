using System.Diagnostics;
using Edge.Camera.Decision;

namespace Edge.Camera.Running;

/// <summary>What one region of one camera shows now. Written by the loop once per frame, read by anyone.</summary>
/// <param name="camera">Name.</param>
/// <param name="region">Null where the whole picture is looked at.</param>
/// <param name="classes">Of the model.</param>
internal sealed class LiveState(string camera, string? region, int classes)
{
    private readonly object _gate = new();
    private readonly FrameRate _rate = new();
    private readonly DurationHistogram _latencies = new();
    private readonly DurationHistogram _runs = new();
    private readonly long[] _decisions = new long[classes + 1];
    private Moment _moment;

    public string Camera { get; } = camera;

    /// <summary>Null where the whole picture is looked at.</summary>
    public string? Region { get; } = region;

    /// <inheritdoc cref="Sinks.DecisionEvent.Where"/>
    public string Where => Region is null ? Camera : $"{Camera}/{Region}";

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

    /// <summary>How often a class was decided anew.</summary>
    /// <param name="class">Of the model, or <see cref="RegionDecider.Unknown"/>.</param>
    public long Decisions(int @class) => Interlocked.Read(ref _decisions[@class + 1]);

    /// <summary>Counts a changed decision.</summary>
    /// <param name="class">Of the model, or <see cref="RegionDecider.Unknown"/>.</param>
    public void Decided(int @class) => Interlocked.Increment(ref _decisions[@class + 1]);

    /// <summary>Shows a decision that no frame has led to.</summary>
    public void Show(in Moment moment)
    {
        lock (_gate)
            _moment = moment;
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

    /// <summary>Whether anything was decided yet, be it <see cref="RegionDecider.Unknown"/>.</summary>
    public bool IsSettled;

    /// <summary>Of the decided class, 0 to 1.</summary>
    public float Score;

    /// <summary>Smoothed scores, best first.</summary>
    public TopClasses Top;

    /// <summary>Share of the input's values at the ends of their range, 0 to 1; measured once a second.</summary>
    public double Saturation;

    /// <summary>From the camera's timestamp to the decision.</summary>
    public TimeSpan Latency;

    /// <summary>Preparing the input.</summary>
    public TimeSpan Prepare;

    /// <summary>The network.</summary>
    public TimeSpan Run;

    public DateTimeOffset Time;
}
