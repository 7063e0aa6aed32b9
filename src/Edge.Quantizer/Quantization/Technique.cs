using Edge.Quantizer.Calibration;
using Edge.Quantizer.Compression;

namespace Edge.Quantizer.Quantization;

/// <summary>Whether a technique is used.</summary>
public enum Choice
{
    /// <summary>
    /// As calibration images that fitted nothing show: compensated rounding, bias correction and mean matching are on unless the logits
    /// come clearly closer to float without them, the others are off unless they come clearly closer with them.
    /// </summary>
    Auto,
    On,
    Off,
}

/// <summary>How to quantize.</summary>
public sealed record QuantizationOptions
{
    /// <summary>A name of <see cref="RangeEstimator.All"/>, or "auto": the one whose logits are closest to float on images it has not seen.</summary>
    public string Method { get; init; } = "auto";

    /// <summary>See <see cref="CrossLayerEqualization"/>.</summary>
    public Choice Equalization { get; init; } = Choice.Auto;

    /// <summary>See <see cref="CompensatedRounding"/>; off rounds every weight to the nearest code.</summary>
    public Choice CompensatedRounding { get; init; } = Choice.Auto;

    /// <summary>Prunes and shares weights while they are rounded; null leaves them as they are.</summary>
    public WeightShaping? Shaping { get; init; }

    /// <summary>See <see cref="Quantization.BiasAbsorption"/>.</summary>
    public Choice BiasAbsorption { get; init; } = Choice.Auto;

    /// <summary>See <see cref="TensorMethods"/>.</summary>
    public Choice MethodPerTensor { get; init; } = Choice.Off;

    /// <summary>Time for <see cref="Quantization.LearnedRounding"/>; zero leaves it out.</summary>
    public TimeSpan LearnedRounding { get; init; }

    /// <summary>See <see cref="Quantization.BiasCorrection"/>.</summary>
    public Choice BiasCorrection { get; init; } = Choice.Auto;

    /// <summary>See <see cref="Quantization.MeanMatching"/>.</summary>
    public Choice MeanMatching { get; init; } = Choice.Auto;

    /// <summary>
    /// Top-1 that may be lost on held-out calibration images, points of a hundred; null for whatever it costs. Layers stay in float32
    /// until it holds.
    /// </summary>
    public double? MaxDrop { get; init; }

    /// <summary>
    /// Images that the package will carry: they fit nothing, and <see cref="MaxDrop"/> has to hold on them by themselves.
    /// </summary>
    public int CertificateImages { get; init; }

    /// <summary>
    /// Class of every calibration image, counted behind the label offset, null where unknown. With classes <see cref="MaxDrop"/>
    /// counts right answers, without any it counts answers that differ from float's.
    /// </summary>
    public IReadOnlyList<int?> Classes { get; init; } = [];

    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>One way to quantize a network.</summary>
/// <param name="Method">Name of the range estimator.</param>
/// <param name="Equalized">With <see cref="CrossLayerEqualization"/>.</param>
/// <param name="Compensated">With <see cref="CompensatedRounding"/>, else every weight rounded to the nearest code.</param>
public sealed record Technique(string Method, bool Equalized, bool Compensated)
{
    /// <summary>With <see cref="BiasAbsorption"/>.</summary>
    public bool Absorbed { get; init; }

    /// <summary>Some activations with a method of their own, see <see cref="TensorMethods"/>.</summary>
    public bool PerTensor { get; init; }

    /// <summary>With <see cref="LearnedRounding"/> in place of the layers' other rounding.</summary>
    public bool Learned { get; init; }

    /// <summary>With <see cref="BiasCorrection"/>.</summary>
    public bool Corrected { get; init; }

    /// <summary>With <see cref="MeanMatching"/>.</summary>
    public bool Matched { get; init; }

    public override string ToString()
    {
        string[] parts =
        [
            Method, Equalized ? "equalization" : "", Compensated ? "compensated rounding" : "", Absorbed ? "bias absorption" : "",
            PerTensor ? "method per tensor" : "", Learned ? "learned rounding" : "", Corrected ? "bias correction" : "",
            Matched ? "mean matching" : "",
        ];
        return string.Join(" + ", parts.Where(p => p.Length > 0));
    }
}

/// <summary>What a technique is worth: fitted on one half of the calibration images, judged on the other.</summary>
/// <param name="LogitSqnr">Signal to quantization noise ratio of the logits on the judging half, dB.</param>
public sealed record TechniqueScore(Technique Technique, double LogitSqnr);
