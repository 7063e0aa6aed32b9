using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Passes;

/// <summary>
/// Removes nodes whose output is their input: Identity, Dropout, Cast to the same type, Concat, Sum, Max, Min and Split of
/// one, and Pad, Slice, Resize, pooling, ReduceMean, ChannelShuffle, LeakyRelu, Add and Mul whose parameters make
/// them do nothing, Relu and Clip of values between their bounds; then every node that nobody reads.
/// </summary>
public sealed class RemoveNoOps : IGraphPass
{
    public string Name => nameof(RemoveNoOps);

    public int Run(ModelGraph graph)
    {
        int changes = graph.Nodes.ToArray().Count(node => IsNoOp(graph, node) && graph.TryForward(node, node.Input(0)));
        return changes + graph.RemoveDeadNodes();
    }

    private static bool IsNoOp(ModelGraph graph, Node node)
    {
        Attributes a = node.Attributes;
        if (node.IsBounded() || node.Inputs.Count == 0)
            return false;
        bool same = GraphEditing.SameShape(node.Input(0), node.Output);
        switch (node.OpType)
        {
            case OpTypes.Identity:
                return true;
            case OpTypes.Dropout:
                return node.Outputs.Skip(1).All(mask => !graph.Outputs.Contains(mask) && graph.Consumers(mask).Count == 0);
            case OpTypes.Cast:
                return a.Text("to", "") == node.Input(0).Type.ToString();
            case OpTypes.Concat or OpTypes.Sum or OpTypes.Max or OpTypes.Min:
                return node.Inputs.Count == 1;
            case OpTypes.Split:
                return node.Outputs.Count == 1;
            case OpTypes.Pad:
                return a.Ints("pads")!.All(p => p == 0);
            case OpTypes.Slice:
                return same && a.Ints("steps")!.Zip(node.Output.Shape!).All(p => p.First > 0 || p.Second <= 1);
            case OpTypes.Resize:
                return same && a.Floats("scales")!.All(s => s == 1);
            case OpTypes.AveragePool or OpTypes.MaxPool:
                return same && IsOnes(a.Ints("kernel_shape")) && IsOnes(a.Ints("strides")) && a.Ints("pads")!.All(p => p == 0);
            case OpTypes.GlobalAveragePool or OpTypes.GlobalMaxPool:
                return same;
            case OpTypes.ReduceMean:
                return same && Array.TrueForAll(a.Ints("axes")!, axis => node.Input(0).Shape![axis] == 1);
            case OpTypes.ChannelShuffle:
                int channels = node.Input(0).Shape![a.Has(OpTypes.Layout) ? ^1 : 1];
                return a.Int("group", 1) == 1 || a.Int("group", 1) == channels;
            case OpTypes.Relu or OpTypes.Clip:
                return ValueBounds.OfActivation(node) is { } limits && limits.Contains(ValueBounds.Of(node.Input(0)));
            case OpTypes.LeakyRelu:
                return a.Float("alpha", 0.01f) == 1;
            case OpTypes.Add:
                return same && IsFilledWith(node.Input(1), 0);
            case OpTypes.Mul:
                return same && IsFilledWith(node.Input(1), 1);
            default:
                return false;
        }
    }

    private static bool IsOnes(int[]? values) => values is null || Array.TrueForAll(values, v => v == 1);

    private static bool IsFilledWith(Value value, float number) =>
        value.Constant is { Type: DataType.Float32 } t && Array.TrueForAll(t.Floats, v => v == number);
}
