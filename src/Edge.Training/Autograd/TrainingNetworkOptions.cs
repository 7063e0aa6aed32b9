using Edge.Training.Quantization;

namespace Edge.Training.Autograd;

/// <summary>Which part of a graph a network computes, and how.</summary>
public sealed record TrainingNetworkOptions
{
    /// <summary>
    /// Name of the value to start from in place of the graph's input: a network from the features to the logits trains a
    /// classifier head on cached features. Its input is that value, NHWC.
    /// </summary>
    public string? From { get; init; }

    /// <summary>
    /// Name of the value to end at in place of the logits: a network up to the input of the classifier computes features.
    /// <see cref="Network{T}.Logits"/> then holds that value, NHWC.
    /// </summary>
    public string? To { get; init; }

    /// <summary>
    /// What batch normalization keeps of its running statistics per step, where the node has no momentum attribute of its
    /// own: running · momentum + batch · (1 − momentum).
    /// </summary>
    public float BatchNormalizationMomentum { get; init; } = 0.9f;

    /// <summary>Not null: forward passes compute as the int8 network does. Single precision, over a folded graph.</summary>
    public QuantizationAware? Quantization { get; init; }
}
