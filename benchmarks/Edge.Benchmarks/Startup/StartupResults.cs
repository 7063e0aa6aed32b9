using System.Text.Json.Serialization;

namespace Edge.Benchmarks.Startup;

/// <summary>One build of edge-camera: its size, and what single-shot runs of it cost.</summary>
/// <param name="Profile">Build profile: full or minimal.</param>
/// <param name="Bytes">Of the stripped NativeAOT program.</param>
/// <param name="Sections">Its sections, bytes.</param>
/// <param name="Owners">Whose code and data it is made of, bytes; empty where that was not asked for.</param>
/// <param name="Phases">What an answer is made of; null for a program that gives none.</param>
internal sealed record StartupResult(
    string Profile, long Bytes, Dictionary<string, long> Sections, Dictionary<string, long> Owners, AnswerPhases? Phases, ProcessCost[] Runs);

/// <summary>Least times of new processes, in milliseconds.</summary>
/// <param name="Verify">Reading the manifest, proving every number and checksum.</param>
/// <param name="Pack">Laying out memory and packing the weights.</param>
/// <param name="Decode">Reading the picture; it is decoded already.</param>
/// <param name="Prepare">Resizing and quantizing it.</param>
/// <param name="Run">The network's first run.</param>
internal sealed record AnswerPhases(double Verify, double Pack, double Decode, double Prepare, double Run);

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
