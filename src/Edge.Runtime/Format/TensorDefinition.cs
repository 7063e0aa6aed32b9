namespace Edge.Runtime.Format;

/// <summary>What one element of a tensor is.</summary>
public enum ElementType
{
    /// <summary>Signed 8-bit, real value = scale · (q − zero point).</summary>
    Int8,

    /// <summary>IEEE 754 binary32.</summary>
    Float32,

    /// <summary>Signed 32-bit; constants only (bias at scale input·weight).</summary>
    Int32,
}

/// <summary>
/// One tensor of a packed model. Shapes are in memory order: an image is [1, height, width, channels] (NHWC), a vector
/// [1, n]. A tensor lives either in the arena (<see cref="Offset"/>) or in the file (<see cref="Constant"/>).
/// </summary>
public sealed record TensorDefinition
{
    /// <summary>The name in the source model; unique in the package.</summary>
    public required string Name { get; init; }

    public required ElementType Type { get; init; }

    /// <summary>Dimensions in memory order, rank 1 to 6, each at least 1.</summary>
    public required int[] Shape { get; init; }

    /// <summary>Quantization step of an <see cref="ElementType.Int8"/> tensor: finite and positive. 0 for other types.</summary>
    public float Scale { get; init; }

    /// <summary>The quantized value of real 0, in [-128, 127]. 0 for other types.</summary>
    public int ZeroPoint { get; init; }

    /// <summary>Byte offset of the first element from the start of the arena. Ignored for constants.</summary>
    public long Offset { get; init; }

    /// <summary>
    /// Elements from one innermost row to the next. Equal to the last dimension, or larger when this tensor is a channel
    /// slice of a wider one (the producer of a concat's input writes straight into the concat's output).
    /// </summary>
    public required int RowStride { get; init; }

    /// <summary>Index into <see cref="ModelManifest.Constants"/> for a tensor stored in the file; null in the arena.</summary>
    public int? Constant { get; init; }
}

/// <summary>Where a stored array lies in the file and how it is coded.</summary>
public sealed record ConstantDefinition
{
    public required ElementType Type { get; init; }

    /// <summary>
    /// Dimensions in memory order. Convolution weights: [output channel, kernel row, kernel column, input channel of the group].
    /// </summary>
    public required int[] Shape { get; init; }

    /// <summary>Byte offset from the start of the file, a multiple of 64.</summary>
    public required long Offset { get; init; }

    /// <summary>Stored bytes (after coding).</summary>
    public required long Length { get; init; }

    /// <summary>CRC-32C (Castagnoli) of the stored bytes.</summary>
    public required uint Checksum { get; init; }

    /// <summary>How the bytes are coded. Only "plain" (little endian, row-major) in format version 1.</summary>
    public string Codec { get; init; } = "plain";
}
