using Edge.Camera.Decision;

namespace Edge.Camera.Sinks;

/// <summary>A region's first decision, or another one. Rare compared with frames: built anew for each, shared by all sinks.</summary>
internal sealed record DecisionEvent
{
    public required string Camera { get; init; }

    /// <summary>Name of the region; null where the whole picture is one.</summary>
    public required string? Region { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>Number of the frame since the camera was opened first.</summary>
    public required long Frame { get; init; }

    /// <summary>Class of the model, or <see cref="RegionDecider.Unknown"/>.</summary>
    public required int Class { get; init; }

    /// <summary>Of the class; <see cref="UnknownLabel"/> for none.</summary>
    public required string Label { get; init; }

    /// <summary>0 to 1 where the model gives probabilities.</summary>
    public required float Score { get; init; }

    public required TopClasses Top { get; init; }

    /// <summary>False within the class's cool-down and for what stands: levels follow, nobody is told.</summary>
    public required bool Report { get; init; }

    /// <summary>
    /// Nothing happened: this is how things stand, for sinks that show it. A region that begins with "unknown", and what a sink finds
    /// that was made while decisions stood.
    /// </summary>
    public bool Stands { get; init; }

    /// <summary>The frame; null when no sink wants pictures or too many are under way.</summary>
    public Picture? Picture { get; init; }

    public const string UnknownLabel = "unknown";

    /// <summary>In place of a label on pictures that a person asked for.</summary>
    public const string OnRequest = "on-request";

    /// <summary>Camera, or camera/region.</summary>
    public string Where => Region is null ? Camera : $"{Camera}/{Region}";
}
