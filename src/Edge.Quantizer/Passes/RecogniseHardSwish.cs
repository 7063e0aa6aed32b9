using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Passes;

/// <summary>
/// Recognises the ways exporters spell x · clip(x + 3, 0, 6) / 6 as HardSwish and clip(x + 3, 0, 6) / 6 as
/// HardSigmoid(1/6, 1/2). Division by 6 may stand before or after the product with x; <see cref="CanonicaliseArithmetic"/>
/// has made it a product with 1/6. What lies between must have no other reader. x · Sigmoid(x) stays a Mul.
/// </summary>
public sealed class RecogniseHardSwish : IGraphPass
{
    private const float Sixth = 1f / 6;

    public string Name => nameof(RecogniseHardSwish);

    public int Run(ModelGraph graph)
    {
        int changes = graph.Nodes.ToArray().Count(node => node.OpType == OpTypes.Mul && Rewrite(graph, node));
        return changes + (changes > 0 ? graph.RemoveDeadNodes() : 0);
    }

    private static bool Rewrite(ModelGraph graph, Node node)
    {
        (Value a, Value b) = (node.Input(0), node.Input(1));
        if (b.ScalarOrNull() is { } factor)
        {
            if (!Near(factor, Sixth))
                return false;
            if (ShiftedRelu6Argument(graph, a) is { } argument)
                return Become(node, OpTypes.HardSigmoid, argument, new Attributes().Set("alpha", Sixth).Set("beta", 0.5f));
            return a.Producer is { OpType: OpTypes.Mul } product
                && graph.HasSingleUse(a)
                && Gated(product, v => ShiftedRelu6Argument(graph, v)) is { } x
                && Become(node, OpTypes.HardSwish, x, new Attributes());
        }

        return Gated(node, v => HardSigmoidArgument(graph, v)) is { } gated
            && Become(node, OpTypes.HardSwish, gated, new Attributes());
    }

    /// <summary>x when the product is x · gate(x) in either order.</summary>
    private static Value? Gated(Node product, Func<Value, Value?> gateArgument)
    {
        (Value a, Value b) = (product.Input(0), product.Input(1));
        if (gateArgument(b) == a)
            return a;
        return gateArgument(a) == b ? b : null;
    }

    private static Value? HardSigmoidArgument(ModelGraph graph, Value gate) =>
        gate.Producer is { OpType: OpTypes.HardSigmoid } node
        && graph.HasSingleUse(gate)
        && Near(node.Attributes.Float("alpha", 0.2f), Sixth)
        && Near(node.Attributes.Float("beta", 0.5f), 0.5f)
            ? node.Input(0)
            : null;

    /// <summary>x when the value is clip(x + 3, 0, 6), as a Clip node or fused into the Add.</summary>
    private static Value? ShiftedRelu6Argument(ModelGraph graph, Value value)
    {
        if (!graph.HasSingleUse(value) || value.Producer is not { } clip)
            return null;
        Node? add = clip;
        (string low, string high) = (OpTypes.FusedLow, OpTypes.FusedHigh);
        if (clip.OpType == OpTypes.Clip)
        {
            add = graph.HasSingleUse(clip.Input(0)) ? clip.Input(0).Producer : null;
            if (add is null || add.IsBounded())
                return null;
            (low, high) = ("min", "max");
        }

        if (clip.Attributes.Float(low, float.NaN) != 0 || clip.Attributes.Float(high, float.NaN) != 6)
            return null;
        if (add.OpType != OpTypes.Add)
            return null;
        return add.Input(1).ScalarOrNull() == 3 && GraphEditing.SameShape(add.Input(0), add.Output) ? add.Input(0) : null;
    }

    private static bool Become(Node node, string opType, Value input, Attributes attributes)
    {
        node.OpType = opType;
        node.Inputs.Clear();
        node.Inputs.Add(input);
        foreach ((string name, object value) in attributes.Values)
            node.Attributes.Set(name, value);
        return true;
    }

    private static bool Near(float a, float b) => MathF.Abs(a - b) <= 1e-6f;
}
