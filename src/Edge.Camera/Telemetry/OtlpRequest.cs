using System.Globalization;
using System.Text.Json.Serialization;
using Edge.Camera.Linux;
using Edge.Camera.Running;

namespace Edge.Camera.Telemetry;

/// <summary>
/// ExportMetricsServiceRequest of OTLP 1.x in its JSON encoding (opentelemetry.io/docs/specs/otlp, "JSON Protobuf Encoding"): 64-bit
/// integers are strings, enumerations numbers, names as in the .proto files but in camel case.
/// </summary>
internal sealed record OtlpRequest(OtlpResourceMetrics[] ResourceMetrics)
{
    /// <summary>AGGREGATION_TEMPORALITY_CUMULATIVE: every export holds all that was counted since the start.</summary>
    private const int Cumulative = 2;

    /// <param name="metrics">What <see cref="ProgramMetrics"/> collected.</param>
    /// <param name="parts">Names the model.</param>
    /// <param name="version">Of the program.</param>
    /// <param name="now">When they were collected.</param>
    public static OtlpRequest Of(IReadOnlyList<Metric> metrics, ProgramParts parts, string version, DateTimeOffset now)
    {
        OtlpAttribute[] resource =
        [
            OtlpAttribute.Of("service.name", "edge-camera"),
            OtlpAttribute.Of("service.version", version),
            OtlpAttribute.Of("service.instance.id", MachineIdentity.Id),
            OtlpAttribute.Of("host.name", MachineIdentity.HostName),
            OtlpAttribute.Of("edge_camera.network", parts.Watch.Model.Manifest.Network),
            OtlpAttribute.Of("edge_camera.instruction_set", parts.Watch.InstructionSet.ToString()),
        ];
        string time = Nanoseconds(now);
        var scope = new OtlpScopeMetrics(new OtlpScope("edge-camera", version), [.. metrics.Select(m => Metric(m, time))]);
        return new OtlpRequest([new OtlpResourceMetrics(new OtlpResource(resource), [scope])]);
    }

    private static OtlpMetric Metric(Metric metric, string time)
    {
        var document = new OtlpMetric(metric.Name, metric.Help, metric.Unit);
        if (metric.Kind == MetricKind.Histogram)
            return document with { Histogram = new OtlpHistogram([.. metric.Samples.Select(s => Durations(s, time))], Cumulative) };
        OtlpNumber[] numbers = [.. metric.Samples.Select(s => Number(s, metric.IsInteger, time))];
        return metric.Kind == MetricKind.Counter
            ? document with { Sum = new OtlpSum(numbers, Cumulative, IsMonotonic: true) }
            : document with { Gauge = new OtlpGauge(numbers) };
    }

    private static OtlpNumber Number(Sample sample, bool isInteger, string time) => new(
        Attributes(sample), Nanoseconds(sample.Since), time, isInteger ? (long)sample.Value : null, isInteger ? null : sample.Value);

    private static OtlpDurations Durations(Sample sample, string time)
    {
        DurationCounts counts = sample.Durations;
        var buckets = new long[DurationCounts.Bounds.Length + 1];
        for (int i = 0; i < buckets.Length; i++)
            buckets[i] = counts[i];
        return new OtlpDurations(
            Attributes(sample), Nanoseconds(sample.Since), time, counts.Count, counts.Sum, buckets, DurationCounts.Bounds.ToArray());
    }

    private static OtlpAttribute[] Attributes(Sample sample)
    {
        var attributes = new List<OtlpAttribute>(sample.Labels.Length);
        foreach ((string name, string? value) in sample.Labels)
        {
            if (value is not null)
                attributes.Add(OtlpAttribute.Of(name, value));
        }

        return [.. attributes];
    }

    /// <summary>Since 1970.</summary>
    private static string Nanoseconds(DateTimeOffset time) =>
        ((time - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick).ToString(CultureInfo.InvariantCulture);
}

internal sealed record OtlpResourceMetrics(OtlpResource Resource, OtlpScopeMetrics[] ScopeMetrics);

internal sealed record OtlpResource(OtlpAttribute[] Attributes);

internal sealed record OtlpScopeMetrics(OtlpScope Scope, OtlpMetric[] Metrics);

internal sealed record OtlpScope(string Name, string Version);

internal sealed record OtlpAttribute(string Key, OtlpValue Value)
{
    public static OtlpAttribute Of(string key, string value) => new(key, new OtlpValue(value));
}

internal sealed record OtlpValue(string StringValue);

/// <summary>One of the three is there.</summary>
internal sealed record OtlpMetric(string Name, string Description, string Unit)
{
    public OtlpGauge? Gauge { get; init; }

    public OtlpSum? Sum { get; init; }

    public OtlpHistogram? Histogram { get; init; }
}

internal sealed record OtlpGauge(OtlpNumber[] DataPoints);

internal sealed record OtlpSum(OtlpNumber[] DataPoints, int AggregationTemporality, bool IsMonotonic);

internal sealed record OtlpHistogram(OtlpDurations[] DataPoints, int AggregationTemporality);

internal sealed record OtlpNumber(
    OtlpAttribute[] Attributes,
    string StartTimeUnixNano,
    string TimeUnixNano,
    [property: JsonNumberHandling(JsonNumberHandling.WriteAsString)] long? AsInt,
    double? AsDouble);

/// <param name="BucketCounts">One more than <paramref name="ExplicitBounds"/>: the last has no end.</param>
/// <param name="ExplicitBounds">Upper ends, inclusive.</param>
internal sealed record OtlpDurations(
    OtlpAttribute[] Attributes,
    string StartTimeUnixNano,
    string TimeUnixNano,
    [property: JsonNumberHandling(JsonNumberHandling.WriteAsString)] long Count,
    double Sum,
    [property: JsonNumberHandling(JsonNumberHandling.WriteAsString)] long[] BucketCounts,
    double[] ExplicitBounds);

/// <summary>ExportMetricsServiceResponse.</summary>
internal sealed record OtlpResponse
{
    public OtlpPartialSuccess? PartialSuccess { get; set; }
}

internal sealed record OtlpPartialSuccess
{
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
    public long RejectedDataPoints { get; set; }

    public string? ErrorMessage { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OtlpRequest))]
[JsonSerializable(typeof(OtlpResponse))]
internal sealed partial class OtlpJson : JsonSerializerContext;
