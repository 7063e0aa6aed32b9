namespace Edge.Training.Networks;

/// <summary>What a network of the catalog is built for. What is left null is the network's own choice.</summary>
public sealed record NetworkOptions
{
    /// <summary>Number of classes.</summary>
    public int? Classes { get; init; }

    /// <summary>Height of the input image, pixels.</summary>
    public int? Height { get; init; }

    /// <summary>Width of the input image, pixels.</summary>
    public int? Width { get; init; }

    /// <summary>Channels of the input image: 1 (grey) or 3 (colour).</summary>
    public int? Channels { get; init; }

    /// <summary>MobileNet's resolution multiplier ρ: scales the network's own input size where none is given.</summary>
    public double Resolution { get; init; } = 1;

    /// <summary>
    /// So many of the first layers that halve the image keep its size instead: 1 gives a stem of stride 1, 2 also leaves out the
    /// first pool. Networks made for 224 pixels become useful on 28 to 64 pixels this way.
    /// </summary>
    public int SkippedReductions { get; init; }

    /// <summary>Seed of the weights. Every tensor's own seed is made of this one and its name.</summary>
    public ulong Seed { get; init; }

    public WeightInitialization Initialization { get; init; } = WeightInitialization.He;

    /// <summary>
    /// Settings of the network's family by name, for example width = 0.35 (<see cref="NetworkFamily.Parameters"/>).
    /// </summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();
}

/// <summary>How weights start.</summary>
public enum WeightInitialization
{
    /// <summary>
    /// Normal with variance 2 / fan-in (He et al. 2015, arXiv:1502.01852); the classifier normal with deviation 0.01.
    /// </summary>
    He,

    /// <summary>All zero: for counting, which needs shapes only.</summary>
    Zero,
}
