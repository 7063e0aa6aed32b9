using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Passes;

/// <summary>
/// One form for each piece of arithmetic. Sum, Max and Min of n inputs become chains of Add, Max, Min of two; a constant
/// operand of Add, Mul, Max, Min stands on the right; x − c becomes x + (−c) and x / c becomes x · (1/c) where every 1/c is
/// a normal number; Max and Min against one number become Clip; LeakyRelu with slope 0 becomes Relu.
/// </summary>
public sealed class CanonicaliseArithmetic : IGraphPass
{
    public string Name => nameof(CanonicaliseArithmetic);

    public int Run(ModelGraph graph) => graph.Nodes.ToArray().Count(node => Rewrite(graph, node));

    private static bool Rewrite(ModelGraph graph, Node node)
    {
        switch (node.OpType)
        {
            case OpTypes.Sum or OpTypes.Max or OpTypes.Min when node.Inputs.Count > 2:
                return Chain(graph, node);
            case OpTypes.Sum when node.Inputs.Count == 2:
                node.OpType = OpTypes.Add;
                return true;
            case OpTypes.Add or OpTypes.Mul or OpTypes.Max or OpTypes.Min
                when node.Inputs.Count == 2 && node.Input(0).IsConstant && !node.Input(1).IsConstant:
                node.Inputs.Reverse();
                return true;
            case OpTypes.Sub when node.Input(1).Constant is { Type: DataType.Float32 } c:
                return ReplaceConstant(graph, node, OpTypes.Add, Array.ConvertAll(c.Floats, v => -v));
            case OpTypes.Div when node.Input(1).Constant is { Type: DataType.Float32 } c:
                float[] reciprocals = Array.ConvertAll(c.Floats, v => 1 / v);
                return reciprocals.All(float.IsNormal) && ReplaceConstant(graph, node, OpTypes.Mul, reciprocals);
            case OpTypes.Max or OpTypes.Min
                when node.Inputs.Count == 2
                    && node.Input(1).ScalarOrNull() is { } limit
                    && GraphEditing.SameShape(node.Input(0), node.Output):
                node.Attributes.Set(node.OpType == OpTypes.Max ? "min" : "max", limit);
                node.OpType = OpTypes.Clip;
                node.Inputs.RemoveAt(1);
                return true;
            case OpTypes.LeakyRelu when node.Attributes.Float("alpha", 0.01f) == 0:
                node.OpType = OpTypes.Relu;
                node.Attributes.Remove("alpha");
                return true;
            default:
                return false;
        }
    }

    private static bool ReplaceConstant(ModelGraph graph, Node node, string opType, float[] data)
    {
        Value old = node.Input(1);
        node.OpType = opType;
        node.Inputs[1] = graph.NewConstant($"{node.Name}/{old.Name}", new Tensor(old.Constant!.Shape, data));
        return true;
    }

    private static bool Chain(ModelGraph graph, Node node)
    {
        string opType = node.OpType == OpTypes.Sum ? OpTypes.Add : node.OpType;
        Value sum = node.Input(0);
        for (int i = 1; i < node.Inputs.Count - 1; i++)
        {
            Value next = node.Input(i);
            int[] shape = GraphEditing.Broadcast(sum.Shape!, next.Shape!);
            sum = graph.EmitBefore(node, opType, $"{node.Output.Name}/part", shape, [sum, next]);
        }

        Value last = node.Inputs[^1]!;
        node.OpType = opType;
        node.Inputs.Clear();
        node.Inputs.AddRange([sum, last]);
        return true;
    }
}
