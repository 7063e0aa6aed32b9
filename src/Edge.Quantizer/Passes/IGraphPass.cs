using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Passes;

/// <summary>
/// One rewriting of a graph that leaves what it computes unchanged (max|a−b| ≤ 1e-5 · max|b| in float32). A pass reads
/// <see cref="Value.Shape"/>, so shape inference must have run; values it makes carry their shapes.
/// </summary>
public interface IGraphPass
{
    string Name { get; }

    /// <summary>Applies the rewriting wherever it fits. Returns the number of changes; 0 when there was nothing to do.</summary>
    int Run(ModelGraph graph);
}
