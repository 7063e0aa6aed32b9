using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Onnx.Operators;

/// <summary>Matrix products and the mean over axes.</summary>
internal static class Matrices
{
    public static void Gemm(SourceNode node) => node.Emit(
        OpTypes.Gemm,
        [node.Input(0), node.Input(1), node.InputOrNull(2)],
        new Attributes().Set("alpha", node.Float("alpha", 1)).Set("beta", node.Float("beta", 1))
            .Set("transA", node.Int("transA", 0))
            .Set("transB", node.Int("transB", 0)));

    /// <summary>
    /// Axes are an attribute up to opset 17, then an input; none means all of them, or nothing at all on request.
    /// </summary>
    public static void ReduceMean(SourceNode node)
    {
        int rank = node.Shape(0).Length;
        long[] axes = (node.Opset < 18 ? node.Ints("axes") : node.IntegersOrNull(1, "axes")) ?? [];
        if (axes.Length == 0 && node.Int("noop_with_empty_axes", 0) != 0)
        {
            node.Emit(OpTypes.Identity, [node.Input(0)]);
            return;
        }

        int[] canonical = axes.Length == 0 ? [.. Enumerable.Range(0, rank)] : [.. node.Axes(axes, rank).Order()];
        node.Emit(
            OpTypes.ReduceMean, [node.Input(0)],
            new Attributes().Set("axes", canonical).Set("keepdims", node.Int("keepdims", 1)));
    }
}
