using Edge.Quantizer.Graph;

namespace Edge.Training.Autograd.Compilation;

/// <summary>Copies graphs for passes to rewrite.</summary>
internal static class GraphCopy
{
    /// <summary>The same nodes and values; the data of constants is shared.</summary>
    /// <param name="original">Stays as it is.</param>
    /// <param name="constant">Called for every constant that a node reads: the copy, the node's place, the input's place.</param>
    public static ModelGraph Of(ModelGraph original, Action<Value, int, int>? constant = null)
    {
        var copy = new ModelGraph(original.Name);
        var values = new Dictionary<Value, Value>();
        copy.Inputs.AddRange(original.Inputs.Select(Twin));
        for (int n = 0; n < original.Nodes.Count; n++)
        {
            Node node = original.Nodes[n];
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                if (node.Inputs[i] is { IsConstant: true } value)
                    constant?.Invoke(Twin(value), n, i);
            }

            copy.Add(new Node(
                node.Name,
                node.OpType,
                node.Inputs.Select(v => v is null ? null : Twin(v)).ToArray(),
                node.Outputs.Select(Twin).ToArray(),
                node.Attributes.Clone()));
        }

        copy.Outputs.AddRange(original.Outputs.Select(Twin));
        return copy;

        Value Twin(Value value)
        {
            if (!values.TryGetValue(value, out Value? twin))
            {
                twin = new Value(value.Name) { Constant = value.Constant, Shape = value.Shape, Type = value.Type };
                values.Add(value, twin);
            }

            return twin;
        }
    }
}
