using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Passes;

/// <summary>
/// Relu and Clip become bounds (<see cref="OpTypes.FusedLow"/>, <see cref="OpTypes.FusedHigh"/>) of the operator that
/// computes their input, when nothing else reads that input. A clamp commutes with everything that only selects values, so
/// it also moves up through MaxPool, Concat, Reshape, Transpose and ChannelShuffle when it can be fused there on every
/// path. A clamp that cannot change its input (Relu of a sum of Relus) goes; two in a row become one.
/// </summary>
public sealed class FuseActivations : IGraphPass
{
    public string Name => nameof(FuseActivations);

    public int Run(ModelGraph graph) =>
        graph.Nodes.ToArray().Count(node => ValueBounds.OfActivation(node) is { } limits && Fuse(graph, node, limits));

    private static bool Fuse(ModelGraph graph, Node node, ValueBounds limits)
    {
        Value input = node.Input(0);
        if (limits.Contains(ValueBounds.Of(input)))
            return graph.TryForward(node, input);
        if (!graph.HasSingleUse(input) || input.Producer is not { } producer)
            return false;
        if (Accepts(producer))
        {
            Tighten(producer, limits);
            graph.Absorb(producer, node);
            return true;
        }

        if (IsSelection(producer) && producer.Inputs.TrueForAll(v => CanClamp(graph, v!, limits)))
        {
            foreach (Value value in producer.Inputs.Distinct().OfType<Value>())
                ClampAbove(graph, value, limits);
        }
        else if (producer.OpType is OpTypes.MaxPool or OpTypes.GlobalMaxPool)
        {
            Tighten(producer, limits);
        }
        else
        {
            return false;
        }

        graph.Absorb(producer, node);
        return true;
    }

    /// <summary>Operators that apply bounds for nothing.</summary>
    private static bool Accepts(Node node) => node.OpType is OpTypes.Conv or OpTypes.Gemm or OpTypes.Add or OpTypes.AveragePool
        or OpTypes.GlobalAveragePool or OpTypes.Relu or OpTypes.Clip;

    private static bool IsSelection(Node node) => !node.IsBounded() && node.OpType is OpTypes.MaxPool or OpTypes.GlobalMaxPool
        or OpTypes.Concat or OpTypes.Reshape or OpTypes.Transpose or OpTypes.ChannelShuffle;

    private static bool CanClamp(ModelGraph graph, Value value, ValueBounds limits) =>
        limits.Contains(ValueBounds.Of(value))
        || (graph.HasSingleUse(value)
            && value.Producer is { } producer
            && (Accepts(producer) || (IsSelection(producer) && producer.Inputs.TrueForAll(v => CanClamp(graph, v!, limits)))));

    /// <summary>Clamps a value where it is computed. It holds other numbers from now on, so it gets another name.</summary>
    private static void ClampAbove(ModelGraph graph, Value value, ValueBounds limits)
    {
        if (limits.Contains(ValueBounds.Of(value)))
            return;
        Node producer = value.Producer!;
        if (Accepts(producer))
        {
            Tighten(producer, limits);
        }
        else
        {
            foreach (Value input in producer.Inputs.Distinct().OfType<Value>())
                ClampAbove(graph, input, limits);
        }

        value.Name = graph.UniqueName($"{value.Name}/clamped");
    }

    private static void Tighten(Node node, ValueBounds limits)
    {
        if (ValueBounds.OfActivation(node) is { } own)
        {
            Set(node, "min", "max", own.Clamp(limits));
            node.OpType = OpTypes.Clip;
            return;
        }

        Set(node, OpTypes.FusedLow, OpTypes.FusedHigh, ValueBounds.Fused(node).Clamp(limits));
    }

    private static void Set(Node node, string low, string high, ValueBounds bounds)
    {
        if (!float.IsNegativeInfinity(bounds.Low))
            node.Attributes.Set(low, bounds.Low);
        if (!float.IsPositiveInfinity(bounds.High))
            node.Attributes.Set(high, bounds.High);
    }
}
