using Edge.Quantizer.Graph;

namespace Edge.Training.Networks;

/// <summary>Networks that one file of code builds: a paper's architecture and its settings.</summary>
public sealed record NetworkFamily
{
    /// <summary>For example mobilenet-v1.</summary>
    public required string Name { get; init; }

    /// <summary>Authors, year and arXiv number of the paper.</summary>
    public required string Paper { get; init; }

    /// <summary>Height and width of the input where nothing else is said, pixels.</summary>
    public required int Size { get; init; }

    /// <summary>What can be set, with the value that holds where nothing is.</summary>
    public required IReadOnlyList<NetworkParameter> Parameters { get; init; }

    /// <summary>The named members.</summary>
    public required IReadOnlyList<NetworkPreset> Presets { get; init; }

    /// <summary>Adds all layers and returns the logits [1, classes].</summary>
    public required Func<NetworkBuilder, NetworkSettings, Value> Build { get; init; }
}

/// <summary>A setting of a family.</summary>
/// <param name="Name">For example width.</param>
/// <param name="Default">Value where nothing is given.</param>
/// <param name="Meaning">For a person, with the range.</param>
public sealed record NetworkParameter(string Name, string Default, string Meaning);

/// <summary>A member of a family under a name of its own.</summary>
/// <param name="Name">Name in the catalog.</param>
/// <param name="Settings">Settings that differ from the family's defaults.</param>
public sealed record NetworkPreset(string Name, params (string Name, string Value)[] Settings)
{
    /// <summary>Height and width of the input, pixels; null: the family's.</summary>
    public int? Size { get; init; }

    public int Channels { get; init; } = 3;

    /// <summary>Classes; the papers' networks have ImageNet's 1000.</summary>
    public int Classes { get; init; } = 1000;
}
