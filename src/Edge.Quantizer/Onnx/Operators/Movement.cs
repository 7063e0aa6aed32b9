using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Onnx.Operators;

/// <summary>Operators that copy elements to other places.</summary>
internal static class Movement
{
    public static void Concat(SourceNode node)
    {
        Value[] inputs = node.AllInputs();
        if (!node.Has("axis"))
            throw node.Error("axis is missing");
        node.Emit(OpTypes.Concat, inputs, new Attributes().Set("axis", node.Axis(node.Int("axis", 0), inputs[0].Shape!.Length)));
    }

    public static void Transpose(SourceNode node)
    {
        int rank = node.Shape(0).Length;
        int[] perm = node.Sizes("perm") ?? [.. Enumerable.Range(0, rank).Reverse()];
        node.Emit(OpTypes.Transpose, [node.Input(0)], new Attributes().Set("perm", perm));
    }

    /// <summary>
    /// Sizes are an attribute up to opset 12, then an input. Without them the axis is cut into equal parts; from opset 18 on the
    /// last part may be smaller.
    /// </summary>
    public static void Split(SourceNode node)
    {
        int[] x = node.Shape(0);
        int axis = node.Axis(node.Int("axis", 0), x.Length);
        long[]? given = node.Opset < 13 ? node.Ints("split") : node.IntegersOrNull(1, "split");
        int parts = given?.Length ?? checked((int)node.Int("num_outputs", node.OutputCount));
        if (parts != node.OutputCount || parts < 1)
            throw node.Error($"it has {node.OutputCount} outputs, but splits into {parts}");
        if (given is null && node.Opset < 18 && x[axis] % parts != 0)
            throw node.Error($"axis {axis} of [{string.Join(", ", x)}] does not split into {parts} equal parts");
        int share = (x[axis] + parts - 1) / parts;
        int[] sizes = given is not null
            ? Array.ConvertAll(given, s => node.Size(s, "split"))
            : [.. Enumerable.Range(0, parts).Select(i => Math.Clamp(x[axis] - (i * share), 0, share))];
        node.Emit(OpTypes.Split, [node.Input(0)], new Attributes().Set("axis", axis).Set("split", sizes), parts);
    }

    /// <summary>Bounds are attributes up to opset 9, then inputs; they are clamped here and stated for every axis.</summary>
    public static void Slice(SourceNode node)
    {
        int[] x = node.Shape(0);
        bool asInputs = node.Opset >= 10;
        long[] starts = (asInputs ? node.IntegersOrNull(1, "starts") : node.Ints("starts"))
            ?? throw node.Error("starts are missing");
        long[] ends = (asInputs ? node.IntegersOrNull(2, "ends") : node.Ints("ends")) ?? throw node.Error("ends are missing");
        long[] axes = (asInputs ? node.IntegersOrNull(3, "axes") : node.Ints("axes"))
            ?? [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        long[] steps = (asInputs ? node.IntegersOrNull(4, "steps") : null) ?? [.. starts.Select(_ => 1L)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length)
            throw node.Error("starts, ends, axes and steps differ in length");
        (int[] first, int[] stride, int[] sizes) = (new int[x.Length], [.. x.Select(_ => 1)], [.. x]);
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = node.Axis(axes[i], x.Length);
            (first[axis], stride[axis], sizes[axis]) = Clamp(node, starts[i], ends[i], steps[i], x[axis]);
        }

        node.Emit(OpTypes.Slice, [node.Input(0)], new Attributes().Set("starts", first).Set("steps", stride).Set("sizes", sizes));
    }

    /// <summary>Pads are an attribute up to opset 10, then an input, from opset 18 on for some axes only.</summary>
    public static void Pad(SourceNode node)
    {
        int rank = node.Shape(0).Length;
        string mode = node.Text("mode", "constant");
        if (mode is not ("constant" or "edge" or "reflect"))
            throw node.Error($"mode '{mode}' is not supported; supported are constant, edge and reflect");
        bool asInputs = node.Opset >= 11;
        long[] pads = (asInputs ? node.IntegersOrNull(1, "pads") : node.Ints("pads")) ?? throw node.Error("pads are missing");
        float value = asInputs ? node.ScalarOrNull(2, "constant_value") ?? 0 : node.Float("value", 0);
        int[] axes = asInputs && node.IntegersOrNull(3, "axes") is { } some
            ? node.Axes(some, rank)
            : [.. Enumerable.Range(0, rank)];
        if (pads.Length != 2 * axes.Length || axes.Distinct().Count() != axes.Length)
            throw node.Error($"pads has {pads.Length} entries, expected {2 * axes.Length}");
        int[] all = new int[2 * rank];
        for (int i = 0; i < axes.Length; i++)
        {
            all[axes[i]] = node.Size(pads[i], "pad");
            all[rank + axes[i]] = node.Size(pads[axes.Length + i], "pad");
        }

        node.Emit(OpTypes.Pad, [node.Input(0)], new Attributes().Set("pads", all).Set("mode", mode).Set("value", value));
    }

    /// <summary>Python's slicing: negative bounds count from the end, bounds outside are clamped.</summary>
    private static (int Start, int Step, int Size) Clamp(SourceNode node, long start, long end, long step, int size)
    {
        if (step == 0)
            throw node.Error("a step is 0");
        step = Math.Clamp(step, -int.MaxValue, int.MaxValue);
        long lowest = step > 0 ? 0 : -1;
        long highest = step > 0 ? size : size - 1L;
        start = Math.Clamp(start < 0 ? start + size : start, Math.Max(lowest, 0), Math.Max(highest, 0));
        end = Math.Clamp(end < 0 ? end + size : end, lowest, highest);
        long count = step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step;
        return ((int)start, (int)step, (int)Math.Max(size == 0 ? 0 : count, 0));
    }
}
