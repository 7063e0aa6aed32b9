using Edge.Quantizer.Graph.ShapeInference;

namespace Edge.Quantizer.Graph;

/// <summary>What a node costs to run and to store; its shapes must be inferred.</summary>
public static class Costs
{
    /// <summary>Multiply-accumulates of one run: convolutions and matrix products; 0 for everything else.</summary>
    public static long MultiplyAccumulates(Node node) => node.OpType switch
    {
        // Each output element sums over one filter: input channels of the group times the kernel.
        OpTypes.Conv => Volume(node.Output.Shape!) * Volume(Shapes.InputShape(node, 1).AsSpan(1..)),
        OpTypes.Gemm => Volume(node.Output.Shape!) * Shapes.InputShape(node, 0)[node.Attributes.Int("transA", 0) != 0 ? 0 : 1],
        OpTypes.MatMul => Volume(node.Output.Shape!) * Shapes.InputShape(node, 0)[^1],
        _ => 0,
    };

    /// <summary>Elements of the node's constant inputs.</summary>
    public static long Parameters(Node node) => node.Inputs.Sum(v => v?.Constant is { } c ? (long)c.Count : 0);

    private static long Volume(ReadOnlySpan<int> shape)
    {
        long count = 1;
        foreach (int d in shape)
            count *= d;
        return count;
    }
}
