using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Onnx.Operators;

/// <summary>Convolutions and pools: automatic padding is resolved to pads.</summary>
internal static class Windows
{
    public static void Conv(SourceNode node)
    {
        (int[] x, int[] w) = (node.Shape(0), node.Shape(1));
        if (x.Length < 3 || w.Length != x.Length)
            throw node.Error($"input [{string.Join(", ", x)}] and weights [{string.Join(", ", w)}] do not fit");
        Attributes attributes = Window(node, node.Sizes("kernel_shape") ?? w[2..], x).Set("group", node.Int("group", 1));
        node.Emit(OpTypes.Conv, [node.Input(0), node.Input(1), node.InputOrNull(2)], attributes);
    }

    /// <summary>MaxPool without its second output, the indices.</summary>
    public static void MaxPool(SourceNode node) => node.Emit(OpTypes.MaxPool, [node.Input(0)], Pool(node));

    public static void AveragePool(SourceNode node) =>
        node.Emit(OpTypes.AveragePool, [node.Input(0)], Pool(node).Set("count_include_pad", node.Int("count_include_pad", 0)));

    public static void GlobalPool(SourceNode node) => node.Emit(node.OpType, [node.Input(0)]);

    private static Attributes Pool(SourceNode node)
    {
        int[] kernel = node.Sizes("kernel_shape") ?? throw node.Error("kernel_shape is missing");
        bool same = node.Text("auto_pad", "NOTSET").StartsWith("SAME", StringComparison.Ordinal);
        return Window(node, kernel, node.Shape(0)).Set("ceil_mode", same ? 0L : node.Int("ceil_mode", 0));
    }

    private static Attributes Window(SourceNode node, int[] kernel, int[] x)
    {
        if (x.Length != kernel.Length + 2 || kernel.Length > 3)
        {
            throw node.Error(
                $"a kernel of {kernel.Length} axes does not fit the input [{string.Join(", ", x)}]; "
                + "supported are 1 to 3 spatial axes");
        }

        int[] ones = [.. kernel.Select(_ => 1)];
        int[] strides = node.Sizes("strides") ?? ones;
        int[] dilations = node.Sizes("dilations") ?? ones;
        if (strides.Length != kernel.Length || dilations.Length != kernel.Length
            || strides.Concat(dilations).Concat(kernel).Any(v => v < 1))
            throw node.Error("kernel_shape, strides and dilations must have one entry of at least 1 per spatial axis");
        return new Attributes().Set("kernel_shape", kernel).Set("strides", strides).Set("dilations", dilations)
            .Set("pads", Pads(node, kernel, strides, dilations, x));
    }

    private static int[] Pads(SourceNode node, int[] kernel, int[] strides, int[] dilations, int[] x)
    {
        int rank = kernel.Length;
        string mode = node.Text("auto_pad", "NOTSET");
        switch (mode)
        {
            case "NOTSET" or "":
                return node.Sizes("pads") ?? new int[2 * rank];
            case "VALID":
                return new int[2 * rank];
            case "SAME_UPPER" or "SAME_LOWER":
                break;
            default:
                throw node.Error($"auto_pad '{mode}' is not known");
        }

        // As many windows as strides start in the input; the padding they need is halved, an odd one goes to the named side.
        int[] pads = new int[2 * rank];
        for (int i = 0; i < rank; i++)
        {
            long windows = (x[2 + i] + (long)strides[i] - 1) / strides[i];
            long total = Math.Max(((windows - 1) * strides[i]) + (dilations[i] * (kernel[i] - 1L)) + 1 - x[2 + i], 0);
            int smaller = checked((int)(total / 2));
            int larger = checked((int)(total - smaller));
            (pads[i], pads[rank + i]) = mode == "SAME_UPPER" ? (smaller, larger) : (larger, smaller);
        }

        return pads;
    }
}
