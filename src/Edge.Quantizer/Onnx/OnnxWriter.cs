using System.Runtime.InteropServices;
using Edge.Quantizer.Onnx.Schema;
using Google.Protobuf;

namespace Edge.Quantizer.Onnx;

/// <summary>Writes an ONNX model node by node. Values have names; every method returns the name of what it made.</summary>
internal sealed class OnnxWriter
{
    private readonly ModelProto _model;
    private readonly HashSet<string> _names = [];

    /// <param name="name">Name of the graph.</param>
    /// <param name="opset">Version of the ONNX operator set.</param>
    /// <param name="irVersion">Version of the file format; 7 goes with opset 13.</param>
    public OnnxWriter(string name, int opset, int irVersion)
    {
        _model = new ModelProto
        {
            IrVersion = irVersion,
            ProducerName = "edge-quantizer",
            ProducerVersion = typeof(OnnxWriter).Assembly.GetName().Version?.ToString(3) ?? "",
            Graph = new GraphProto { Name = name },
        };
        _model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
    }

    /// <summary>Takes a name that is free: the stem itself, or the stem with a number.</summary>
    public string Reserve(string stem)
    {
        string candidate = stem;
        for (int i = 1; !_names.Add(candidate); i++)
            candidate = $"{stem}_{i}";
        return candidate;
    }

    /// <summary>Adds a node with one output.</summary>
    /// <param name="opType">ONNX operator.</param>
    /// <param name="output">Name of the result, from <see cref="Reserve"/>.</param>
    /// <param name="inputs">Names of the operands; empty marks one that is left out.</param>
    /// <param name="attributes">Values are long, float, string, or long[].</param>
    public string Node(string opType, string output, string[] inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        Node(opType, [output], inputs, attributes);
        return output;
    }

    /// <summary>Adds a node with one or more outputs.</summary>
    /// <inheritdoc cref="Node(string, string, string[], ReadOnlySpan{ValueTuple{string, object}})"/>
    public void Node(string opType, string[] outputs, string[] inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var node = new NodeProto { OpType = opType, Name = outputs[0] };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        foreach ((string name, object value) in attributes)
            node.Attribute.Add(Attribute(name, value));
        _model.Graph.Node.Add(node);
    }

    /// <summary>Adds an initializer; its element type is <typeparamref name="T"/>.</summary>
    /// <param name="stem">Name, numbered when it is taken.</param>
    /// <param name="shape">Dimensions; empty for a scalar.</param>
    /// <param name="data">Elements in row-major order.</param>
    public string Initializer<T>(string stem, ReadOnlySpan<int> shape, ReadOnlySpan<T> data)
        where T : unmanaged
    {
        var tensor = new TensorProto
        {
            Name = Reserve(stem),
            DataType = (int)ElementTypeOf<T>(),
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(data)),
        };
        foreach (int d in shape)
            tensor.Dims.Add(d);
        _model.Graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    public void Input(string name, TensorProto.Types.DataType type, ReadOnlySpan<int> shape) =>
        _model.Graph.Input.Add(Describe(name, type, shape));

    public void Output(string name, TensorProto.Types.DataType type, ReadOnlySpan<int> shape) =>
        _model.Graph.Output.Add(Describe(name, type, shape));

    /// <summary>The model as an .onnx file holds it.</summary>
    public byte[] ToBytes() => _model.ToByteArray();

    private static TensorProto.Types.DataType ElementTypeOf<T>() => default(T) switch
    {
        float => TensorProto.Types.DataType.Float,
        byte => TensorProto.Types.DataType.Uint8,
        sbyte => TensorProto.Types.DataType.Int8,
        int => TensorProto.Types.DataType.Int32,
        long => TensorProto.Types.DataType.Int64,
        bool => TensorProto.Types.DataType.Bool,
        _ => throw new NotSupportedException($"{typeof(T).Name} has no place in an exported model"),
    };

    private static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case long i:
                (attribute.Type, attribute.I) = (AttributeProto.Types.AttributeType.Int, i);
                break;
            case float f:
                (attribute.Type, attribute.F) = (AttributeProto.Types.AttributeType.Float, f);
                break;
            case string s:
                (attribute.Type, attribute.S) = (AttributeProto.Types.AttributeType.String, ByteString.CopyFromUtf8(s));
                break;
            case long[] list:
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                attribute.Ints.AddRange(list);
                break;
            default:
                throw new NotSupportedException($"attribute '{name}' of type {value.GetType().Name}");
        }

        return attribute;
    }

    private static ValueInfoProto Describe(string name, TensorProto.Types.DataType type, ReadOnlySpan<int> shape)
    {
        var dimensions = new TensorShapeProto();
        foreach (int d in shape)
            dimensions.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = d });
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = dimensions };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
