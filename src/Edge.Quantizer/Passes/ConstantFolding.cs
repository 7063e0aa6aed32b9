using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Passes;

/// <summary>
/// Computes every node whose inputs are all constant. <paramref name="evaluate"/> runs one node on its inputs (null for an
/// optional input that is left out) and returns its outputs: the float executor's operator, so folding cannot differ from running.
/// </summary>
public sealed class ConstantFolding(Func<Node, IReadOnlyList<Tensor?>, IReadOnlyList<Tensor>> evaluate) : IGraphPass
{
    public string Name => nameof(ConstantFolding);

    public int Run(ModelGraph graph)
    {
        int changes = 0;
        foreach (Node node in graph.Nodes.ToArray())
        {
            if (node.Inputs.Count == 0 || node.Inputs.Any(v => v is { IsConstant: false }) || node.Inputs.All(v => v is null))
                continue;
            IReadOnlyList<Tensor> results = evaluate(node, [.. node.Inputs.Select(v => v?.Constant)]);
            graph.Remove(node);
            for (int i = 0; i < node.Outputs.Count && i < results.Count; i++)
                (node.Outputs[i].Constant, node.Outputs[i].Shape, node.Outputs[i].Type) = (results[i], results[i].Shape, results[i].Type);
            changes++;
        }

        return changes;
    }
}
