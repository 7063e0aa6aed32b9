using System.Text.Json.Serialization;
using Edge.Benchmarks.Timing;

namespace Edge.Benchmarks.Networks;

/// <summary>What the command networks found.</summary>
internal sealed record NetworkResults
{
    public required string Machine { get; init; }

    public required string Commit { get; init; }

    public required string OnnxRuntimeVersion { get; init; }

    /// <summary>The instruction that the peaks are made of.</summary>
    public required string PeakInstruction { get; init; }

    /// <summary>Threads of the second measurement; 1 when there was none.</summary>
    public required int Threads { get; init; }

    public required NetworkResult[] Networks { get; init; }
}

/// <summary>One network; rates in GMAC/s, memory in bytes.</summary>
internal sealed record NetworkResult
{
    public required string Name { get; init; }

    /// <summary>Multiply-accumulates of one inference.</summary>
    public required long Macs { get; init; }

    /// <summary>One thread.</summary>
    public required Comparison OneThread { get; init; }

    /// <summary>Several threads; null when only one was asked for.</summary>
    public required Comparison? SeveralThreads { get; init; }

    public required long PackageBytes { get; init; }

    public required long ArenaBytes { get; init; }

    /// <summary>Inputs and output of the largest layer.</summary>
    public required long LargestLayerBytes { get; init; }

    /// <summary>Most bytes that live at one moment: no placement is smaller.</summary>
    public required long LiveBytes { get; init; }
}

/// <summary>Ours and ONNX Runtime's on one number of threads, from the same rounds.</summary>
/// <param name="Peak">Best registers-only rate of all rounds, all threads together, GMAC/s.</param>
/// <param name="Rate">GMAC/s of our median.</param>
internal sealed record Comparison(RunTimes Ours, RunTimes OnnxRuntime, double Peak, double Rate)
{
    /// <summary>Of the peak, by the median.</summary>
    public double Share => Rate / Peak;

    /// <summary>Of the peak, by the best round: what a quiet machine does.</summary>
    public double BestShare => Share * Ours.Median / Ours.BestRound;

    /// <summary>
    /// Median over the runs of their share of the peak measured directly before each: a core that slows down, because its other
    /// hardware thread works for somebody else, slows both. One thread only.
    /// </summary>
    public required double? PairedShare { get; init; }

    /// <summary>Our median ÷ ONNX Runtime's.</summary>
    public double Ratio => Ours.Median / OnnxRuntime.Median;

    /// <summary>Our best round ÷ ONNX Runtime's.</summary>
    public double BestRatio => Ours.BestRound / OnnxRuntime.BestRound;
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NetworkResults))]
internal sealed partial class NetworkJson : JsonSerializerContext;
