using System.Text.Json.Serialization;

namespace Edge.Benchmarks.Training;

/// <summary>What the training benchmark found. Rates are in GMAC/s.</summary>
internal sealed record TrainingResults
{
    public required int Threads { get; init; }

    public required int Batch { get; init; }

    public required int VectorBits { get; init; }

    /// <summary>Best of all runs, all threads together.</summary>
    public required double Peak { get; init; }

    public required NetworkResult[] Networks { get; init; }
}

/// <summary>All convolutions of one network.</summary>
/// <param name="Name">Network.</param>
/// <param name="Layers">Every convolution, and their sum as the last.</param>
internal sealed record NetworkResult(string Name, LayerResult[] Layers);

/// <summary>One convolution.</summary>
/// <param name="Name">Layer.</param>
/// <param name="Gmac">Billions of multiply-accumulates of one product over the batch.</param>
/// <param name="Forward">Output, GMAC/s.</param>
/// <param name="Data">Gradient of the input, GMAC/s; null for the first layer, whose input has no gradient.</param>
/// <param name="Weights">Gradient of the weights, GMAC/s.</param>
/// <param name="All">All products, GMAC/s.</param>
/// <param name="Share">Of the peak.</param>
internal sealed record LayerResult(
    string Name, double Gmac, double Forward, double? Data, double Weights, double All, double Share);

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TrainingResults))]
internal sealed partial class TrainingJson : JsonSerializerContext;
