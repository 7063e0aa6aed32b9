using Edge.Camera.Capture;
using Edge.Camera.Config;
using Edge.Camera.Decision;
using Edge.Camera.Sinks;
using Edge.Imaging;
using Edge.Imaging.Frames;
using Edge.Runtime.Execution;

namespace Edge.Camera.Running;

/// <summary>Looks at all regions of one camera's newest frame and makes events of what changed.</summary>
internal sealed class CameraWatcher : IDisposable
{
    private readonly RegionWatcher[] _regions;
    private readonly FrameDecoder _decoder;
    private long _frames, _damaged, _skipped;

    public CameraWatcher(CameraConfig camera, Session session, ClassScores scores, DecisionConfig decision)
    {
        (Camera, Labels) = (camera, scores.Labels);
        IEnumerable<RegionConfig?> regions = camera.Regions.Length == 0 ? new RegionConfig?[] { null } : camera.Regions;
        _decoder = new FrameDecoder((width, height) => _regions!.Max(r => r.Eighths(width, height)));
        Orientation = Upright.Orientation(camera.Rotate, camera.Flip);
        _regions =
        [
            .. regions.Select(r => new RegionWatcher(
                r, Orientation, session, scores, decision, new LiveState(camera.Name, r?.Name, scores.Labels.Count))),
        ];
    }

    public CameraConfig Camera { get; }

    public IReadOnlyList<string> Labels { get; }

    /// <summary>How the camera's pictures are stored.</summary>
    public ExifOrientation Orientation { get; }

    public IEnumerable<LiveState> Live => _regions.Select(r => r.Live);

    /// <summary>Frames that were looked at.</summary>
    public long Frames => Interlocked.Read(ref _frames);

    /// <summary>Frames that could not be decoded.</summary>
    public long Damaged => Interlocked.Read(ref _damaged);

    /// <summary>Regions of frames that the motion gate kept from the network.</summary>
    public long Skipped => Interlocked.Read(ref _skipped);

    /// <param name="captured">Not yet given back.</param>
    /// <param name="now">Since the program began.</param>
    /// <param name="decided">Called for every region whose decision changed or is the first.</param>
    /// <returns>False for a frame that could not be decoded.</returns>
    public bool Look(CapturedFrame captured, TimeSpan now, Action<DecisionEvent, CapturedFrame> decided)
    {
        try
        {
            CameraFrame frame = _decoder.Decode(captured, out FrameDescription description);
            long number = Interlocked.Increment(ref _frames);
            foreach (RegionWatcher region in _regions)
            {
                Verdict? verdict = region.Look(frame, description, captured.Timestamp, now);
                if (verdict is null)
                    Interlocked.Increment(ref _skipped);
                else if (verdict is { Changed: true } changed)
                    decided(Event(region.Live, changed, number) with { Stands = changed.IsStart }, captured);
            }

            return true;
        }
        catch (ImageFormatException)
        {
            Interlocked.Increment(ref _damaged);
            return false;
        }
    }

    /// <summary>Decides "unknown" for all regions, because nothing is looked at any more.</summary>
    /// <param name="decided">Called for every region whose decision changed or is the first.</param>
    public void Forget(Action<DecisionEvent> decided)
    {
        foreach (RegionWatcher region in _regions)
        {
            if (region.Forget() is { Changed: true } changed)
                decided(Event(region.Live, changed, Frames) with { Stands = changed.IsStart });
        }
    }

    /// <summary>The decisions that stand, for whoever was not there when they were made. The loop's thread only.</summary>
    public IEnumerable<DecisionEvent> Standing()
    {
        foreach (RegionWatcher region in _regions)
        {
            if (region.Standing is { } verdict)
                yield return Event(region.Live, verdict, Frames) with { Stands = true };
        }
    }

    /// <summary>For a picture of the newest frame that a person asked for.</summary>
    public DecisionEvent OnRequest() =>
        Event(_regions[0].Live, new Verdict(RegionDecider.Unknown, 0, Changed: false, Report: false), Frames) with { Region = null, Label = DecisionEvent.OnRequest };

    public void Dispose() => _decoder.Dispose();

    private DecisionEvent Event(LiveState live, Verdict verdict, long number) => new()
    {
        Camera = live.Camera,
        Region = live.Region,
        Time = DateTimeOffset.UtcNow,
        Frame = number,
        Class = verdict.Class,
        Label = verdict.Class == RegionDecider.Unknown ? DecisionEvent.UnknownLabel : Labels[verdict.Class],
        Score = verdict.Score,
        Top = live.Now.Top,
        Report = verdict.Report,
    };
}
