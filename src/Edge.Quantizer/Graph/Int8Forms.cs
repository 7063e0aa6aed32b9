using Edge.Quantizer.Graph.ShapeInference;

namespace Edge.Quantizer.Graph;

/// <summary>Which nodes the runtime computes in int8; the others run in float32 between a dequantize and a quantize.</summary>
public static class Int8Forms
{
    /// <summary>Null when the node has an int8 form, else why it has none.</summary>
    public static string? FloatReason(ModelGraph graph, Node node) => node.OpType switch
    {
        OpTypes.Conv => !IsConstant(node, 1) ? "its weights are computed at run time"
            : WindowAttributes.From(node).SpatialRank > 2 ? "three spatial axes" : null,
        OpTypes.Gemm or OpTypes.MatMul =>
            !IsConstant(node, 0) && IsConstant(node, 1) ? null : "both operands are computed at run time",
        OpTypes.Add or OpTypes.Sum =>
            node.Inputs.All(v => v is { IsConstant: false } && v.Shape.AsSpan().SequenceEqual(node.Output.Shape))
            ? null : "it broadcasts or adds a constant",
        OpTypes.ReduceMean => IsSpatial(node) ? null : "it averages other axes than height and width",
        OpTypes.Softmax => graph.Outputs.Contains(node.Output) ? null : "it is not at the end",
        OpTypes.MaxPool or OpTypes.AveragePool => WindowAttributes.From(node).SpatialRank > 2 ? "three spatial axes" : null,
        OpTypes.GlobalAveragePool or OpTypes.GlobalMaxPool or OpTypes.Concat or OpTypes.Split or OpTypes.Slice or OpTypes.Pad
            or OpTypes.ChannelShuffle or OpTypes.Reshape or OpTypes.Flatten or OpTypes.Squeeze or OpTypes.Unsqueeze
            or OpTypes.Transpose or OpTypes.Resize or OpTypes.Relu or OpTypes.LeakyRelu or OpTypes.Clip or OpTypes.Sigmoid
            or OpTypes.HardSigmoid or OpTypes.HardSwish or OpTypes.Tanh or OpTypes.Identity or OpTypes.Dropout => null,
        _ => "it has no int8 form",
    };

    private static bool IsConstant(Node node, int index) => node.InputOrNull(index) is { IsConstant: true };

    private static bool IsSpatial(Node node)
    {
        int first = node.Attributes.Text(OpTypes.Layout, "") == "NHWC" ? 1 : 2;
        return node.Input(0).Shape?.Length == 4 && node.Attributes.Ints("axes") is [var a, var b] && a == first && b == first + 1;
    }
}
