using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;
using Edge.Quantizer.Onnx.Folding;
using Edge.Quantizer.Onnx.Schema;

namespace Edge.Quantizer.Onnx;

/// <summary>The graph under construction: values by name, names that are taken, and errors that name the file.</summary>
internal sealed class ImportContext(string source, TensorReader tensors, GraphProto graph, int opset)
{
    /// <summary>Elements that folding may create in total: a small file must not ask for all memory.</summary>
    private const long FoldingLimit = 1L << 29;

    private readonly Dictionary<string, Value> _values = [];
    private readonly Dictionary<string, TensorProto> _initializers = Initializers(graph);
    private readonly HashSet<string> _nodeNames = [];
    private readonly HashSet<string> _valueNames =
    [
        .. graph.Input.Select(i => i.Name), .. graph.Initializer.Select(t => t.Name), .. graph.Node.SelectMany(n => n.Output),
    ];

    private long _folded;

    public ModelGraph Graph { get; } = new(graph.Name.Length > 0 ? graph.Name : Path.GetFileNameWithoutExtension(source));

    public int Opset => opset;

    public UserException Error(string message, Exception? inner = null) =>
        new(string.Concat($"{source}: {message}".Select(c => char.IsControl(c) ? ' ' : c)), inner);

    public bool IsInitializer(string name) => _initializers.ContainsKey(name);

    public void Define(Value value) => _values.Add(value.Name, value);

    public void Define(string name, Tensor constant) =>
        Define(new Value(name) { Constant = constant, Shape = constant.Shape, Type = constant.Type });

    /// <summary>The value that a node or the graph's outputs read under this name.</summary>
    /// <exception cref="UserException">Nothing computes it.</exception>
    public Value Lookup(string name, SourceNode? reader)
    {
        if (_values.TryGetValue(name, out Value? value))
            return value;
        if (_initializers.TryGetValue(name, out TensorProto? proto))
        {
            Define(name, ReadTensor(proto, $"weight '{name}'"));
            proto.ClearRawData();
            return _values[name];
        }

        NodeProto? producer = graph.Node.FirstOrDefault(n => n.Output.Contains(name));
        string problem = producer is null
            ? $"reads '{name}', which is no input, no weight and no result of a node"
            : $"reads '{name}', an optional output of {producer.OpType} '{NodeOrder.NameOf(producer)}' that is not supported";
        throw reader?.Error(problem) ?? Error($"the graph output {problem}");
    }

    public Tensor ReadTensor(TensorProto proto, string what)
    {
        try
        {
            return tensors.Read(proto);
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException or IOException or UnauthorizedAccessException)
        {
            throw Error($"{what}: {e.Message}", e);
        }
    }

    public string UniqueValueName(string stem) => Unique(_valueNames, stem);

    /// <summary>Adds a canonical node and infers its shapes, or computes it at once when all its inputs are constant.</summary>
    public void Emit(
        SourceNode source, string opType, Value?[] inputs, Attributes? attributes, IEnumerable<string> outputs, string name)
    {
        Value[] results = [.. outputs.Select(o => new Value(o.Length > 0 ? o : UniqueValueName($"{name}/unused")))];
        var node = new Node(name.Length > 0 ? name : opType, opType, inputs, results, attributes);
        try
        {
            Shapes.Apply(node);
            if (inputs.All(i => i is { IsConstant: true }))
                Array.ForEach(results, r => Account(source, r.Shape!));
            if (ConstantFolder.Evaluate(node) is { } constants)
            {
                for (int i = 0; i < results.Length; i++)
                    results[i].Constant = constants[i];
            }
            else
            {
                OperatorTable.CheckTypes(source, node);
                node.Name = Unique(_nodeNames, node.Name);
                Graph.Add(node);
            }
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException or ArgumentException)
        {
            throw Error($"{e.Message} (opset {opset})", e);
        }

        foreach (Value result in results)
            Define(result);
    }

    /// <summary>Counts the elements of a folded constant against the limit, before they are made.</summary>
    public void Account(SourceNode source, int[] shape)
    {
        double count = 1;
        foreach (int d in shape)
            count *= d;
        _folded += (long)Math.Min(count, FoldingLimit + 1);
        if (_folded > FoldingLimit)
            throw source.Error($"computed constants exceed {FoldingLimit} elements");
    }

    private static Dictionary<string, TensorProto> Initializers(GraphProto graph)
    {
        var initializers = new Dictionary<string, TensorProto>();
        foreach (TensorProto tensor in graph.Initializer)
            initializers[tensor.Name] = tensor;
        return initializers;
    }

    private static string Unique(HashSet<string> taken, string stem)
    {
        string candidate = stem;
        for (int i = 1; !taken.Add(candidate); i++)
            candidate = $"{stem}_{i}";
        return candidate;
    }
}
