using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Passes;

/// <summary>
/// Flatten, Squeeze and Unsqueeze become Reshape; a Transpose that only moves axes of length 1 too. Of Reshapes in a row the
/// last remains, of Transposes in a row their product; a Reshape to the same shape and an identity Transpose go.
/// </summary>
public sealed class MergeReshapes : IGraphPass
{
    public string Name => nameof(MergeReshapes);

    public int Run(ModelGraph graph)
    {
        int changes = graph.Nodes.ToArray().Count(node => Rewrite(graph, node));
        return changes + graph.RemoveDeadNodes();
    }

    private static bool Rewrite(ModelGraph graph, Node node)
    {
        switch (node.OpType)
        {
            case OpTypes.Flatten or OpTypes.Squeeze or OpTypes.Unsqueeze:
                BecomeReshape(node);
                return true;
            case OpTypes.Reshape:
                bool same = GraphEditing.SameShape(node.Input(0), node.Output);
                return (same && graph.TryForward(node, node.Input(0))) || SkipReshape(node);
            case OpTypes.Transpose:
                return RewriteTranspose(node);
            default:
                return false;
        }
    }

    private static bool SkipReshape(Node node)
    {
        if (node.Input(0).Producer is not { OpType: OpTypes.Reshape } first)
            return false;
        node.Inputs[0] = first.Input(0);
        return true;
    }

    private static bool RewriteTranspose(Node node)
    {
        int[] shape = node.Input(0).Shape!;
        int[] permutation = node.Attributes.Ints("perm")!;
        int[] moved = Array.FindAll(permutation, axis => shape[axis] != 1);
        if (moved.SequenceEqual(moved.Order()))
        {
            BecomeReshape(node);
            return true;
        }

        if (node.Input(0).Producer is not { OpType: OpTypes.Transpose } first)
            return false;
        node.Attributes.Set("perm", GraphEditing.Permute(first.Attributes.Ints("perm")!, permutation));
        node.Inputs[0] = first.Input(0);
        return true;
    }

    private static void BecomeReshape(Node node)
    {
        foreach (string name in node.Attributes.Values.Keys.ToArray())
            node.Attributes.Remove(name);
        node.OpType = OpTypes.Reshape;
        node.Attributes.Set("shape", node.Output.Shape!);
    }
}
