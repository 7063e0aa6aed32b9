using Edge.Runtime.Format;
using Edge.Runtime.Numerics;
using static Edge.Quantizer.Onnx.Schema.TensorProto.Types;

namespace Edge.Quantizer.Quantization;

/// <content>Operators that compute in int8.</content>
internal sealed partial class QdqExporter
{
    private static byte QuantizedByte(float value, TensorDefinition tensor) =>
        (byte)(Requantization.RoundClamped(value / tensor.Scale, tensor.ZeroPoint, -128, 127) + Offset);

    private (string Scale, string ZeroPoint) Parameters(int index)
    {
        if (_parameters[index] is { } known)
            return known;
        TensorDefinition tensor = _manifest.Tensors[index];
        (string, string) made = (
            _writer.Initializer<float>(tensor.Name + "_scale", [], [tensor.Scale]),
            _writer.Initializer<byte>(tensor.Name + "_zero_point", [], [(byte)(tensor.ZeroPoint + Offset)]));
        _parameters[index] = made;
        return made;
    }

    /// <summary>The real values of an int8 tensor. Every reader gets its own node: ONNX Runtime fuses whole groups.</summary>
    private string Dequantize(int index)
    {
        (string scale, string zeroPoint) = Parameters(index);
        string name = _writer.Reserve(_manifest.Tensors[index].Name + "_dequantized");
        return _writer.Node("DequantizeLinear", name, [Value(index), scale, zeroPoint]);
    }

    /// <summary>
    /// The real values of an int8 tensor for layers that stay in float32, x = s · float(q − z). Written as arithmetic: between
    /// DequantizeLinear and QuantizeLinear ONNX Runtime would quantize the layer's weights itself.
    /// </summary>
    private void DequantizeByArithmetic(OperatorDefinition op) => Result(op, "Mul", [StepsOfInput(op), Parameters(op.Inputs[0]).Scale]);

    /// <summary>float(q − z) of an operator's int8 input.</summary>
    private string StepsOfInput(OperatorDefinition op)
    {
        string q = _writer.Node("Cast", Temporary(op, "float"), [Value(op.Inputs[0])], ("to", (long)DataType.Float));
        string zeroPoint = _writer.Initializer<float>(op.Name + "/zero_point", [], [Input(op).ZeroPoint + Offset]);
        return _writer.Node("Sub", Temporary(op, "steps"), [q, zeroPoint]);
    }

    /// <summary>Makes float values the value of an int8 tensor.</summary>
    private void Quantize(string real, int tensor, int low = sbyte.MinValue, int high = sbyte.MaxValue)
    {
        (string scale, string zeroPoint) = Parameters(tensor);
        if (low == sbyte.MinValue && high == sbyte.MaxValue)
        {
            _writer.Node("QuantizeLinear", Define(tensor), [real, scale, zeroPoint]);
            return;
        }

        string name = _manifest.Tensors[tensor].Name;
        Clamp(_writer.Node("QuantizeLinear", _writer.Reserve(name + "_unclamped"), [real, scale, zeroPoint]), tensor, low, high);
    }

    /// <summary>
    /// Bounds inside the quantized range are integers, so clamping the rounded bytes equals clamping before rounding; and the
    /// group in front of the QuantizeLinear stays one that ONNX Runtime fuses.
    /// </summary>
    private void Clamp(string bytes, int tensor, int low, int high)
    {
        string name = _manifest.Tensors[tensor].Name;
        _writer.Node(
            "Clip",
            Define(tensor),
            [
                bytes,
                _writer.Initializer<byte>(name + "_low", [], [(byte)(low + Offset)]),
                _writer.Initializer<byte>(name + "_high", [], [(byte)(high + Offset)]),
            ]);
    }

    /// <summary>Float operator on the dequantized inputs, result quantized and clamped.</summary>
    private void Requantized(
        OperatorDefinition op, string opType, int low, int high, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        string real = _writer.Node(opType, Temporary(op, "real"), Array.ConvertAll(op.Inputs, Dequantize), attributes);
        Quantize(real, op.Outputs[0], low, high);
    }

    /// <summary>Int8 weights with one scale per output channel (axis 0).</summary>
    private string DequantizedWeights(OperatorDefinition op, int[] shape, sbyte[] weights, float[] scales)
    {
        string[] inputs =
        [
            _writer.Initializer<sbyte>(op.Name + "/weights", shape, weights),
            _writer.Initializer<float>(op.Name + "/weight_scales", [scales.Length], scales),
            _writer.Initializer<sbyte>(op.Name + "/weight_zero_points", [scales.Length], new sbyte[scales.Length]),
        ];
        return _writer.Node("DequantizeLinear", Temporary(op, "weights_real"), inputs, ("axis", 0L));
    }

    /// <summary>Int32 bias at scale input·weight.</summary>
    private string DequantizedBias(OperatorDefinition op, int[] bias, float[] weightScales)
    {
        float inputScale = Input(op).Scale;
        float[] scales = Array.ConvertAll(weightScales, s => inputScale * s);
        string[] inputs =
        [
            _writer.Initializer<int>(op.Name + "/bias", [bias.Length], bias),
            _writer.Initializer<float>(op.Name + "/bias_scales", [bias.Length], scales),
        ];
        return _writer.Node("DequantizeLinear", Temporary(op, "bias_real"), inputs, ("axis", 0L));
    }

    private void Conv(ConvOperator op)
    {
        int outputs = Output(op).Shape[3];
        int inputs = Input(op).Shape[3] / op.Groups;
        float[] scales = Constant<float>(op.WeightScales);
        sbyte[] weights = ToExportedOrder<sbyte>(
            Constant<sbyte>(op.Weights), [outputs, op.Window.KernelHeight, op.Window.KernelWidth, inputs]);
        string[] operands =
        [
            Dequantize(op.Inputs[0]),
            DequantizedWeights(op, [outputs, inputs, op.Window.KernelHeight, op.Window.KernelWidth], weights, scales),
            DequantizedBias(op, Constant<int>(op.Bias), scales),
        ];
        string real = _writer.Node(
            "Conv", Temporary(op, "real"), operands, [.. WindowAttributes(op.Window), ("group", (long)op.Groups)]);
        Quantize(real, op.Outputs[0], op.Low, op.High);
    }

    private static (string Name, object Value)[] WindowAttributes(Window window) =>
    [
        ("kernel_shape", new long[] { window.KernelHeight, window.KernelWidth }),
        ("strides", new long[] { window.StrideY, window.StrideX }),
        ("dilations", new long[] { window.DilationY, window.DilationX }),
        ("pads", new long[] { window.PadTop, window.PadLeft, window.PadBottom, window.PadRight }),
    ];

    private void FullyConnected(FullyConnectedOperator op)
    {
        float[] scales = Constant<float>(op.WeightScales);
        int outputs = scales.Length;
        sbyte[] weights = Constant<sbyte>(op.Weights);
        int inputs = weights.Length / outputs;

        // The bytes are flattened before they are dequantized, so that the group that is fused holds the product alone.
        string flat = Input(op).Shape.Length == 2 ? Value(op.Inputs[0]) : Reshape(ToMemoryOrder(op.Inputs[0]), [1, inputs]);
        (string scale, string zeroPoint) = Parameters(op.Inputs[0]);
        string[] operands =
        [
            _writer.Node("DequantizeLinear", Temporary(op, "input_real"), [flat, scale, zeroPoint]),
            DequantizedWeights(op, [outputs, inputs], weights, scales),
            DequantizedBias(op, Constant<int>(op.Bias), scales),
        ];
        string real = _writer.Node("Gemm", Temporary(op, "real"), operands, ("transB", 1L));
        int[] shape = ExportedShape(Output(op));
        if (Output(op).Type == ElementType.Float32)
        {
            Define(op.Outputs[0], shape.Length == 2 ? real : Reshape(real, shape));
            return;
        }

        if (shape.Length == 2)
        {
            Quantize(real, op.Outputs[0], op.Low, op.High);
            return;
        }

        (string outputScale, string outputZeroPoint) = Parameters(op.Outputs[0]);
        string bytes = _writer.Node("QuantizeLinear", Temporary(op, "bytes"), [real, outputScale, outputZeroPoint]);
        Clamp(Reshape(bytes, shape), op.Outputs[0], op.Low, op.High);
    }

    private void Pool(PoolOperator op)
    {
        TensorDefinition input = Input(op);
        TensorDefinition output = Output(op);
        bool average = op.Kind == PoolKind.Average;
        if (average && (op.Window.DilationY != 1 || op.Window.DilationX != 1))
        {
            throw new UserException(
                $"pool '{op.Name}': a dilated average pool has no form in ONNX opset {Opset}; this model cannot be exported");
        }

        bool clamped = op.Low != sbyte.MinValue || op.High != sbyte.MaxValue;
        (string, object)[] attributes = PoolAttributes(op, input.Shape, output.Shape);
        if (output.Type == ElementType.Float32 && input.Type == ElementType.Int8)
        {
            AverageOfSums(op, attributes);
        }
        else if (output.Type == ElementType.Float32)
        {
            Result(op, average ? "AveragePool" : "MaxPool", [Value(op.Inputs[0])], attributes);
        }
        else if (!average && clamped)
        {
            string unclamped = _writer.Node("MaxPool", Temporary(op, "unclamped"), [Value(op.Inputs[0])], attributes);
            Clamp(unclamped, op.Outputs[0], op.Low, op.High);
        }
        else if (!average)
        {
            Result(op, "MaxPool", [Value(op.Inputs[0])], attributes);
        }
        else if (IsGlobal(op.Window, input.Shape))
        {
            Requantized(op, "GlobalAveragePool", op.Low, op.High);
        }
        else
        {
            Requantized(op, "AveragePool", op.Low, op.High, attributes);
        }
    }

    /// <summary>
    /// x = float(Σ (q − z)) · (s / count): over the whole image the package's whole numbers, which float32 holds exactly below 2²⁴; in
    /// windows ONNX Runtime's own average, times s.
    /// </summary>
    private void AverageOfSums(PoolOperator op, (string, object)[] attributes)
    {
        TensorDefinition input = Input(op);
        string steps = StepsOfInput(op);
        if (!IsGlobal(op.Window, input.Shape))
        {
            string mean = _writer.Node("AveragePool", Temporary(op, "mean"), [steps], attributes);
            Result(op, "Mul", [mean, Parameters(op.Inputs[0]).Scale]);
            return;
        }

        int count = op.Window.KernelHeight * op.Window.KernelWidth;
        string axes = _writer.Initializer<long>(op.Name + "/axes", [2], [2L, 3L]);
        string sum = _writer.Node("ReduceSum", Temporary(op, "sum"), [steps, axes]);
        Result(op, "Mul", [sum, _writer.Initializer<float>(op.Name + "/share", [], [input.Scale / count])]);
    }

    private static bool IsGlobal(Window window, int[] input) =>
        window.KernelHeight == input[1] && window.KernelWidth == input[2]
        && window is { PadTop: 0, PadLeft: 0, PadBottom: 0, PadRight: 0 };

    private static (string Name, object Value)[] PoolAttributes(PoolOperator op, int[] input, int[] output)
    {
        Window window = op.Window;
        int paddedHeight = input[1] + window.PadTop + window.PadBottom;
        int paddedWidth = input[2] + window.PadLeft + window.PadRight;
        int missingBelow = Missing(paddedHeight, output[1], window.StrideY, window.DilationY, window.KernelHeight);
        int missingRight = Missing(paddedWidth, output[2], window.StrideX, window.DilationX, window.KernelWidth);
        bool ceiling = false;
        if (op.CountIncludePad)
        {
            // Rows and columns past the declared padding never count in the divisor, so they cannot be written as padding.
            ceiling = missingBelow > 0 || missingRight > 0;
        }
        else
        {
            window = window with { PadBottom = window.PadBottom + missingBelow, PadRight = window.PadRight + missingRight };
        }

        var attributes = new List<(string, object)>(WindowAttributes(window)) { ("ceil_mode", ceiling ? 1L : 0L) };
        if (op.Kind == PoolKind.Average)
        {
            attributes.RemoveAll(a => a.Item1 == "dilations");
            attributes.Add(("count_include_pad", op.CountIncludePad ? 1L : 0L));
        }

        return [.. attributes];

        // How far the last window reaches past the padded image (a pool with ceil_mode).
        static int Missing(int padded, int count, int stride, int dilation, int kernel) =>
            Math.Max(0, ((count - 1) * stride) + ((kernel - 1) * dilation) + 1 - padded);
    }

    private void Concat(ConcatOperator op)
    {
        TensorDefinition output = Output(op);
        (string, object) axis = ("axis", ExportedAxis(output, op.Axis));
        bool bytesMove = op.Inputs.All(i => InPlace.SameQuantization(_manifest.Tensors[i], output));
        if (output.Type == ElementType.Float32 || bytesMove)
            Result(op, "Concat", Array.ConvertAll(op.Inputs, Value), axis);
        else
            Requantized(op, "Concat", sbyte.MinValue, sbyte.MaxValue, axis);
    }

    private void Lookup(LookupOperator op)
    {
        string table = _writer.Initializer<byte>(op.Name + "/table", [256], ShiftToUInt8(Constant<sbyte>(op.Table)));
        string index = _writer.Node("Cast", Temporary(op, "index"), [Value(op.Inputs[0])], ("to", (long)DataType.Int32));
        Result(op, "Gather", [table, index], ("axis", 0L));
    }
}
