using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;

namespace Edge.Quantizer.Passes;

/// <summary>
/// A ReduceMean over height and width, and an AveragePool or MaxPool whose one window covers the whole image, become
/// GlobalAveragePool and GlobalMaxPool (with a Reshape behind, where ReduceMean drops the axes). The window may hang over
/// into padding that does not count.
/// </summary>
public sealed class GlobalPools : IGraphPass
{
    public string Name => nameof(GlobalPools);

    public int Run(ModelGraph graph) => graph.Nodes.ToArray().Count(node => node.OpType switch
    {
        OpTypes.ReduceMean => FromReduceMean(graph, node),
        OpTypes.AveragePool or OpTypes.MaxPool => FromPool(node),
        _ => false,
    });

    private static bool FromReduceMean(ModelGraph graph, Node node)
    {
        if (node.Input(0) is not { Shape: { Length: 4 } shape } x)
            return false;
        int[] axes = node.Attributes.Ints("axes")!;
        bool spatial = Enumerable.Range(0, 4).All(axis => shape[axis] == 1 || axes.Contains(axis) == (axis >= 2));
        if (!spatial || shape[2] * shape[3] == 1)
            return false;
        int[] pooled = [shape[0], shape[1], 1, 1];
        Value result = node.Output;
        if (result.Shape!.AsSpan().SequenceEqual(pooled))
        {
            graph.Replace(node, new Node(node.Name, OpTypes.GlobalAveragePool, [x], [result]));
            return true;
        }

        Value pool = graph.EmitBefore(node, OpTypes.GlobalAveragePool, $"{result.Name}/pooled", pooled, [x]);
        graph.Replace(node, new Node(node.Name, OpTypes.Reshape, [pool], [result], new Attributes().Set("shape", result.Shape!)));
        return true;
    }

    private static bool FromPool(Node node)
    {
        if (node.Input(0).Shape is not { Length: 4 } shape || node.Output.Shape is not [_, _, 1, 1])
            return false;
        WindowAttributes window = WindowAttributes.From(node);
        bool covers = Enumerable.Range(0, 2).All(axis => window.Kernel[axis] - window.PadsBegin[axis] >= shape[2 + axis]);
        bool counts = node.OpType == OpTypes.AveragePool && window.CountIncludePad && window.HasPadding;
        if (!covers || counts || window.Dilations is not [1, 1])
            return false;
        foreach (string name in new[] { "kernel_shape", "strides", "dilations", "pads", "ceil_mode", "count_include_pad" })
            node.Attributes.Remove(name);
        node.OpType = node.OpType == OpTypes.AveragePool ? OpTypes.GlobalAveragePool : OpTypes.GlobalMaxPool;
        return true;
    }
}
