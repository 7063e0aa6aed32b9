using System.Text.Json;
using System.Text.Json.Serialization;

namespace Edge.Runtime.Execution;

/// <summary>How fast a model runs, as <see cref="SessionBenchmark"/> measured it. Wall-clock times.</summary>
public sealed record BenchmarkReport
{
    public required string Network { get; init; }

    public required InstructionSet InstructionSet { get; init; }

    /// <summary>Threads that shared each operator.</summary>
    public required int Threads { get; init; }

    /// <summary>Timed runs.</summary>
    public required int Runs { get; init; }

    public required double MedianMilliseconds { get; init; }

    public required double LeastMilliseconds { get; init; }

    /// <summary>Of one run.</summary>
    public required long MultiplyAccumulates { get; init; }

    /// <summary>Billions of multiply-accumulates per second of the median run.</summary>
    public double GigaMacsPerSecond => Rate(MultiplyAccumulates, MedianMilliseconds);

    /// <summary>Memory that all tensors share.</summary>
    public required long ArenaBytes { get; init; }

    /// <summary>The whole .edge file.</summary>
    public required int PackageBytes { get; init; }

    /// <summary>What it took to read the manifest and to prove every number and checksum of the package.</summary>
    public required double VerificationMilliseconds { get; init; }

    /// <summary>What it took to lay out memory, pack weights and start threads.</summary>
    public required double PreparationMilliseconds { get; init; }

    /// <summary>In execution order; null when the layers were not timed.</summary>
    public required IReadOnlyList<LayerTime>? Layers { get; init; }

    /// <summary>Microseconds of all layers together; their clock makes it a little more than a run takes.</summary>
    [JsonIgnore]
    public double LayerMicroseconds => Layers?.Sum(l => l.Microseconds) ?? 0;

    /// <summary>The report as one indented JSON document in camelCase.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, BenchmarkJson.Default.BenchmarkReport);

    internal static double Rate(long macs, double milliseconds) => milliseconds > 0 ? macs / (milliseconds * 1e6) : 0;
}

/// <summary>One operator of a <see cref="BenchmarkReport"/>.</summary>
/// <param name="Name">As the manifest has it.</param>
/// <param name="Kernel">What does the work, in the grammar Operator-Tile-Isa.</param>
/// <param name="MultiplyAccumulates">Of one run; 0 where the notion makes no sense.</param>
/// <param name="Microseconds">Median of all runs.</param>
public sealed record LayerTime(string Name, string Kernel, long MultiplyAccumulates, double Microseconds)
{
    /// <summary>Billions of multiply-accumulates per second; 0 without any.</summary>
    public double GigaMacsPerSecond => BenchmarkReport.Rate(MultiplyAccumulates, Microseconds / 1000);
}

[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BenchmarkReport))]
internal sealed partial class BenchmarkJson : JsonSerializerContext;
