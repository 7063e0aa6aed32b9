using Edge.Runtime.Format.Certificates;

namespace Edge.Runtime.Format;

/// <summary>What a package says about itself: everything but the bytes of its constants. Stored as JSON.</summary>
public sealed record ModelManifest
{
    /// <summary>Network name, as a person would call it.</summary>
    public required string Network { get; init; }

    public required InputPreprocessing Preprocessing { get; init; }

    /// <summary>Class names in output order; empty when the model has none.</summary>
    public required string[] Labels { get; init; }

    /// <summary>Outputs in front of the first real class (1 where output 0 is "background").</summary>
    public int LabelOffset { get; init; }

    public required TensorDefinition[] Tensors { get; init; }

    /// <summary>Operators in execution order.</summary>
    public required OperatorDefinition[] Operators { get; init; }

    public required ConstantDefinition[] Constants { get; init; }

    /// <summary>Index of the int8 image tensor that the caller fills.</summary>
    public required int Input { get; init; }

    /// <summary>Indices of the result tensors; the first one holds the class scores.</summary>
    public required int[] Outputs { get; init; }

    /// <summary>Bytes of scratch memory that all arena tensors fit in.</summary>
    public required long ArenaSize { get; init; }

    public AccuracyReport? Accuracy { get; init; }

    public SelfTest? SelfTest { get; init; }

    /// <summary>Filled in by <see cref="EdgeModelWriter"/> where a certificate is stored.</summary>
    public CertificateDefinition? Certificate { get; init; }

    public required Provenance Provenance { get; init; }
}

/// <summary>What quantization cost, measured on the calibration images when the package was made.</summary>
public sealed record AccuracyReport
{
    /// <summary>Images compared.</summary>
    public required int Images { get; init; }

    /// <summary>Share of images with the same top-1 class in float and int8, 0 to 1.</summary>
    public required double Top1Agreement { get; init; }

    /// <summary>Mean signal to quantization noise ratio of the logits, dB.</summary>
    public required double LogitSqnr { get; init; }

    /// <summary>Calibration method that was chosen.</summary>
    public required string Method { get; init; }

    public LayerAccuracy[] Layers { get; init; } = [];
}

public sealed record LayerAccuracy
{
    public required string Tensor { get; init; }

    /// <summary>Signal to quantization noise ratio of this tensor in the int8 network, dB.</summary>
    public required double Sqnr { get; init; }

    public required double Cosine { get; init; }
}

/// <summary>Inputs made from a seed, outputs stored as digests: replayed bit for bit before the first frame.</summary>
public sealed record SelfTest
{
    /// <summary>
    /// Seed of each vector. Byte i of the input in memory order is the top byte of x(i+1) as int8, where
    /// x(0) = seed and x(i+1) = x(i)·6364136223846793005 + 1442695040888963407 mod 2⁶⁴ (Knuth, MMIX).
    /// </summary>
    public required ulong[] Seeds { get; init; }

    /// <summary>
    /// CRC-32C of all output tensors' bytes (little endian, in <see cref="ModelManifest.Outputs"/> order) per seed.
    /// </summary>
    public required uint[] Digests { get; init; }
}

/// <summary>Where a package came from.</summary>
public sealed record Provenance
{
    /// <summary>File name of the source model, without folder.</summary>
    public required string Source { get; init; }

    /// <summary>SHA-256 of the source model, lower-case hex.</summary>
    public required string SourceSha256 { get; init; }

    /// <summary>SHA-256 over the calibration files' SHA-256 sums in file-name order, lower-case hex.</summary>
    public required string CalibrationSha256 { get; init; }

    public required int CalibrationImages { get; init; }

    /// <summary>Tool and version that wrote the package.</summary>
    public required string Tool { get; init; }
}
