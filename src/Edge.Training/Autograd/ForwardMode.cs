namespace Edge.Training.Autograd;

/// <summary>How a network computes.</summary>
public enum ForwardMode
{
    /// <summary>Batch normalization with the running statistics, no dropout: what the exported model computes.</summary>
    Evaluation,

    /// <summary>
    /// Batch normalization with the statistics of the batch, which move the running ones; dropout. Backward may follow.
    /// </summary>
    Training,
}
