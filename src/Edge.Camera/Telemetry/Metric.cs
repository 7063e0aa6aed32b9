using Edge.Camera.Running;

namespace Edge.Camera.Telemetry;

/// <summary>How a metric's values add up.</summary>
internal enum MetricKind
{
    /// <summary>Only grows, until it begins anew at 0.</summary>
    Counter,

    /// <summary>What is now.</summary>
    Gauge,

    /// <summary>Durations in buckets.</summary>
    Histogram,
}

/// <summary>A figure of the program, with a sample for each thing that it is about.</summary>
/// <param name="Name">
/// As OpenTelemetry has it. Prometheus' name adds unit and <c>_total</c> by the rules of OpenTelemetry's "Prometheus and OpenMetrics
/// Compatibility", so that a collector in between gives the same name.
/// </param>
/// <param name="Kind">What it is.</param>
/// <param name="Unit">In UCUM, as OpenTelemetry wants it: s, By, Cel, 1 for a share, {frame} for a count; empty for none.</param>
/// <param name="Help">One sentence.</param>
internal sealed record Metric(string Name, MetricKind Kind, string Unit, string Help)
{
    public List<Sample> Samples { get; } = [];

    /// <summary>Counts of things are integers; time is not.</summary>
    public bool IsInteger => Kind == MetricKind.Counter && Unit != "s";

    public void Add(DateTimeOffset since, double value, params (string Name, string? Value)[] labels) =>
        Samples.Add(new Sample(since, value, default, labels));

    public void Add(DateTimeOffset since, DurationCounts durations, params (string Name, string? Value)[] labels) =>
        Samples.Add(new Sample(since, durations.Sum, durations, labels));
}

/// <summary>One value of a metric.</summary>
/// <param name="Since">When its counter or histogram was 0.</param>
/// <param name="Value">Finite; a histogram's sum.</param>
/// <param name="Durations">Of a histogram.</param>
/// <param name="Labels">Those whose value is null are left out.</param>
internal sealed record Sample(
    DateTimeOffset Since, double Value, DurationCounts Durations, (string Name, string? Value)[] Labels);
