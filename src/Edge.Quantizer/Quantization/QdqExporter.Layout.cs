using Edge.Runtime.Format;
using static Edge.Quantizer.Onnx.Schema.TensorProto.Types;

namespace Edge.Quantizer.Quantization;

/// <content>The package's NHWC images against the export's NCHW ones, and the operators that only move elements.</content>
internal sealed partial class QdqExporter
{
    // Axis of an NCHW image by axis of the same image in NHWC, and the two permutations for Transpose.
    private static readonly int[] AxisInNchw = [0, 2, 3, 1];
    private static readonly long[] NchwToNhwc = [0, 2, 3, 1];
    private static readonly long[] NhwcToNchw = [0, 3, 1, 2];

    /// <summary>Rearranges elements from a tensor's memory order to the order of <see cref="ExportedShape"/>.</summary>
    public static T[] ToExportedOrder<T>(ReadOnlySpan<T> source, ReadOnlySpan<int> shape)
    {
        if (shape is not [int n, int h, int w, int c])
            return source.ToArray();
        var result = new T[source.Length];
        for (int i = 0; i < n; i++)
        {
            for (int channel = 0; channel < c; channel++)
            {
                for (int pixel = 0; pixel < h * w; pixel++)
                    result[(((i * c) + channel) * h * w) + pixel] = source[(((i * h * w) + pixel) * c) + channel];
            }
        }

        return result;
    }

    private static long ExportedAxis(TensorDefinition tensor, int axis) => tensor.Shape.Length == 4 ? AxisInNchw[axis] : axis;

    /// <summary>Values per axis in memory order, rearranged to exported order.</summary>
    private static long[] PerExportedAxis(int[] values) =>
        values is [int n, int h, int w, int c] ? [n, c, h, w] : Array.ConvertAll(values, v => (long)v);

    private static bool SameInBothOrders(int[] shape) => shape is not [_, int h, int w, int c] || c == 1 || h * w == 1;

    private string ToMemoryOrder(int tensor)
    {
        int[] shape = _manifest.Tensors[tensor].Shape;
        string value = Value(tensor);
        if (shape.Length != 4)
            return value;
        return SameInBothOrders(shape)
            ? Reshape(value, shape)
            : _writer.Node("Transpose", _writer.Reserve(value + "/nhwc"), [value], ("perm", NchwToNhwc));
    }

    private string FromMemoryOrder(string value, TensorDefinition tensor)
    {
        if (tensor.Shape.Length != 4)
            return value;
        return SameInBothOrders(tensor.Shape)
            ? Reshape(value, ExportedShape(tensor))
            : _writer.Node("Transpose", _writer.Reserve(value + "/nchw"), [value], ("perm", NhwcToNchw));
    }

    private string Reshape(string value, int[] shape)
    {
        string dimensions = Int64s(value + "/shape", Array.ConvertAll(shape, d => (long)d));
        return _writer.Node("Reshape", _writer.Reserve(value + "/reshaped"), [value, dimensions]);
    }

    private string Int64s(string stem, params long[] values) => _writer.Initializer<long>(stem, [values.Length], values);

    private void Transpose(TransposeOperator op)
    {
        long[] permutation = Array.ConvertAll(op.Permutation, p => (long)p);
        string source = ToMemoryOrder(op.Inputs[0]);
        string value = _writer.Node("Transpose", Temporary(op, "transposed"), [source], ("perm", permutation));
        Define(op.Outputs[0], FromMemoryOrder(value, Output(op)));
    }

    private void ChannelShuffle(ChannelShuffleOperator op)
    {
        int[] shape = ExportedShape(Output(op));
        int groups = op.Groups;
        string split = Reshape(Value(op.Inputs[0]), [shape[0], groups, shape[1] / groups, .. shape[2..]]);
        long[] swap = [0, 2, 1, .. Enumerable.Range(3, shape.Length - 2).Select(i => (long)i)];
        string swapped = _writer.Node("Transpose", Temporary(op, "swapped"), [split], ("perm", swap));
        Define(op.Outputs[0], Reshape(swapped, shape));
    }

    private void Slice(SliceOperator op)
    {
        int[] size = Output(op).Shape;
        int rank = size.Length;
        int[] end = new int[rank];
        for (int i = 0; i < rank; i++)
        {
            // A backward slice that includes index 0 ends at −1, which ONNX would read as the last index.
            int behind = op.Begin[i] + (op.Step[i] * size[i]);
            end[i] = behind < 0 ? -Input(op).Shape[i] - 1 : behind;
        }

        long[] axes = [.. Enumerable.Range(0, rank).Select(i => (long)i)];
        Result(
            op,
            "Slice",
            [
                Value(op.Inputs[0]),
                Int64s(op.Name + "/starts", PerExportedAxis(op.Begin)),
                Int64s(op.Name + "/ends", PerExportedAxis(end)),
                Int64s(op.Name + "/axes", axes),
                Int64s(op.Name + "/steps", PerExportedAxis(op.Step)),
            ]);
    }

    private void Pad(PadOperator op)
    {
        TensorDefinition output = Output(op);
        string pads = Int64s(op.Name + "/pads", [.. PerExportedAxis(op.Before), .. PerExportedAxis(op.After)]);
        string value = output.Type == ElementType.Int8
            ? _writer.Initializer<byte>(op.Name + "/value", [], [QuantizedByte(op.Value, output)])
            : _writer.Initializer<float>(op.Name + "/value", [], [op.Value]);
        string mode = op.Mode switch { PadMode.Edge => "edge", PadMode.Reflect => "reflect", _ => "constant" };
        Result(op, "Pad", [Value(op.Inputs[0]), pads, value], ("mode", mode));
    }

    private void Resize(ResizeOperator op)
    {
        TensorDefinition input = Input(op);
        TensorDefinition output = Output(op);
        string source = Value(op.Inputs[0]);

        // On bytes ONNX Runtime truncates what it interpolates, so bilinear works on the bytes' float values and rounds to even.
        bool viaFloat = op.Mode == ResizeMode.Bilinear && output.Type == ElementType.Int8;
        if (viaFloat)
            source = _writer.Node("Cast", Temporary(op, "float"), [source], ("to", (long)DataType.Float));

        bool scalesGiveShape =
            (int)(input.Shape[1] * op.ScaleY) == output.Shape[1] && (int)(input.Shape[2] * op.ScaleX) == output.Shape[2];
        string scales = scalesGiveShape ? _writer.Initializer<float>(op.Name + "/scales", [4], [1, 1, op.ScaleY, op.ScaleX]) : "";
        string sizes = scalesGiveShape ? "" : Int64s(op.Name + "/sizes", PerExportedAxis(output.Shape));
        string coordinates = op.Coordinates switch
        {
            CoordinateMode.PytorchHalfPixel => "pytorch_half_pixel",
            CoordinateMode.AlignCorners => "align_corners",
            CoordinateMode.Asymmetric => "asymmetric",
            _ => "half_pixel",
        };
        string rounding = op.Rounding switch
        {
            NearestRounding.RoundPreferCeil => "round_prefer_ceil",
            NearestRounding.Floor => "floor",
            NearestRounding.Ceil => "ceil",
            _ => "round_prefer_floor",
        };
        string resized = _writer.Node(
            "Resize",
            viaFloat ? Temporary(op, "resized") : Define(op.Outputs[0]),
            [source, "", scales, sizes],
            ("mode", op.Mode == ResizeMode.Nearest ? "nearest" : "linear"),
            ("coordinate_transformation_mode", coordinates),
            ("nearest_mode", rounding));
        if (viaFloat)
        {
            string rounded = _writer.Node("Round", Temporary(op, "rounded"), [resized]);
            Result(op, "Cast", [rounded], ("to", (long)DataType.Uint8));
        }
    }
}
