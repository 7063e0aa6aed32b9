namespace Edge.Runtime.Format.Certificates;

/// <summary>
/// Proof of a package's accuracy that every device can repeat: images as the model's input, what the float network made of them and
/// what the package made of them, stored in a section of their own behind the constants.
/// </summary>
public sealed record CertificateDefinition
{
    /// <summary>More images would be a data set.</summary>
    public const int MaxImages = 256;

    /// <summary>Number of images, 1 to <see cref="MaxImages"/>.</summary>
    public required int Images { get; init; }

    /// <summary>Tensor whose values are compared: an operator's result, int8 or float32.</summary>
    public required int Logits { get; init; }

    /// <summary>
    /// What each image shows, counted behind the label offset. Drops count right answers of the float network that are lost, net of
    /// gained ones; empty where that is unknown: then they count answers that differ from the float network's.
    /// </summary>
    public int[] Classes { get; init; } = [];

    /// <summary>The budget: how large the drop may be, points of a hundred.</summary>
    public required double MaxDrop { get; init; }

    /// <summary>The drop when the package was made, points of a hundred; negative where more was gained than lost.</summary>
    public required double Drop { get; init; }

    /// <summary>Byte of the file where the compressed records start, a multiple of 64.</summary>
    public long Offset { get; init; }

    /// <summary>Bytes of the compressed records, to the end of the file.</summary>
    public long Length { get; init; }

    /// <summary>CRC-32C of the compressed records.</summary>
    public uint Checksum { get; init; }
}
