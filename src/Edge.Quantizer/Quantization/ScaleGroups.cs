using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Quantization;

/// <summary>
/// Values that must have one scale and zero point so that concat, max pool, shuffle, slices and reshapes only move bytes.
/// </summary>
public static class ScaleGroups
{
    private static readonly HashSet<string> Movements =
    [
        OpTypes.Concat, OpTypes.Split, OpTypes.Slice, OpTypes.Pad, OpTypes.MaxPool, OpTypes.GlobalMaxPool, OpTypes.Reshape,
        OpTypes.Flatten, OpTypes.Squeeze, OpTypes.Unsqueeze, OpTypes.Transpose, OpTypes.Resize, OpTypes.ChannelShuffle,
        OpTypes.Identity, OpTypes.Dropout,
    ];

    /// <summary>Whether operators of this type pass int8 codes on as they are.</summary>
    public static bool MovesBytes(string opType) => Movements.Contains(opType);

    /// <summary>Every float activation of the graph in exactly one group, in graph order.</summary>
    /// <param name="graph">After the pass pipeline.</param>
    /// <param name="concatShares">Whether the inputs of a concat share its scale; if not it requantizes them.</param>
    public static IEnumerable<List<Value>> Of(ModelGraph graph, bool concatShares = true)
    {
        var parent = new Dictionary<Value, Value>();
        var order = new List<Value>();
        foreach (Value value in graph.Inputs.Concat(graph.Nodes.SelectMany(n => n.Outputs)))
        {
            if (value.Type == DataType.Float32 && !value.IsConstant && parent.TryAdd(value, value))
                order.Add(value);
        }

        foreach (Node node in graph.Nodes.Where(n => MovesBytes(n.OpType) && (concatShares || n.OpType != OpTypes.Concat)))
        {
            foreach (Value value in node.Inputs.OfType<Value>().Concat(node.Outputs))
            {
                if (parent.ContainsKey(value) && parent.ContainsKey(node.Output))
                    parent[Root(value)] = Root(node.Output);
            }
        }

        return order.GroupBy(Root).Select(g => g.ToList());

        Value Root(Value value)
        {
            while (parent[value] != value)
                value = parent[value] = parent[parent[value]];
            return value;
        }
    }
}
