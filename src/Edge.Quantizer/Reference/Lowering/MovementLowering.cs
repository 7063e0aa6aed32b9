using Edge.Quantizer.Graph;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Reference.Lowering;

/// <summary>Operators that move elements.</summary>
internal static class MovementLowering
{
    public static void Lower(Node node, FloatProgram program)
    {
        int x = program.Input(node, 0);
        Attributes a = node.Attributes;
        switch (node.OpType)
        {
            case OpTypes.Concat:
                int[] parts = [.. node.Inputs.Select((_, i) => program.Input(node, i)).Where(i => Tensor.Volume(program.Shape(i)) > 0)];
                program.Emit(new ConcatOperator { Name = node.Name, Inputs = parts, Outputs = [program.Output(node)], Axis = a.Int("axis", 0) });
                break;
            case OpTypes.Split:
                Split(node, program, x);
                break;
            case OpTypes.Slice:
                Slice(node, program, x, program.Output(node), a.Ints("starts")!, a.Ints("steps")!);
                break;
            case OpTypes.Pad:
                Pad(node, program, x);
                break;
            case OpTypes.Transpose:
                program.Transpose(x, program.Output(node), a.Ints("perm")!);
                break;
            default:
                Shuffle(node, program, x);
                break;
        }
    }

    public static void Resize(Node node, FloatProgram program)
    {
        int x = program.Input(node, 0), y = program.Output(node);
        bool nhwc = NodeLowering.IsNhwc(node);
        int[] from = program.Shape(x), to = program.Shape(y);
        float[] scales = node.Attributes.Floats("scales")!;
        int first = nhwc ? 1 : 2;
        if (from.Length is < 3 or > 4 || Enumerable.Range(0, from.Length).Any(i => (i < first || i > from.Length - (nhwc ? 2 : 1)) && (from[i] != to[i] || scales[i] != 1)))
            throw new InvalidDataException($"{node}: only height and width of an image can be resized");

        // One spatial axis is a picture of height 1.
        (float scaleY, float scaleX) = from.Length == 4 ? (scales[first], scales[first + 1]) : (1, scales[first]);
        (x, y) = (AsImage(program, x, nhwc), AsImage(program, y, nhwc));
        int image = nhwc ? x : program.ToNhwc(x);
        int[] s = program.Shape(y);
        int result = nhwc ? y : program.Temporary(s[0], s[2], s[3], s[1]);
        program.Emit(new ResizeOperator
        {
            Name = node.Name,
            Inputs = [image],
            Outputs = [result],
            Mode = node.Attributes.Text("mode", "nearest") == "linear" ? ResizeMode.Bilinear : ResizeMode.Nearest,
            Coordinates = Named<CoordinateMode>(node, "coordinate_transformation_mode", "half_pixel"),
            Rounding = Named<NearestRounding>(node, "nearest_mode", "round_prefer_floor"),
            ScaleY = scaleY,
            ScaleX = scaleX,
        });
        if (!nhwc)
            program.FromNhwc(result, y);
    }

    /// <summary>[n, c, w] as [n, c, 1, w], or [n, w, c] as [n, 1, w, c]; an image stays.</summary>
    public static int AsImage(FloatProgram program, int slot, bool nhwc)
    {
        int[] s = program.Shape(slot);
        return s.Length == 4 ? slot : nhwc ? program.View(slot, s[0], 1, s[1], s[2]) : program.View(slot, s[0], s[1], 1, s[2]);
    }

    /// <summary>An ONNX name such as pytorch_half_pixel as the enumeration's PytorchHalfPixel.</summary>
    private static T Named<T>(Node node, string attribute, string fallback)
        where T : struct, Enum
    {
        string text = node.Attributes.Text(attribute, fallback);
        return Enum.TryParse(text.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out T value)
            ? value
            : throw new InvalidDataException($"{node}: {attribute} '{text}' is not supported");
    }

    private static void Split(Node node, FloatProgram program, int x)
    {
        int axis = node.Attributes.Int("axis", 0), rank = program.Shape(x).Length;
        int[] begin = new int[rank], ones = [.. Enumerable.Repeat(1, rank)];
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            int part = program.Output(node, i);
            Slice(node, program, x, part, [.. begin], ones);
            begin[axis] += program.Shape(part)[axis];
        }
    }

    private static void Slice(Node node, FloatProgram program, int x, int y, int[] begin, int[] step) =>
        program.Emit(new SliceOperator { Name = node.Name, Inputs = [x], Outputs = [y], Begin = begin, Step = step });

    /// <summary>Negative pads cut first, then the others pad.</summary>
    private static void Pad(Node node, FloatProgram program, int x)
    {
        int[] pads = node.Attributes.Ints("pads")!, shape = program.Shape(x);
        int rank = shape.Length;
        int[] before = pads[..rank], after = pads[rank..];
        if (pads.Any(p => p < 0))
        {
            int[] begin = [.. before.Select(p => Math.Max(0, -p))];
            int[] cut = [.. shape.Select((d, i) => d - begin[i] - Math.Max(0, -after[i]))];
            int inner = program.Temporary(cut);
            Slice(node, program, x, inner, begin, [.. shape.Select(_ => 1)]);
            x = inner;
        }

        program.Emit(new PadOperator
        {
            Name = node.Name,
            Inputs = [x],
            Outputs = [program.Output(node)],
            Before = [.. before.Select(p => Math.Max(0, p))],
            After = [.. after.Select(p => Math.Max(0, p))],
            Mode = Named<PadMode>(node, "mode", "constant"),
            Value = node.Attributes.Float("value", 0),
        });
    }

    /// <summary>Channel (group g, member j) goes to place j·groups + g.</summary>
    private static void Shuffle(Node node, FloatProgram program, int x)
    {
        int groups = node.Attributes.Int("group", 1), y = program.Output(node);
        int[] s = program.Shape(x);
        if (NodeLowering.IsNhwc(node))
        {
            (int pixels, int members) = (Tensor.Volume(s.AsSpan(..^1)), s[^1] / groups);
            program.Transpose(program.View(x, pixels, groups, members), program.View(y, pixels, members, groups), 0, 2, 1);
        }
        else
        {
            (int pixels, int members) = (Tensor.Volume(s.AsSpan(2)), s[1] / groups);
            program.Transpose(program.View(x, s[0], groups, members, pixels), program.View(y, s[0], members, groups, pixels), 0, 2, 1, 3);
        }
    }
}
