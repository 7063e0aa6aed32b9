using System.Diagnostics;
using Edge.Camera.Capture;
using Edge.Camera.Config;
using Edge.Camera.Decision;
using Edge.Imaging;
using Edge.Imaging.Frames;
using Edge.Runtime.Execution;

namespace Edge.Camera.Running;

/// <summary>Looks at one region of a camera's frames: prepare, gate, classify, decide. Allocates nothing per frame.</summary>
internal sealed class RegionWatcher
{
    private static readonly TimeSpan SaturationPeriod = TimeSpan.FromSeconds(1);

    private readonly RegionConfig? _region;
    private readonly ExifOrientation _orientation;
    private readonly Session _session;
    private readonly ClassScores _scores;
    private readonly RegionDecider _decider;
    private readonly MotionGate? _gate;
    private readonly int _top;
    private FramePreprocessor? _preprocessor;
    private FrameDescription _prepared;
    private Moment _moment;
    private TimeSpan _saturationDue;

    /// <param name="region">Null for the whole picture.</param>
    /// <param name="orientation">How the camera's pictures are stored.</param>
    /// <param name="session">Shared by all regions.</param>
    /// <param name="scores">Of the session's model.</param>
    /// <param name="config">Valid.</param>
    /// <param name="live">Where the last answer is shown.</param>
    public RegionWatcher(
        RegionConfig? region, ExifOrientation orientation, Session session, ClassScores scores, DecisionConfig config, LiveState live)
    {
        (_region, _orientation, _session, _scores, Live, _top) = (region, orientation, session, scores, live, config.Top);
        _decider = new RegionDecider(config, scores.Labels);
        if (config.Motion is { } motion)
            _gate = new MotionGate(motion, session.Model.Manifest.Preprocessing, session.Model.Input.Scale);
        _moment.Class = RegionDecider.Unknown;
    }

    public LiveState Live { get; }

    /// <summary>The standing decision, which is no news; null before the first one.</summary>
    public Verdict? Standing =>
        _moment.IsSettled ? new Verdict(_moment.Class, _moment.Score, Changed: false, Report: false) : null;

    /// <summary>Handles one frame.</summary>
    /// <param name="frame">Decoded.</param>
    /// <param name="description">Of the frame; when it changes, the preparation is made anew.</param>
    /// <param name="captured">Stopwatch ticks.</param>
    /// <param name="now">Since the program began.</param>
    /// <returns>Null when the motion gate kept the frame from the network.</returns>
    /// <exception cref="Edge.Imaging.ImageFormatException">The frame is shorter than its description; drop it.</exception>
    public Verdict? Look(in CameraFrame frame, in FrameDescription description, long captured, TimeSpan now)
    {
        long start = Stopwatch.GetTimestamp();
        if (_preprocessor is null || _prepared != description)
            Prepare(description);
        _preprocessor!.Run(frame, _session.Input);
        long prepared = Stopwatch.GetTimestamp();
        _moment.Frames++;
        if (now >= _saturationDue)
        {
            _moment.Saturation = Saturation(_session.Input);
            _saturationDue = now + SaturationPeriod;
        }

        Verdict? verdict = null;
        if (_gate is null || _gate.Passes(_session.Input, now, _decider.IsOpen))
        {
            _session.Run();
            verdict = _decider.Add(_scores.Read(_session), now);
            _moment.Classified++;
            _moment.Run = Stopwatch.GetElapsedTime(prepared);
            (_moment.Class, _moment.Score, _moment.IsSettled) = (verdict.Value.Class, verdict.Value.Score, _decider.IsSettled);
            _moment.Top = TopClasses.Of(_decider.Scores, _top);
        }

        _moment.Prepare = Stopwatch.GetElapsedTime(start, prepared);
        _moment.Latency = Stopwatch.GetElapsedTime(captured);
        _moment.Time = DateTimeOffset.UtcNow;
        Live.Set(_moment);
        if (verdict is { Changed: true, IsStart: false } changed)
            Live.Decided(changed.Class);
        return verdict;
    }

    /// <summary>Decides that nothing is known, because nothing is looked at any more.</summary>
    public Verdict Forget()
    {
        Verdict verdict = _decider.Forget();
        (_moment.Class, _moment.Score, _moment.Top, _moment.IsSettled) = (verdict.Class, verdict.Score, default, true);
        _moment.Time = DateTimeOffset.UtcNow;
        Live.Show(_moment);
        if (verdict.Report)
            Live.Decided(verdict.Class);
        return verdict;
    }

    /// <summary>The scale at which a JPEG of this size must be decoded for this region, in eighths.</summary>
    public int Eighths(int width, int height)
    {
        FrameRegion region = Upright.Stored(_region, _orientation, new FrameDescription(FrameFormat.Grey, width, height));
        return MjpegDecoder.ChooseEighths(region.Width, region.Height, _session.Model.Manifest.Preprocessing, _orientation);
    }

    /// <summary>Share of quantized values that are the least or the greatest there is: what the camera or the range has cut off.</summary>
    internal static double Saturation(ReadOnlySpan<sbyte> input) =>
        (input.Count(sbyte.MinValue) + input.Count(sbyte.MaxValue)) / (double)Math.Max(1, input.Length);

    private void Prepare(in FrameDescription description)
    {
        FrameRegion region = Upright.Stored(_region, _orientation, description);
        _preprocessor = new FramePreprocessor(
            description, _session.Model.Manifest.Preprocessing, _session.Model.Input.Scale, _session.Model.Input.ZeroPoint, region, _orientation);
        _prepared = description;
    }
}
