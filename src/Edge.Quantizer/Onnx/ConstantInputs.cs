using Edge.Quantizer.Onnx.Schema;

namespace Edge.Quantizer.Onnx;

/// <summary>
/// Graph inputs that the canonical form has as attributes: axes, shapes, bounds. A model that takes them at run time imports
/// only when the caller binds them through <see cref="ImportOptions.Constants"/>.
/// </summary>
internal static class ConstantInputs
{
    /// <summary>Operators whose inputs from the given one on must be constant.</summary>
    private static readonly Dictionary<string, int> FirstConstantInput = new()
    {
        ["Clip"] = 1,
        ["ConstantOfShape"] = 0,
        ["Dropout"] = 1,
        ["Pad"] = 1,
        ["ReduceMean"] = 1,
        ["Reshape"] = 1,
        ["Resize"] = 1,
        ["Slice"] = 1,
        ["Split"] = 1,
        ["Squeeze"] = 1,
        ["Unsqueeze"] = 1,
        ["Upsample"] = 1,
    };

    /// <summary>Names of the graph inputs, without an initializer, that some node needs as a constant.</summary>
    public static HashSet<string> Of(GraphProto graph)
    {
        HashSet<string> open = [.. graph.Input.Select(i => i.Name).Except(graph.Initializer.Select(t => t.Name))];
        open.IntersectWith(
            graph.Node.SelectMany(n => n.Input.Skip(FirstConstantInput.GetValueOrDefault(n.OpType, n.Input.Count))));
        return open;
    }
}
