namespace Edge.Training.Fitting;

/// <summary>How far a run is. With the tensors of the checkpoint, everything that the rest of the run depends on.</summary>
public sealed record TrainingProgress
{
    /// <summary>Whole epochs done.</summary>
    public int Epoch { get; set; }

    /// <summary>Steps done of the epoch that runs.</summary>
    public int Step { get; set; }

    /// <summary>Sum of the loss over the images of the epoch that runs.</summary>
    public double LossSum { get; set; }

    /// <summary>Images of the epoch that runs.</summary>
    public int Seen { get; set; }

    /// <summary>Those of them that got their class.</summary>
    public int Right { get; set; }

    /// <summary>Updates of the optimizer.</summary>
    public long OptimizerSteps { get; set; }

    /// <summary>Updates of the moving average.</summary>
    public long AverageSteps { get; set; }

    /// <summary>Of the validation images before the first epoch, 0 to 1; null without such images.</summary>
    public double? StartAccuracy { get; set; }

    /// <summary>Likewise, mean cross-entropy.</summary>
    public double? StartLoss { get; set; }

    public List<EpochRecord> History { get; init; } = [];

    /// <summary>
    /// The epoch whose weights are exported, counted from 1; 0 while none is better than the weights that the run, or its resumption with
    /// fewer epochs, began with.
    /// </summary>
    public int BestEpoch { get; set; }

    /// <summary>Whether <see cref="BestEpoch"/> 0 stands for the weights that the run was resumed with, not those that it began with.</summary>
    public bool BestIsResumed { get; set; }

    /// <summary>Validation did not get better for too long.</summary>
    public bool StoppedEarly { get; set; }
}

/// <summary>What one epoch came to.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="LearningRate">At its last step.</param>
/// <param name="Loss">Mean over the training images as they were met, varied and with the weights of that moment.</param>
/// <param name="Accuracy">Likewise, 0 to 1. With mixup: of the larger part.</param>
/// <param name="ValidationLoss">Mean cross-entropy; null without validation images.</param>
/// <param name="ValidationAccuracy">0 to 1; null without validation images.</param>
/// <param name="Seconds">Time, validation included.</param>
public sealed record EpochRecord(
    int Epoch,
    double LearningRate,
    double Loss,
    double Accuracy,
    double? ValidationLoss,
    double? ValidationAccuracy,
    double Seconds);
