using Edge.Runtime.Format;

namespace Edge.Quantizer.Quantization;

/// <content>Layers that stay in float32.</content>
internal sealed partial class QdqExporter
{
    private void EmitFloat(OperatorDefinition op)
    {
        switch (op)
        {
            case FloatConvOperator conv:
                FloatConv(conv);
                break;
            case FloatUnaryOperator unary:
                FloatUnary(unary);
                break;
            case FloatBinaryOperator binary:
                FloatBinary(binary);
                break;
            case FloatSoftmaxOperator softmax:
                Result(op, "Softmax", [Value(op.Inputs[0])], ("axis", ExportedAxis(Input(op), softmax.Axis)));
                break;
            case FloatLrnOperator lrn:
                FloatLrn(lrn);
                break;
            case FloatMatMulOperator:
                string product = _writer.Node("MatMul", Temporary(op, "product"), Array.ConvertAll(op.Inputs, ToMemoryOrder));
                Define(op.Outputs[0], FromMemoryOrder(product, Output(op)));
                break;
            case FloatReduceMeanOperator mean:
                string reduced = _writer.Node(
                    "ReduceMean",
                    Temporary(op, "mean"),
                    [ToMemoryOrder(op.Inputs[0])],
                    ("axes", Array.ConvertAll(mean.Axes, a => (long)a)),
                    ("keepdims", Output(op).Shape.Length == Input(op).Shape.Length ? 1L : 0L));
                Define(op.Outputs[0], FromMemoryOrder(reduced, Output(op)));
                break;
            default:
                throw new UserException($"'{op.Name}': {op.GetType().Name} has no ONNX form; this model cannot be exported");
        }
    }

    private void FloatConv(FloatConvOperator op)
    {
        float[] bias = Constant<float>(op.Bias);
        float[] weights = Constant<float>(op.Weights);
        int outputs = bias.Length;
        int inputs = weights.Length / (outputs * op.Window.KernelHeight * op.Window.KernelWidth);
        string image = Input(op).Shape.Length == 4
            ? Value(op.Inputs[0])
            : Reshape(Value(op.Inputs[0]), [1, inputs, 1, 1]);
        string[] operands =
        [
            image,
            _writer.Initializer<float>(
                op.Name + "/weights",
                [outputs, inputs, op.Window.KernelHeight, op.Window.KernelWidth],
                ToExportedOrder<float>(weights, [outputs, op.Window.KernelHeight, op.Window.KernelWidth, inputs])),
            _writer.Initializer<float>(op.Name + "/bias", [outputs], bias),
        ];
        string sum = _writer.Node(
            "Conv", Temporary(op, "sum"), operands, [.. WindowAttributes(op.Window), ("group", (long)op.Groups)]);
        if (op.Low is not null || op.High is not null)
            sum = Clip(op, sum, op.Low, op.High);
        Define(op.Outputs[0], Output(op).Shape.Length == 4 ? sum : Reshape(sum, Output(op).Shape));
    }

    private string Clip(OperatorDefinition op, string value, float? low, float? high)
    {
        string Bound(string name, float? bound) => bound is { } b ? _writer.Initializer<float>($"{op.Name}/{name}", [], [b]) : "";
        return _writer.Node("Clip", Temporary(op, "clipped"), [value, Bound("low", low), Bound("high", high)]);
    }

    private void FloatUnary(FloatUnaryOperator op)
    {
        string x = Value(op.Inputs[0]);
        switch (op.Kind)
        {
            case FloatUnaryKind.Clip:
                Define(op.Outputs[0], Clip(op, x, op.Alpha, op.Beta));
                break;
            case FloatUnaryKind.LeakyRelu:
                Result(op, "LeakyRelu", [x], ("alpha", op.Alpha ?? 0.01f));
                break;
            case FloatUnaryKind.Sigmoid:
                Result(op, "Sigmoid", [x]);
                break;
            case FloatUnaryKind.HardSigmoid:
                Result(op, "HardSigmoid", [x], ("alpha", op.Alpha ?? 0.2f), ("beta", op.Beta ?? 0.5f));
                break;
            case FloatUnaryKind.HardSwish:
                string gate = _writer.Node("HardSigmoid", Temporary(op, "gate"), [x], ("alpha", 1f / 6f), ("beta", 0.5f));
                Result(op, "Mul", [x, gate]);
                break;
            case FloatUnaryKind.Tanh:
                Result(op, "Tanh", [x]);
                break;
            default:
                throw new UserException($"'{op.Name}': {op.Kind} has no ONNX form; this model cannot be exported");
        }
    }

    private void FloatBinary(FloatBinaryOperator op)
    {
        string opType = op.Kind switch
        {
            FloatBinaryKind.Add => "Add",
            FloatBinaryKind.Subtract => "Sub",
            FloatBinaryKind.Multiply => "Mul",
            FloatBinaryKind.Divide => "Div",
            FloatBinaryKind.Max => "Max",
            FloatBinaryKind.Min => "Min",
            FloatBinaryKind.PRelu => "PRelu",
            _ => throw new UserException($"'{op.Name}': {op.Kind} has no ONNX form; this model cannot be exported"),
        };
        int rank = Output(op).Shape.Length;
        Result(op, opType, Array.ConvertAll(op.Inputs, i => Broadcastable(i, rank)));
    }

    /// <summary>
    /// An operand of lower rank lines up with the last axes in memory order; beside an NCHW image it must stand as an NCHW
    /// image too.
    /// </summary>
    private string Broadcastable(int index, int rank)
    {
        TensorDefinition tensor = _manifest.Tensors[index];
        if (rank != 4 || tensor.Shape.Length == 4)
            return Value(index);
        int[] image = [.. Enumerable.Repeat(1, rank - tensor.Shape.Length), .. tensor.Shape];
        return FromMemoryOrder(Reshape(Value(index), image), tensor with { Shape = image });
    }

    private void FloatLrn(FloatLrnOperator op)
    {
        if (Input(op).Shape.Length != 4)
            throw new UserException($"'{op.Name}': ONNX defines LRN for images only; this model cannot be exported");
        string[] image = [Value(op.Inputs[0])];
        Result(op, "LRN", image, ("size", (long)op.Size), ("alpha", op.Alpha), ("beta", op.Beta), ("bias", op.Bias));
    }
}
