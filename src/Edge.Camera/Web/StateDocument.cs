using System.Text.Json.Serialization;
using Edge.Camera.Capture;
using Edge.Camera.Config;
using Edge.Camera.Decision;
using Edge.Camera.Running;
using Edge.Camera.Sinks;
using Edge.Camera.Sinks.Gpio;

namespace Edge.Camera.Web;

/// <summary>What <c>/api/state</c> and the events say.</summary>
/// <param name="Problem">Why no frames are classified; null while they are.</param>
/// <param name="Armed">Whether decisions drive GPIO lines; null without lines.</param>
/// <param name="Editable">Whether regions can be drawn.</param>
/// <param name="LoopAllocatedBytes">Managed memory that the loop has asked for; frames ask for none.</param>
/// <param name="Decisions">The last ones, oldest first; null in events, which bring them one by one.</param>
internal sealed record StateDocument(
    string Version,
    string Network,
    string InstructionSet,
    int Threads,
    DateTimeOffset Started,
    string? Problem,
    bool? Armed,
    bool Editable,
    CameraDocument[] Cameras,
    SinkDocument[] Sinks,
    long LoopAllocatedBytes,
    HistoryDocument[]? Decisions)
{
    public static StateDocument Of(ProgramParts parts, ProgramView program, HistoryDocument[]? decisions) => new(
        ProgramView.Version,
        parts.Watch.Model.Manifest.Network,
        parts.Watch.InstructionSet.ToString(),
        parts.Watch.Threads,
        program.Started,
        program.Sickness,
        parts.Sinks.OfType<GpioSink>().FirstOrDefault()?.Armed,
        parts.Watch.Config.Config.RegionsFile is not null,
        Array.ConvertAll(parts.Cameras, c => CameraDocument.Of(c.Watcher, c.Reader)),
        [.. parts.Sinks.Select(s => SinkDocument.Of(s.Name, s.Status))],
        program.LoopAllocatedBytes,
        decisions);
}

/// <param name="Source">What is open.</param>
/// <param name="Trouble">One line; null while frames come.</param>
internal sealed record CameraDocument(
    string Name, string Source, string? Trouble, long Captured, long Dropped, long Lost, long Reopened, long Damaged,
    long Skipped, RegionDocument[] Regions)
{
    public static CameraDocument Of(CameraWatcher watcher, CameraReader reader)
    {
        IEnumerable<RegionConfig?> rectangles =
            watcher.Camera.Regions.Length == 0 ? new RegionConfig?[] { null } : watcher.Camera.Regions;

        // Regions first: what has been looked at was captured before, so that the document holds together while frames come.
        RegionDocument[] regions = [.. watcher.Live.Zip(rectangles, (l, r) => RegionDocument.Of(l, r, watcher.Labels))];
        CameraCounters counters = reader.Counters;
        return new CameraDocument(
            reader.Name, reader.Description, reader.Trouble, counters.Captured, counters.Dropped, counters.Lost,
            counters.Reopened, watcher.Damaged, watcher.Skipped, regions);
    }
}

/// <param name="Name">Null where the whole picture is looked at; the rectangle is then the whole.</param>
/// <param name="X">Left edge, as share of the upright picture's width; the others alike.</param>
/// <param name="Rate">Frames per second that are looked at.</param>
internal sealed record RegionDocument(
    string? Name, double X, double Y, double Width, double Height, string Label, float Score, ScoreDocument[] Top, long Frames,
    long Classified, double Rate, double LatencyMs, double PrepareMs, double RunMs)
{
    public static RegionDocument Of(LiveState live, RegionConfig? region, IReadOnlyList<string> labels)
    {
        Moment now = live.Now;
        var top = new ScoreDocument[now.Top.Count];
        for (int i = 0; i < top.Length; i++)
            top[i] = new ScoreDocument(labels[now.Top[i].Class], now.Top[i].Score);
        bool unknown = now.Classified == 0 || now.Class == RegionDecider.Unknown;
        return new RegionDocument(
            live.Region, region?.X ?? 0, region?.Y ?? 0, region?.Width ?? 1, region?.Height ?? 1,
            unknown ? DecisionEvent.UnknownLabel : labels[now.Class], unknown ? 0 : now.Score, top, now.Frames, now.Classified,
            Math.Round(live.Rate, 2), now.Latency.TotalMilliseconds, now.Prepare.TotalMilliseconds, now.Run.TotalMilliseconds);
    }
}

internal sealed record ScoreDocument(string Label, float Score);

internal sealed record SinkDocument(string Name, long Delivered, long Dropped, string? Trouble)
{
    public static SinkDocument Of(string name, SinkStatus status) => new(name, status.Delivered, status.Dropped, status.Trouble);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StateDocument))]
[JsonSerializable(typeof(HistoryDocument))]
internal sealed partial class WebJson : JsonSerializerContext;
