using System.Text.Json.Serialization;

namespace Edge.Benchmarks.Startup;

/// <summary>One build of edge-camera: its size, and what single-shot runs of it cost.</summary>
/// <param name="Profile">Build profile: full or minimal.</param>
/// <param name="Bytes">Of the stripped NativeAOT program.</param>
/// <param name="VerifyAndPackMilliseconds">Least time of a new process for the package's checks and for packing its weights.</param>
internal sealed record StartupResult(string Profile, long Bytes, double VerifyAndPackMilliseconds, ProcessCost[] Runs);

/// <summary>New processes of one command line.</summary>
/// <param name="Command">What they do.</param>
/// <param name="LeastMilliseconds">From exec to exit.</param>
/// <param name="MedianMilliseconds">From exec to exit.</param>
/// <param name="ProcessorMilliseconds">Least processor time of all threads.</param>
/// <param name="PeakMebibytes">Largest resident set of all runs.</param>
internal sealed record ProcessCost(
    string Command, double LeastMilliseconds, double MedianMilliseconds, double ProcessorMilliseconds, double PeakMebibytes);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StartupResult[]))]
internal sealed partial class StartupJson : JsonSerializerContext;
