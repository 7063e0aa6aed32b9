using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Quantization;

/// <summary>Keeps values in float32 between layers that compute in float32: rounding them in between would bring noise for nothing.</summary>
public static class FloatRegions
{
    /// <summary>
    /// The layers and, beside them, every node that reads nothing but their results and passes something on to one of them or to an
    /// output of the graph.
    /// </summary>
    /// <param name="graph">After the pass pipeline.</param>
    /// <param name="layers">Layers with weights that are to stay in float.</param>
    public static HashSet<Node> Join(ModelGraph graph, IEnumerable<Node> layers)
    {
        HashSet<Node> chosen = [.. layers], behind = [.. chosen];
        foreach (Node node in graph.Nodes)
        {
            IEnumerable<Value> read = node.Inputs.OfType<Value>().Where(v => !v.IsConstant);
            if (!Calibration.ActivationStatistics.IsWeighted(node) && read.Any() && read.All(v => v.Producer is { } p && behind.Contains(p)))
                behind.Add(node);
        }

        ILookup<Value, Node> readers = graph.AllConsumers();
        foreach (Node node in graph.Nodes.Reverse().Where(n => behind.Contains(n) && !chosen.Contains(n)))
        {
            if (node.Outputs.Any(v => graph.Outputs.Contains(v) || readers[v].Any(chosen.Contains)))
                chosen.Add(node);
        }

        return chosen;
    }
}
