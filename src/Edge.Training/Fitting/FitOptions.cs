using Edge.Quantizer;
using Edge.Training.Data;

namespace Edge.Training.Fitting;

/// <summary>How a network is trained: whatever decides the result besides network and data. Goes into the checkpoint.</summary>
public sealed record FitOptions
{
    public static readonly IReadOnlyList<string> Optimizers = ["sgd", "adam", "adamw"];

    public static readonly IReadOnlyList<string> Schedules = ["cosine", "step", "constant"];

    public int Epochs { get; init; } = 30;

    public int BatchSize { get; init; } = 32;

    /// <summary>One of <see cref="Optimizers"/>; sgd is with Nesterov momentum.</summary>
    public string Optimizer { get; init; } = "adamw";

    /// <summary>At its highest; null: 0.05 for sgd, 0.001 for the others.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Null: 0.01 for adamw, 0.0001 for sgd, 0 for adam.</summary>
    public double? WeightDecay { get; init; }

    public double Momentum { get; init; } = 0.9;

    /// <summary>One of <see cref="Schedules"/>.</summary>
    public string Schedule { get; init; } = "cosine";

    /// <summary>Epochs in which the learning rate climbs to its height; a fraction is allowed.</summary>
    public double WarmUpEpochs { get; init; } = 1;

    /// <summary>
    /// Schedule "step": a tenth of the rate after so many epochs, and again; 0: after each third of the epochs.
    /// </summary>
    public int StepEpochs { get; init; }

    public double LabelSmoothing { get; init; }

    /// <summary>Rare classes count as much as frequent ones.</summary>
    public bool BalanceClasses { get; init; }

    /// <summary>Decay of the moving average of the weights that is evaluated and exported; 0 for none.</summary>
    public double AverageDecay { get; init; }

    /// <summary>Largest norm of the gradient; 0 for any.</summary>
    public double Clip { get; init; }

    /// <summary>Ends after so many epochs without a better validation; 0 for never.</summary>
    public int Patience { get; init; }

    /// <summary>Batch normalization keeps its statistics; for fine-tuning with few images.</summary>
    public bool FreezeStatistics { get; init; }

    /// <summary>
    /// Epochs of quantization-aware training behind the others, at a tenth of the learning rate; 0 for none.
    /// </summary>
    public int QuantizationEpochs { get; init; }

    /// <summary>Share of the weights that pruning leaves (<see cref="Compression.PruningConstraint"/>); null prunes none.</summary>
    public double? Keep { get; init; }

    /// <summary>Weights of a layer share 2 to this power values (<see cref="Compression.SharingConstraint"/>); null shares none.</summary>
    public int? ShareBits { get; init; }

    /// <summary>Share of the target that is the answer of <see cref="Teacher"/>; 0 for none.</summary>
    public double Distillation { get; init; }

    /// <summary>ONNX file of a network for the same images and classes; null for the network itself as it was before the phase that trains.</summary>
    public string? Teacher { get; init; }

    /// <summary>How training images are varied.</summary>
    public Augmentation Augmentation { get; init; } = Augmentation.None;

    public ulong Seed { get; init; } = 1;

    /// <summary>0: one per core. Another number gives another rounding of sums.</summary>
    public int Threads { get; init; }

    /// <summary>Memory for decoded images, megabytes.</summary>
    public int CacheMegabytes { get; init; } = 1024;

    /// <summary>Whether there are epochs of any kind.</summary>
    public bool Trains => Epochs > 0 || QuantizationEpochs > 0;

    /// <exception cref="UserException">A number is out of range.</exception>
    public void Check()
    {
        Require(Epochs is >= 0 and <= 1_000_000, "--epochs", Epochs, "0 to 1000000");
        Require(QuantizationEpochs is >= 0 and <= 1_000_000, "--qat-epochs", QuantizationEpochs, "0 to 1000000");
        Require(BatchSize is >= 1 and <= 65536, "--batch", BatchSize, "1 to 65536");
        Require(Optimizers.Contains(Optimizer), "--optimizer", Optimizer, string.Join(", ", Optimizers));
        Require(Schedules.Contains(Schedule), "--schedule", Schedule, string.Join(", ", Schedules));
        Require(LearningRate is null or (> 0 and <= 100), "--lr", LearningRate ?? 0, "above 0, at most 100");
        Require(WeightDecay is null or (>= 0 and < 1), "--weight-decay", WeightDecay ?? 0, "at least 0, below 1");
        Require(Momentum is >= 0 and < 1, "--momentum", Momentum, "at least 0, below 1");
        Require(WarmUpEpochs is >= 0, "--warmup", WarmUpEpochs, "at least 0");
        Require(StepEpochs >= 0, "--step-epochs", StepEpochs, "at least 0");
        Require(LabelSmoothing is >= 0 and < 1, "--label-smoothing", LabelSmoothing, "at least 0, below 1");
        Require(AverageDecay is >= 0 and < 1, "--ema", AverageDecay, "at least 0, below 1");
        Require(Clip is >= 0, "--clip", Clip, "at least 0");
        Require(Keep is null or (> 0 and < 1), "--keep", Keep ?? 0, "above 0, below 1");
        Require(Distillation is >= 0 and <= 1, "--distill", Distillation, "0 to 1");
        Require(Teacher is null || Distillation > 0, "--distill", Distillation, "above 0 with --teacher");
        Require(ShareBits is null or (>= 2 and <= 8), "--bits", ShareBits ?? 0, "2 to 8");
        Require(AverageDecay == 0 || (Keep is null && ShareBits is null), "--ema", AverageDecay, "0: averaged weights are neither pruned nor shared");
        Require(QuantizationEpochs == 0 || ShareBits is null, "--qat-epochs", QuantizationEpochs, "0: folded batch norms would take shared weights apart");
        Require(Patience >= 0, "--patience", Patience, "at least 0");
        Require(Threads is >= 0 and <= 1024, "--threads", Threads, "0 to 1024");
        Require(CacheMegabytes is >= 0 and <= 1 << 20, "--cache", CacheMegabytes, "0 to 1048576");
    }

    private static void Require(bool holds, string option, object value, string allowed)
    {
        if (!holds)
            throw new UserException($"{option} {value}: must be {allowed}");
    }
}
