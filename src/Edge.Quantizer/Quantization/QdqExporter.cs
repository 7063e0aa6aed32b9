using Edge.Quantizer.Onnx;
using Edge.Runtime.Format;
using static Edge.Quantizer.Onnx.Schema.TensorProto.Types;

namespace Edge.Quantizer.Quantization;

/// <summary>
/// Writes a packed model as ONNX (opset 13) with QuantizeLinear and DequantizeLinear around float operators, in the form that
/// ONNX Runtime fuses to its integer operators: activations uint8 (zero point + 128, the same real values), weights int8 per
/// output channel, bias int32 at scale input·weight. Operators that only move bytes work on the uint8 values themselves.
/// Tensors of rank 4 are images and become NCHW; all others keep the package's memory order.
/// </summary>
internal sealed partial class QdqExporter
{
    private const int Opset = 13;
    private const int IrVersion = 7;

    /// <summary>Distance from our int8 values to the exported uint8 values.</summary>
    private const int Offset = 128;

    private readonly EdgeModel _model;
    private readonly ModelManifest _manifest;
    private readonly OnnxWriter _writer;

    // Per tensor of the package: its value in the exported graph (uint8 for int8 tensors), and its quantization parameters.
    private readonly string?[] _values;
    private readonly (string Scale, string ZeroPoint)?[] _parameters;

    private QdqExporter(EdgeModel model, string name)
    {
        (_model, _manifest) = (model, model.Manifest);
        _writer = new OnnxWriter(name, Opset, IrVersion);
        _values = new string?[_manifest.Tensors.Length];
        _parameters = new (string, string)?[_manifest.Tensors.Length];
    }

    /// <summary>The whole model: float image in (NCHW), float results out.</summary>
    /// <param name="model">The package.</param>
    /// <param name="expose">Whether every intermediate tensor becomes an output too, named by <see cref="ValueName"/>.</param>
    /// <exception cref="UserException">An operator has no form in opset 13.</exception>
    public static byte[] Export(EdgeModel model, bool expose = false)
    {
        ModelManifest manifest = model.Manifest;
        var exporter = new QdqExporter(model, manifest.Network);
        TensorDefinition input = manifest.Tensors[manifest.Input];
        string image = exporter._writer.Reserve(input.Name);
        exporter._writer.Input(image, DataType.Float, ExportedShape(input));
        foreach (int output in manifest.Outputs)
            exporter._writer.Reserve(manifest.Tensors[output].Name);
        exporter.Quantize(image, manifest.Input);
        foreach (OperatorDefinition op in manifest.Operators)
            exporter.Emit(op);
        exporter.DeclareResults(expose);
        return exporter._writer.ToBytes();
    }

    /// <summary>
    /// One operator alone: its arena inputs are graph inputs, its results graph outputs (uint8 for int8 tensors), all under the
    /// names that <see cref="ValueName"/> gives.
    /// </summary>
    /// <inheritdoc cref="Export"/>
    public static byte[] ExportOperator(EdgeModel model, OperatorDefinition op)
    {
        ModelManifest manifest = model.Manifest;
        var exporter = new QdqExporter(model, op.Name);
        foreach (int index in op.Inputs.Distinct().Where(i => manifest.Tensors[i].Constant is null))
        {
            TensorDefinition tensor = manifest.Tensors[index];
            exporter._writer.Input(exporter.Define(index), TypeOf(tensor), ExportedShape(tensor));
        }

        exporter.Emit(op);
        foreach (int index in op.Outputs)
        {
            TensorDefinition tensor = manifest.Tensors[index];
            exporter._writer.Output(exporter.Value(index), TypeOf(tensor), ExportedShape(tensor));
        }

        return exporter._writer.ToBytes();
    }

    /// <summary>Name of a tensor's value in the exported graph: uint8 for int8 tensors, float32 for others.</summary>
    public static string ValueName(TensorDefinition tensor) =>
        tensor.Type == ElementType.Int8 ? tensor.Name + "_quantized" : tensor.Name + "_float";

    /// <summary>NCHW for rank 4, unchanged otherwise.</summary>
    public static int[] ExportedShape(TensorDefinition tensor) =>
        tensor.Shape is [int n, int h, int w, int c] ? [n, c, h, w] : tensor.Shape;

    private static DataType TypeOf(TensorDefinition tensor) => tensor.Type == ElementType.Int8 ? DataType.Uint8 : DataType.Float;

    private void DeclareResults(bool expose)
    {
        foreach (int index in _manifest.Outputs)
        {
            TensorDefinition tensor = _manifest.Tensors[index];
            if (tensor.Type == ElementType.Int8)
            {
                (string scale, string zeroPoint) = Parameters(index);
                _writer.Node("DequantizeLinear", tensor.Name, [Value(index), scale, zeroPoint]);
            }
            else
            {
                _writer.Node("Identity", tensor.Name, [Value(index)]);
            }

            _writer.Output(tensor.Name, DataType.Float, ExportedShape(tensor));
        }

        if (!expose)
            return;
        foreach (int index in _manifest.Operators.SelectMany(op => op.Outputs))
            _writer.Output(Value(index), TypeOf(_manifest.Tensors[index]), ExportedShape(_manifest.Tensors[index]));
    }

    private void Emit(OperatorDefinition op)
    {
        switch (op)
        {
            case ConvOperator conv:
                Conv(conv);
                break;
            case FullyConnectedOperator fullyConnected:
                FullyConnected(fullyConnected);
                break;
            case AddOperator add:
                Requantized(add, "Add", add.Low, add.High);
                break;
            case PoolOperator pool:
                Pool(pool);
                break;
            case ConcatOperator concat:
                Concat(concat);
                break;
            case LookupOperator lookup:
                Lookup(lookup);
                break;
            case SoftmaxOperator:
                Result(op, "Softmax", [Dequantize(op.Inputs[0])], ("axis", ExportedAxis(Input(op), Input(op).Shape.Length - 1)));
                break;
            case SliceOperator slice:
                Slice(slice);
                break;
            case ChannelShuffleOperator shuffle:
                ChannelShuffle(shuffle);
                break;
            case ReshapeOperator:
                Define(op.Outputs[0], FromMemoryOrder(Reshape(ToMemoryOrder(op.Inputs[0]), Output(op).Shape), Output(op)));
                break;
            case TransposeOperator transpose:
                Transpose(transpose);
                break;
            case PadOperator pad:
                Pad(pad);
                break;
            case ResizeOperator resize:
                Resize(resize);
                break;
            case QuantizeOperator:
                Quantize(Value(op.Inputs[0]), op.Outputs[0]);
                break;
            case DequantizeOperator:
                DequantizeByArithmetic(op);
                break;
            default:
                EmitFloat(op);
                break;
        }
    }

    private TensorDefinition Input(OperatorDefinition op, int index = 0) => _manifest.Tensors[op.Inputs[index]];

    private TensorDefinition Output(OperatorDefinition op) => _manifest.Tensors[op.Outputs[0]];

    /// <summary>Reserves the name of a tensor's value.</summary>
    private string Define(int tensor) => _values[tensor] = _writer.Reserve(ValueName(_manifest.Tensors[tensor]));

    /// <summary>Makes a value that exists already the value of a tensor.</summary>
    private void Define(int tensor, string value) => _writer.Node("Identity", Define(tensor), [value]);

    /// <summary>The value that stands for a tensor; constants become initializers when first asked for.</summary>
    private string Value(int index)
    {
        if (_values[index] is { } known)
            return known;
        TensorDefinition tensor = _manifest.Tensors[index];
        int constant = tensor.Constant
            ?? throw new InvalidDataException($"tensor '{tensor.Name}' is read before an operator writes it");
        int[] shape = ExportedShape(tensor);
        string name = ValueName(tensor);
        return _values[index] = tensor.Type == ElementType.Int8
            ? _writer.Initializer<byte>(name, shape, ToExportedOrder(ShiftToUInt8(Constant<sbyte>(constant)), tensor.Shape))
            : _writer.Initializer<float>(name, shape, ToExportedOrder(Constant<float>(constant), tensor.Shape));
    }

    private T[] Constant<T>(int index)
        where T : unmanaged => _model.Constant<T>(index).ToArray();

    private string Temporary(OperatorDefinition op, string what) => _writer.Reserve($"{op.Name}/{what}");

    /// <summary>Adds the node whose result is the operator's (only) output, as float32 or as bytes.</summary>
    private void Result(
        OperatorDefinition op, string opType, string[] inputs, params ReadOnlySpan<(string Name, object Value)> attributes) =>
        _writer.Node(opType, Define(op.Outputs[0]), inputs, attributes);

    private static byte[] ShiftToUInt8(sbyte[] values) => Array.ConvertAll(values, v => (byte)(v + Offset));
}
