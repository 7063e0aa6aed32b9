using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Onnx.Operators;

/// <summary>
/// Upsample (opset 7, 9) and Resize (10, 11, 13, 18, 19) as one canonical Resize with sizes and scales for every axis.
/// </summary>
internal static class Resizing
{
    /// <summary>Scales are an attribute up to opset 8, then an input.</summary>
    public static void Upsample(SourceNode node) =>
        Legacy(
            node,
            node.Opset < 9 ? node.Floats("scales") ?? throw node.Error("scales are missing") : node.Constant(1, "scales").Floats);

    public static void Resize(SourceNode node)
    {
        if (node.Opset < 11)
        {
            Legacy(node, node.Constant(1, "scales").Floats);
            return;
        }

        int[] x = node.Shape(0);
        if (node.Int("antialias", 0) != 0)
            throw node.Error("antialias is not supported");
        int[] axes = node.Ints("axes") is { } some ? node.Axes(some, x.Length) : [.. Enumerable.Range(0, x.Length)];
        (int[] sizes, float[] scales) = Target(node, x, axes);
        (string coordinates, string rounding) = Coordinates(node, x, sizes, scales);
        Emit(node, Mode(node), coordinates, rounding, sizes, scales);
    }

    /// <summary>
    /// Before opset 11 coordinates are index / scale, and nearest rounds down when an axis grows and up when it shrinks (as ONNX
    /// Runtime does).
    /// </summary>
    private static void Legacy(SourceNode node, float[] scales)
    {
        int[] x = node.Shape(0);
        CheckScales(node, scales, x.Length);
        bool shrinks = scales.Any(s => s < 1);
        if (shrinks && scales.Any(s => s > 1) && Mode(node) == "nearest")
            throw node.Error("shrinking one axis while another grows is not supported before opset 11");
        int[] sizes = [.. x.Select((d, i) => Scaled(node, d, scales[i]))];
        Emit(node, Mode(node), "asymmetric", shrinks ? "ceil" : "floor", sizes, scales);
    }

    private static void Emit(SourceNode node, string mode, string coordinates, string rounding, int[] sizes, float[] scales)
    {
        // An axis that keeps its size at scale 1 stays; everything else needs elements to read from.
        if (node.Shape(0).Any(d => d == 0))
            throw node.Error("its input is empty");
        node.Emit(
            OpTypes.Resize,
            [node.Input(0)],
            new Attributes().Set("mode", mode).Set("coordinate_transformation_mode", coordinates).Set("nearest_mode", rounding)
                .Set("sizes", sizes).Set("scales", scales));
    }

    private static string Mode(SourceNode node)
    {
        string mode = node.Text("mode", "nearest");
        return mode is "nearest" or "linear"
            ? mode
            : throw node.Error($"mode '{mode}' is not supported; supported are nearest and linear");
    }

    private static (int[] Sizes, float[] Scales) Target(SourceNode node, int[] x, int[] axes)
    {
        int[] sizes = [.. x];
        float[] scales = [.. x.Select(_ => 1f)];
        if (node.IntegersOrNull(3, "sizes") is { Length: > 0 } wanted)
        {
            if (wanted.Length != axes.Length)
                throw node.Error($"sizes has {wanted.Length} entries, expected {axes.Length}");
            string policy = node.Text("keep_aspect_ratio_policy", "stretch");
            float[] ratios = [.. axes.Select((axis, i) => (float)wanted[i] / x[axis])];
            float common = policy switch
            {
                "stretch" => 0,
                "not_larger" => ratios.Min(),
                "not_smaller" => ratios.Max(),
                _ => throw node.Error($"keep_aspect_ratio_policy '{policy}' is not known"),
            };
            for (int i = 0; i < axes.Length; i++)
            {
                scales[axes[i]] = policy == "stretch" ? ratios[i] : common;
                sizes[axes[i]] = policy == "stretch"
                    ? node.Size(wanted[i], "size")
                    : node.Size((long)MathF.Round(common * x[axes[i]], MidpointRounding.AwayFromZero), "size");
            }
        }
        else
        {
            float[] given = node.Constant(2, "scales").Floats;
            CheckScales(node, given, axes.Length);
            for (int i = 0; i < axes.Length; i++)
            {
                scales[axes[i]] = given[i];
                sizes[axes[i]] = Scaled(node, x[axes[i]], given[i]);
            }
        }

        return (sizes, scales);
    }

    private static (string Coordinates, string Rounding) Coordinates(SourceNode node, int[] x, int[] sizes, float[] scales)
    {
        string mode = node.Text("coordinate_transformation_mode", "half_pixel");
        string rounding = node.Text("nearest_mode", "round_prefer_floor");
        if (rounding is not ("round_prefer_floor" or "round_prefer_ceil" or "floor" or "ceil"))
            throw node.Error($"nearest_mode '{rounding}' is not known");
        switch (mode)
        {
            case "half_pixel" or "pytorch_half_pixel" or "align_corners" or "asymmetric":
                return (mode, rounding);

            // (i + 0.5) / s is half_pixel's coordinate c plus 0.5: floor(c + 0.5) rounds c with ties up, and c + 0.5 rounded with
            // ties down is ceil(c).
            case "tf_half_pixel_for_nn" when Mode(node) == "nearest" && (rounding is "floor" or "round_prefer_floor"):
                return ("half_pixel", rounding == "floor" ? "round_prefer_ceil" : "ceil");

            // The two differ only by the part of a pixel that scale · size loses when it is cut to a whole number.
            case "half_pixel_symmetric" when x.Select((d, i) => d * scales[i] == sizes[i]).All(exact => exact):
                return ("half_pixel", rounding);
            default:
                throw node.Error(
                    $"coordinate_transformation_mode '{mode}' is not supported; supported are half_pixel, "
                    + "pytorch_half_pixel, align_corners and asymmetric");
        }
    }

    private static void CheckScales(SourceNode node, float[] scales, int expected)
    {
        if (scales.Length != expected || scales.Any(s => !float.IsFinite(s) || s <= 0))
            throw node.Error($"scales [{string.Join(", ", scales)}]: expected {expected} finite numbers above 0");
    }

    private static int Scaled(SourceNode node, int size, float scale) => node.Size((long)MathF.Floor(size * scale), "size");
}
