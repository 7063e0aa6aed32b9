namespace Edge.Runtime.Format;

/// <summary>How the constants of a compressed package may be stored. Whatever is chosen, they decode to the same bytes.</summary>
public sealed record CodingOptions
{
    /// <summary>
    /// Whether frequent symbols get shorter codes. Without it codebook indices and gaps have a fixed number of bits.
    /// </summary>
    public bool Entropy { get; init; } = true;
}
