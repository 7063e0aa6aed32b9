using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Onnx.Operators;

/// <summary>Operators that keep the elements in order under another shape.</summary>
internal static class Views
{
    /// <summary>0 copies the input's size (unless allowzero), −1 takes what is left.</summary>
    public static void Reshape(SourceNode node)
    {
        int[] x = node.Shape(0);
        long[] wanted = node.IntegersOrNull(1, "shape") ?? throw node.Error("input 1 (shape) is missing");
        bool allowZero = node.Int("allowzero", 0) != 0;
        int[] shape = new int[wanted.Length];
        int open = -1;
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = node.Size(wanted[i], "size");
            if (shape[i] < -1 || (shape[i] == -1 && open >= 0) || (shape[i] == 0 && !allowZero && i >= x.Length))
                throw node.Error($"shape [{string.Join(", ", wanted)}] does not fit the input [{string.Join(", ", x)}]");
            if (shape[i] == 0 && !allowZero)
                shape[i] = x[i];
            if (shape[i] == -1)
                (open, shape[i]) = (i, 1);
        }

        if (open >= 0)
        {
            int rest = Tensor.Volume(shape);
            int total = Tensor.Volume(x);
            if (rest == 0 || total % rest != 0)
                throw node.Error($"shape [{string.Join(", ", wanted)}] does not divide the input [{string.Join(", ", x)}]");
            shape[open] = total / rest;
        }

        node.Emit(OpTypes.Reshape, [node.Input(0)], new Attributes().Set("shape", shape));
    }

    public static void Flatten(SourceNode node)
    {
        int rank = node.Shape(0).Length;
        long axis = node.Int("axis", 1);
        node.Emit(OpTypes.Flatten, [node.Input(0)], new Attributes().Set("axis", axis == rank ? rank : node.Axis(axis, rank)));
    }

    /// <summary>Axes are an attribute up to opset 12, then an input; none means every axis of size 1.</summary>
    public static void Squeeze(SourceNode node)
    {
        int[] x = node.Shape(0);
        long[]? axes = node.Opset < 13 ? node.Ints("axes") : node.IntegersOrNull(1, "axes");
        int[] canonical = axes is null
            ? [.. Enumerable.Range(0, x.Length).Where(i => x[i] == 1)]
            : [.. node.Axes(axes, x.Length).Order()];
        node.Emit(OpTypes.Squeeze, [node.Input(0)], new Attributes().Set("axes", canonical));
    }

    /// <summary>Axes of the result.</summary>
    public static void Unsqueeze(SourceNode node)
    {
        long[] axes = (node.Opset < 13 ? node.Ints("axes") : node.IntegersOrNull(1, "axes"))
            ?? throw node.Error("axes are missing");
        int rank = node.Shape(0).Length + axes.Length;
        node.Emit(OpTypes.Unsqueeze, [node.Input(0)], new Attributes().Set("axes", node.Axes(axes, rank).Order().ToArray()));
    }
}
