namespace Edge.Training.Fitting;

/// <summary>The readable part of a checkpoint.</summary>
internal sealed record CheckpointHeader
{
    public required RunDescription Run { get; init; }

    public required TrainingProgress Progress { get; init; }

    /// <summary>Tensors in the order in which they lie in the file.</summary>
    public required IReadOnlyList<CheckpointTensor> Tensors { get; init; }
}

/// <param name="Name">For example "parameter/conv1_weights".</param>
/// <param name="Length">Numbers.</param>
internal sealed record CheckpointTensor(string Name, int Length);

/// <summary>A run in the middle of its work.</summary>
/// <param name="Run">What it trains, on what and how.</param>
/// <param name="Progress">How far it is.</param>
/// <param name="Network">The network as ONNX, with the weights it began with.</param>
/// <param name="Tensors">Weights, running statistics, the optimizer's memory, averages, the best weights so far.</param>
public sealed record Checkpoint(
    RunDescription Run, TrainingProgress Progress, byte[] Network, IReadOnlyList<(string Name, float[] Data)> Tensors);
