using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Passes;

/// <summary>
/// Computes every node whose inputs are all constant. <paramref name="evaluate"/> runs one node on its inputs (null for an
/// optional input that is left out) and returns its outputs, or null to leave it.
/// </summary>
public sealed class ConstantFolding(Func<Node, IReadOnlyList<Tensor?>, IReadOnlyList<Tensor>?> evaluate) : IGraphPass
{
    public string Name => nameof(ConstantFolding);

    public int Run(ModelGraph graph)
    {
        int changes = 0;
        foreach (Node node in graph.Nodes.ToArray())
        {
            if (node.Inputs.Count == 0 || node.Inputs.Any(v => v is { IsConstant: false }) || node.Inputs.All(v => v is null))
                continue;
            if (evaluate(node, [.. node.Inputs.Select(v => v?.Constant)]) is not { } results)
                continue;
            graph.Remove(node);
            foreach ((Value output, Tensor result) in node.Outputs.Zip(results))
                (output.Constant, output.Shape, output.Type) = (result, result.Shape, result.Type);
            changes++;
        }

        return changes;
    }
}
