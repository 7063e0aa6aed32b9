using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Onnx.Schema;
using ElementKind = Edge.Quantizer.Onnx.Schema.TensorProto.Types.DataType;

namespace Edge.Quantizer.Reference.Conformance;

/// <summary>
/// One of ONNX's node tests: a folder with model.onnx and, per data set, recorded inputs and outputs. Runs it through import
/// and float executor.
/// </summary>
internal sealed class ConformanceCase
{
    /// <summary>Largest difference of an output, relative to its largest value.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>The label of models with several nodes: the bodies of ONNX's function operators.</summary>
    public const string SeveralOperators = "(several)";

    /// <summary>Operators whose further operands may be computed; of all others they must be constants.</summary>
    private static readonly HashSet<string> TakesComputedOperands =
        ["Add", "Sub", "Mul", "Div", "Max", "Min", "Sum", "Concat", "MatMul", "Gemm", "PRelu"];

    private readonly string _folder;
    private readonly ModelProto _model;

    /// <exception cref="UserException">The folder holds no readable model.</exception>
    public ConformanceCase(string folder)
    {
        _folder = folder;
        _model = OnnxFile.Read(Path.Combine(folder, "model.onnx"));
    }

    public string Name => Path.GetFileName(_folder);

    /// <summary>The only operator besides constants, or <see cref="SeveralOperators"/>.</summary>
    public string Operator
    {
        get
        {
            string[] types = [.. _model.Graph.Node.Select(n => n.OpType).Distinct().OrderBy(t => t == "Constant")];
            return types.Length == 1 || (types.Length == 2 && types[1] == "Constant") ? types[0] : SeveralOperators;
        }
    }

    public ConformanceResult Run()
    {
        if (ReasonNotToClaim() is { } reason)
            return new ConformanceResult(Name, Operator, ConformanceOutcome.NotClaimed, reason, 0);
        double difference = 0;
        try
        {
            foreach (string set in Directory.EnumerateDirectories(_folder, "test_data_set_*").Order(StringComparer.Ordinal))
                difference = Math.Max(difference, RunDataSet(set));
        }
        catch (UserException e)
        {
            return new ConformanceResult(Name, Operator, ConformanceOutcome.NotClaimed, WithoutSource(e.Message), 0);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new ConformanceResult(Name, Operator, ConformanceOutcome.Failed, $"{e.GetType().Name}: {e.Message}", 0);
        }

        return difference <= Tolerance
            ? new ConformanceResult(Name, Operator, ConformanceOutcome.Passed, "", difference)
            : new ConformanceResult(Name, Operator, ConformanceOutcome.Failed, $"differs by {difference:E1} of the largest value", difference);
    }

    /// <summary>What puts the test outside of float32 inference with the supported operators; null when nothing does.</summary>
    private string? ReasonNotToClaim()
    {
        GraphProto graph = _model.Graph;
        foreach (NodeProto node in graph.Node)
        {
            if (!OnnxFile.IsStandardDomain(node.Domain) || !OperatorTable.Supported.Contains(node.OpType))
                return $"operator {node.OpType} is not supported";
            if (node.Attribute.Any(a => a is { Name: "training_mode", I: 1 }) || IsTrainingDropout(node))
                return "training mode";
            if (node.OpType != "Split" && node.Output.Count(o => o.Length > 0) > 1)
                return $"optional second output of {node.OpType}";
        }

        foreach (ValueInfoProto output in graph.Output)
        {
            if (TypeReason(output, widens: false) is { } reason)
                return $"output of {reason}";
        }

        bool casts = graph.Node.Count == 1 && graph.Node[0].OpType == "Cast";
        return graph.Input.Where(IsData).Select(i => TypeReason(i, casts)).FirstOrDefault(r => r is not null) is { } input
            ? $"input of {input}"
            : null;
    }

    private static bool IsTrainingDropout(NodeProto node) =>
        node.OpType == "Dropout" && node.Input.Count > 2 && node.Input[2].Length > 0;

    /// <summary>Float32 is what is claimed; Cast may also start from the floating types that import brings to float32.</summary>
    private static string? TypeReason(ValueInfoProto value, bool widens) => value.Type?.TensorType is not { } tensor
        ? "a type that is not a tensor"
        : (ElementKind)tensor.ElemType switch
        {
            ElementKind.Float => null,
            ElementKind.Float16 or ElementKind.Double when widens => null,
            var other => $"element type {other.ToString().ToLowerInvariant()}",
        };

    /// <summary>Whether a graph input carries what is computed on; the others are parameters, bound as constants.</summary>
    private bool IsData(ValueInfoProto input) => _model.Graph.Node.Any(node =>
        node.Input.Count > 0 && (node.Input[0] == input.Name || (TakesComputedOperands.Contains(node.OpType) && node.Input.Contains(input.Name)))
        && node.OpType != "ConstantOfShape");

    private double RunDataSet(string folder)
    {
        var inputs = new Dictionary<string, Tensor>();
        var constants = new Dictionary<string, Tensor>();
        var shapes = new Dictionary<string, int[]>();
        for (int i = 0; i < _model.Graph.Input.Count; i++)
        {
            ValueInfoProto input = _model.Graph.Input[i];
            Tensor recorded = Read(Path.Combine(folder, $"input_{i}.pb"));
            if (IsData(input))
                (inputs[input.Name], shapes[input.Name]) = (recorded, recorded.Shape);
            else
                constants[input.Name] = recorded;
        }

        var options = new ImportOptions { Constants = constants, InputShapes = shapes };
        ModelGraph graph = OnnxImporter.Import(_model.Clone(), Name, folder, options);
        using var executor = new FloatExecutor(graph, threads: 1);
        IReadOnlyDictionary<string, Tensor> outputs = executor.Run(inputs);
        double difference = 0;
        for (int i = 0; i < graph.Outputs.Count; i++)
            difference = Math.Max(difference, Difference(Read(Path.Combine(folder, $"output_{i}.pb")), outputs[graph.Outputs[i].Name]));
        return difference;
    }

    private static Tensor Read(string path) => new TensorReader(Path.GetDirectoryName(path)!).Read(TensorProto.Parser.ParseFrom(File.ReadAllBytes(path)));

    /// <summary>max|a − b| / max|b|; infinite where the shapes differ, or one side only is no number or infinite.</summary>
    private static double Difference(Tensor expected, Tensor actual)
    {
        if (!expected.Shape.AsSpan().SequenceEqual(actual.Shape))
            return double.PositiveInfinity;
        double largest = 0, difference = 0;
        for (int i = 0; i < expected.Count; i++)
        {
            (float a, float b) = (actual.Floats[i], expected.Floats[i]);
            if (a.Equals(b))
                continue;
            double d = Math.Abs((double)a - b);
            difference = double.IsFinite(d) ? Math.Max(difference, d) : double.PositiveInfinity;
        }

        foreach (float b in expected.Floats)
            largest = float.IsFinite(b) ? Math.Max(largest, Math.Abs(b)) : largest;
        return difference == 0 ? 0 : difference / largest;
    }

    private string WithoutSource(string message) =>
        message.StartsWith($"{Name}: ", StringComparison.Ordinal) ? message[(Name.Length + 2)..] : message;
}
