using Edge.Quantizer.Graph.ShapeInference;

namespace Edge.Quantizer.Graph;

/// <summary>
/// The rule by which the quantizer computes a node in int8 or in float32 between a dequantize and a quantize. The one place where
/// this is decided: inspect shows it, lowering follows it.
/// </summary>
public static class Int8Forms
{
    /// <summary>Null when the node has an int8 form, else why it has none.</summary>
    /// <param name="node">A node of a graph after the pass pipeline.</param>
    public static string? FloatReason(Node node) => node.OpType switch
    {
        OpTypes.Conv => !IsConstant(node, 1) ? "its weights are computed at run time" : WindowReason(node),
        OpTypes.Gemm => IsFullyConnected(node) ? null : "it is no product of one vector with constant weights",
        OpTypes.Add => node.Inputs.TrueForAll(v => v is { IsConstant: false } && v.Shape.AsSpan().SequenceEqual(node.Output.Shape))
            ? null : "it broadcasts or adds a constant",
        OpTypes.Softmax => node.Attributes.Int("axis", -1) == node.Input(0).Shape!.Length - 1 ? null : "it does not run over the last axis",
        OpTypes.MaxPool or OpTypes.AveragePool => WindowReason(node),
        OpTypes.GlobalAveragePool or OpTypes.GlobalMaxPool or OpTypes.Resize => null,
        OpTypes.Concat or OpTypes.Split or OpTypes.Slice or OpTypes.Pad or OpTypes.ChannelShuffle or OpTypes.Reshape or OpTypes.Flatten
            or OpTypes.Squeeze or OpTypes.Unsqueeze or OpTypes.Transpose or OpTypes.Identity or OpTypes.Dropout =>
            !node.Inputs.TrueForAll(v => v is not { IsConstant: true }) ? "it moves constants"
            : AreProbabilities(node.Input(0)) ? "it moves probabilities, which a softmax gives in float32" : null,
        OpTypes.Relu or OpTypes.LeakyRelu or OpTypes.Clip or OpTypes.Sigmoid or OpTypes.HardSigmoid or OpTypes.HardSwish or OpTypes.Tanh => null,
        OpTypes.PRelu => node.Input(1).Constant is { Count: 1 } ? null : "its slopes differ or are computed at run time",
        _ => "it has no int8 form",
    };

    /// <inheritdoc cref="FloatReason(Node)"/>
    /// <param name="logits">Of the graph.</param>
    public static string? FloatReason(Node node, Logits logits) =>
        logits.Readers.Contains(node) ? "it takes on logits, which stay in float32" : FloatReason(node);

    /// <summary>Whether the node is a matrix-vector product with constant weights [outputs, inputs].</summary>
    public static bool IsFullyConnected(Node node) =>
        node.OpType == OpTypes.Gemm && IsConstant(node, 1) && node.InputOrNull(2) is null or { IsConstant: true }
        && node.Attributes.Int("transB", 0) == 1 && node.Attributes.Int("transA", 0) == 0
        && node.Attributes.Float("alpha", 1) == 1 && node.Attributes.Float("beta", 1) == 1
        && (node.InputOrNull(2)?.Constant is not { } bias || bias.Count == node.Input(1).Constant!.Shape[0])
        && node.Input(0) is { IsConstant: false } input && input.Shape![0] == 1;

    /// <summary>Whether values come from a softmax, at most moved on the way.</summary>
    private static bool AreProbabilities(Value value)
    {
        while (value.Producer is { OpType: OpTypes.Reshape or OpTypes.Flatten or OpTypes.Squeeze or OpTypes.Unsqueeze or OpTypes.Transpose or OpTypes.Identity or OpTypes.Dropout } node)
            value = node.Input(0);
        return value.Producer is { OpType: OpTypes.Softmax };
    }

    private static string? WindowReason(Node node) =>
        WindowAttributes.From(node).SpatialRank is var rank and not 2 ? $"its window has {rank} dimensions" : null;

    private static bool IsConstant(Node node, int index) => node.InputOrNull(index) is { IsConstant: true };
}
