using System.Runtime.InteropServices;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Onnx.Schema;
using Google.Protobuf;
using ElementKind = Edge.Quantizer.Onnx.Schema.TensorProto.Types.DataType;
using Kind = Edge.Quantizer.Onnx.Schema.AttributeProto.Types.AttributeType;

namespace Edge.Tests.Onnx;

/// <summary>Writes small ONNX models for tests, in memory, as any exporter might have: nothing is checked.</summary>
internal sealed class OnnxBuilder
{
    public OnnxBuilder(int opset = 13) => Model = new ModelProto
    {
        IrVersion = 7,
        Graph = new GraphProto { Name = "test" },
        OpsetImport = { new OperatorSetIdProto { Domain = "", Version = opset } },
    };

    public ModelProto Model { get; }

    public GraphProto Graph => Model.Graph;

    /// <summary>A float input; sizes are numbers, or strings for symbolic ones.</summary>
    public OnnxBuilder Input(string name, params object[] sizes) => Input(name, ElementKind.Float, sizes);

    public OnnxBuilder Input(string name, ElementKind type, params object[] sizes)
    {
        Graph.Input.Add(Describe(name, type, sizes));
        return this;
    }

    public OnnxBuilder Output(string name)
    {
        Graph.Output.Add(Describe(name, ElementKind.Float, []));
        return this;
    }

    /// <summary>A float weight: the given elements, or 0.01 · (index mod 17 − 8) when there are none.</summary>
    public OnnxBuilder Weight(string name, int[] shape, params float[] data)
    {
        if (data.Length == 0)
            data = [.. Enumerable.Range(0, Tensor.Volume(shape)).Select(i => 0.01f * ((i % 17) - 8))];
        Graph.Initializer.Add(Dense(name, ElementKind.Float, shape, MemoryMarshal.AsBytes(data.AsSpan())));
        return this;
    }

    /// <summary>A list of int64.</summary>
    public OnnxBuilder Integers(string name, params long[] data)
    {
        Graph.Initializer.Add(Dense(name, ElementKind.Int64, [data.Length], MemoryMarshal.AsBytes(data.AsSpan())));
        return this;
    }

    /// <summary>
    /// Attribute values are int, float, string, int[] (written as int64), float[] or <see cref="TensorProto"/>.
    /// </summary>
    /// <param name="opType">Operator.</param>
    /// <param name="inputs">Names separated by blanks; "-" leaves one out.</param>
    /// <param name="outputs">Names separated by blanks.</param>
    /// <param name="attributes">Names and values.</param>
    public OnnxBuilder Node(string opType, string inputs, string outputs, params (string Name, object Value)[] attributes)
    {
        var node = new NodeProto { OpType = opType, Name = $"{opType.ToLowerInvariant()}{Graph.Node.Count}" };
        node.Input.AddRange(inputs.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => n == "-" ? "" : n));
        node.Output.AddRange(outputs.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        node.Attribute.AddRange(attributes.Select(a => Attribute(a.Name, a.Value)));
        Graph.Node.Add(node);
        return this;
    }

    public ModelGraph Import(ImportOptions? options = null)
    {
        ModelGraph graph = OnnxImporter.Import(Model, "test.onnx", Path.GetTempPath(), options ?? new ImportOptions());
        graph.Check();
        return graph;
    }

    /// <summary>The line that import refuses this model with.</summary>
    public string ImportError(ImportOptions? options = null)
    {
        string message = Assert.Throws<Edge.Quantizer.UserException>(() => Import(options)).Message;
        Assert.DoesNotContain('\n', message);
        Assert.StartsWith("test.onnx: ", message, StringComparison.Ordinal);
        return message;
    }

    /// <summary>A model of one node: input x, the given weights or integer lists as further inputs, output y.</summary>
    public static OnnxBuilder Single(
        int opset, string opType, int[] x, object[] constants, params (string Name, object Value)[] attributes)
    {
        OnnxBuilder builder = new OnnxBuilder(opset).Input("x", [.. x.Select(d => (object)d)]);
        string inputs = "x";
        for (int i = 0; i < constants.Length; i++)
        {
            string name = constants[i] is null ? "-" : $"c{i + 1}";
            inputs += $" {name}";
            _ = constants[i] switch
            {
                null => builder,
                long[] list => builder.Integers(name, list),
                int[] shape => builder.Weight(name, shape),
                float[] list => builder.Weight(name, [list.Length], list),
                float number => builder.Weight(name, [], number),
                object other => throw new ArgumentException(other.GetType().Name),
            };
        }

        return builder.Node(opType, inputs, "y", attributes).Output("y");
    }

    public static TensorProto Dense(string name, ElementKind type, int[] shape, ReadOnlySpan<byte> raw)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(raw) };
        tensor.Dims.AddRange(shape.Select(d => (long)d));
        return tensor;
    }

    private static ValueInfoProto Describe(string name, ElementKind type, object[] sizes)
    {
        var shape = new TensorShapeProto();
        foreach (object size in sizes)
        {
            shape.Dim.Add(size is string symbol
                ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
                : new TensorShapeProto.Types.Dimension { DimValue = (int)size });
        }

        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } },
        };
    }

    private static AttributeProto Attribute(string name, object value) => value switch
    {
        int i => new AttributeProto { Name = name, Type = Kind.Int, I = i },
        float f => new AttributeProto { Name = name, Type = Kind.Float, F = f },
        string s => new AttributeProto { Name = name, Type = Kind.String, S = ByteString.CopyFromUtf8(s) },
        int[] list => new AttributeProto { Name = name, Type = Kind.Ints, Ints = { list.Select(v => (long)v) } },
        float[] list => new AttributeProto { Name = name, Type = Kind.Floats, Floats = { list } },
        TensorProto t => new AttributeProto { Name = name, Type = Kind.Tensor, T = t },
        _ => throw new ArgumentException(value.GetType().Name),
    };
}
