using System.Text.Json;
using System.Text.Json.Serialization;
using Edge.Camera.Decision;
using Edge.Camera.Linux;
using Edge.Camera.Running;
using Edge.Camera.Sinks.Gpio;

namespace Edge.Camera.Sinks.Mqtt;

/// <summary>What one region shows.</summary>
/// <param name="Label">Standing decision, or <see cref="DecisionEvent.UnknownLabel"/>.</param>
/// <param name="Score">Of the decision; 0 for unknown.</param>
/// <param name="Confidence">Of the likeliest class, decided or not.</param>
/// <param name="Rate">Frames per second that are looked at.</param>
/// <param name="LatencyMs">From the camera's timestamp to the decision, of the last frame.</param>
/// <param name="Classified">Frames that the network saw.</param>
/// <param name="Skipped">Frames that the motion gate kept from it.</param>
internal sealed record RegionState(
    string Label, double Score, double Confidence, double Rate, double LatencyMs, long Classified, long Skipped)
{
    public static RegionState Of(LiveState live, IReadOnlyList<string> labels)
    {
        Moment now = live.Now;
        bool unknown = now.Classified == 0 || now.Class == RegionDecider.Unknown;
        return new RegionState(
            unknown ? DecisionEvent.UnknownLabel : labels[now.Class],
            unknown ? 0 : Math.Round(now.Score, 3),
            now.Top.Count > 0 ? Math.Round(now.Top[0].Score, 3) : 0,
            Math.Round(live.Rate, 1),
            Math.Round(now.Latency.TotalMilliseconds, 1),
            now.Classified,
            now.Frames - now.Classified);
    }
}

/// <summary>What the board and its program are.</summary>
/// <param name="Problem">Why no frames are classified; null while they are.</param>
/// <param name="Temperature">°C of the hottest zone; null without a sensor.</param>
/// <param name="Throttled">Whether the firmware holds the processor back now; null where it does not tell.</param>
/// <param name="Armed">Whether decisions drive GPIO lines; null without lines.</param>
internal sealed record BoardState(
    string Version, string Network, DateTimeOffset Started, string? Problem, double? Temperature, bool? Throttled, bool? Armed)
{
    public static BoardState Of(ProgramParts parts, ProgramView program) => new(
        ProgramView.Version,
        parts.Watch.Model.Manifest.Network,
        program.Started,
        program.Sickness,
        BoardSensors.Hottest() is (_, double celsius) ? Math.Round(celsius, 1) : null,
        BoardSensors.Throttling() is { } bits ? (bits & BoardSensors.ThrottledNow) != 0 : null,
        parts.Sinks.OfType<GpioSink>().FirstOrDefault()?.Armed);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RegionState))]
[JsonSerializable(typeof(BoardState))]
[JsonSerializable(typeof(DecisionDocument))]
internal sealed partial class MqttJson : JsonSerializerContext;
