using Edge.Quantizer.Graph;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Resize;
using Edge.Training.Autograd.Operators;

namespace Edge.Training.Autograd.Compilation;

/// <content>Operators that move elements to other places.</content>
internal sealed partial class NetworkCompiler<T>
{
    private void AddReshape(Node node)
    {
        Activation<T> input = Input(node, 0);
        ImageShape shape = ImageShape.From(node.Output.Shape);
        if (ReorderOperator<T>.IsView(input.Shape, shape))
            ViewOf(node.Output, input);
        else
            _operators.Add(new ReorderOperator<T>(input, NewActivation(node.Output), workers));
    }

    private void AddConcat(Node node)
    {
        if (node.Attributes.Int("axis", 0) != 1)
            throw Unsupported(node, "training knows concatenation along the channels");
        Activation<T>[] inputs = [.. Enumerable.Range(0, node.Inputs.Count).Select(i => Input(node, i))];
        _operators.Add(new ConcatOperator<T>(inputs, NewActivation(node.Output), workers));
    }

    private void AddSplit(Node node)
    {
        if (node.Attributes.Int("axis", 0) != 1)
            throw Unsupported(node, "training knows splits along the channels");
        Activation<T> input = Input(node, 0);
        _operators.Add(new SplitOperator<T>(input, [.. node.Outputs.Select(NewActivation)], workers));
    }

    private void AddSlice(Node node)
    {
        (int y, int x, int c) = PerAxis(node, node.Attributes.Ints("starts")!);
        int[] steps = [.. node.Attributes.Ints("steps")!.Zip(node.Output.Shape!, (step, size) => size == 1 ? 1 : step)];
        (int stepY, int stepX, int stepC) = PerAxis(node, steps);
        if (stepC != 1 || stepY < 0 || stepX < 0)
            throw Unsupported(node, "training knows slices of neighbouring channels and of rows and columns with forward steps");
        Add(node, (input, output) => new BoxOperator<T>(
            input, output, new BoxCut((y, x, c), (0, 0, 0), output.Shape, stepY, stepX), T.Zero, workers));
    }

    private void AddPad(Node node)
    {
        if (node.Attributes.Text("mode", "constant") is not "constant" and var mode)
            throw Unsupported(node, $"training knows padding with a constant, not {mode}");
        int[] pads = node.Attributes.Ints("pads")!;
        (int y, int x, int c) = PerAxis(node, pads[..(pads.Length / 2)]);
        Add(node, (input, output) =>
        {
            var cut = new BoxCut(
                (Math.Max(0, -y), Math.Max(0, -x), Math.Max(0, -c)),
                (Math.Max(0, y), Math.Max(0, x), Math.Max(0, c)),
                new ImageShape(
                    Overlap(y, input.Shape.Height, output.Shape.Height),
                    Overlap(x, input.Shape.Width, output.Shape.Width),
                    Overlap(c, input.Shape.Channels, output.Shape.Channels)));
            return new BoxOperator<T>(input, output, cut, T.CreateTruncating(node.Attributes.Float("value", 0)), workers);
        });

        // Elements of an axis that are in the input and in the output.
        static int Overlap(int before, int input, int output) =>
            Math.Max(0, Math.Min(input + before, output) - Math.Max(0, before));
    }

    private void AddResize(Node node)
    {
        int[] from = node.Input(0).Shape!;
        int[] to = node.Output.Shape!;
        float[] scales = node.Attributes.Floats("scales")!;
        if (from.Length != 4 || from[1] != to[1] || scales[0] != 1 || scales[1] != 1)
            throw Unsupported(node, "training knows resizing of height and width");
        Add(node, (x, y) => new ResizeOperator<T>(
            x, y, Taps(node, scales[2], from[2], to[2]), Taps(node, scales[3], from[3], to[3]), workers));
    }

    private static ResizeTap[] Taps(Node node, float scale, int inputs, int outputs)
    {
        CoordinateMode coordinates = node.Attributes.Text("coordinate_transformation_mode", "half_pixel") switch
        {
            "half_pixel" => CoordinateMode.HalfPixel,
            "pytorch_half_pixel" => CoordinateMode.PytorchHalfPixel,
            "align_corners" => CoordinateMode.AlignCorners,
            _ => CoordinateMode.Asymmetric,
        };
        if (node.Attributes.Text("mode", "nearest") == "linear")
        {
            return
            [
                .. ResizeCoordinates.LinearAxis(coordinates, scale, inputs, outputs)
                    .Select(tap => new ResizeTap(tap.First, tap.Second, tap.FirstWeight, tap.SecondWeight)),
            ];
        }

        NearestRounding rounding = node.Attributes.Text("nearest_mode", "round_prefer_floor") switch
        {
            "round_prefer_floor" => NearestRounding.RoundPreferFloor,
            "round_prefer_ceil" => NearestRounding.RoundPreferCeil,
            "floor" => NearestRounding.Floor,
            _ => NearestRounding.Ceil,
        };
        return
        [
            .. Enumerable.Range(0, outputs)
                .Select(i => ResizeCoordinates.Source(coordinates, i, scale, inputs, outputs))
                .Select(source => ResizeCoordinates.Nearest(source, rounding, inputs))
                .Select(nearest => new ResizeTap(nearest, nearest, 1, 0)),
        ];
    }

    /// <summary>What stands for rows, columns and channels in a list with an entry for every axis of a value.</summary>
    private static (int Y, int X, int C) PerAxis(Node node, int[] values) => values.Length switch
    {
        4 => (values[2], values[3], values[1]),
        3 => (0, values[2], values[1]),
        2 => (0, 0, values[1]),
        _ => throw Unsupported(node, $"training knows images and vectors, this has {values.Length} axes"),
    };
}
