using System.Text.Json.Serialization;

namespace Edge.Camera.Sinks;

/// <summary>A decision as JSON, for web addresses and the page alike.</summary>
internal sealed record DecisionDocument(
    DateTimeOffset Time, string Camera, string? Region, string Label, int Class, float Score, long Frame)
{
    public static DecisionDocument Of(DecisionEvent decision) => new(
        decision.Time, decision.Camera, decision.Region, decision.Label, decision.Class, decision.Score, decision.Frame);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DecisionDocument))]
internal sealed partial class DecisionJson : JsonSerializerContext;
