using Edge.Quantizer.Graph;

namespace Edge.Training.Autograd;

/// <summary>The network that is trained: single precision. See <see cref="Network{T}"/>.</summary>
public sealed class TrainingNetwork(ModelGraph graph, int batchSize, Workers workers, TrainingNetworkOptions? options = null)
    : Network<float>(graph, batchSize, workers, options);
