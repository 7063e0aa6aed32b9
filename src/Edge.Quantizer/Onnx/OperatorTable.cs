using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx.Operators;

namespace Edge.Quantizer.Onnx;

/// <summary>Which ONNX operators are understood and what brings each to canonical form.</summary>
internal static class OperatorTable
{
    /// <summary>Operators that run on images.</summary>
    private static readonly SortedDictionary<string, Action<SourceNode>> Network = new(StringComparer.Ordinal)
    {
        ["Add"] = Elementwise.Binary,
        ["AveragePool"] = Windows.AveragePool,
        ["BatchNormalization"] = Elementwise.BatchNormalization,
        ["Cast"] = Elementwise.Cast,
        ["Clip"] = Elementwise.Clip,
        ["Concat"] = Movement.Concat,
        ["Constant"] = ShapeArithmetic.Constant,
        ["ConstantOfShape"] = ShapeArithmetic.ConstantOfShape,
        ["Conv"] = Windows.Conv,
        ["Div"] = Elementwise.Binary,
        ["Dropout"] = Elementwise.Dropout,
        ["Flatten"] = Views.Flatten,
        ["Gemm"] = Matrices.Gemm,
        ["GlobalAveragePool"] = Windows.GlobalPool,
        ["GlobalMaxPool"] = Windows.GlobalPool,
        ["HardSigmoid"] = Elementwise.HardSigmoid,
        ["HardSwish"] = Elementwise.Unary,
        ["Identity"] = Elementwise.Unary,
        ["LRN"] = Elementwise.Lrn,
        ["LeakyRelu"] = Elementwise.LeakyRelu,
        ["MatMul"] = Elementwise.Binary,
        ["Max"] = Elementwise.Variadic,
        ["MaxPool"] = Windows.MaxPool,
        ["Min"] = Elementwise.Variadic,
        ["Mul"] = Elementwise.Binary,
        ["PRelu"] = Elementwise.Binary,
        ["Pad"] = Movement.Pad,
        ["ReduceMean"] = Matrices.ReduceMean,
        ["Relu"] = Elementwise.Unary,
        ["Reshape"] = Views.Reshape,
        ["Resize"] = Resizing.Resize,
        ["Sigmoid"] = Elementwise.Unary,
        ["Slice"] = Movement.Slice,
        ["Softmax"] = Elementwise.Softmax,
        ["Split"] = Movement.Split,
        ["Squeeze"] = Views.Squeeze,
        ["Sub"] = Elementwise.Binary,
        ["Sum"] = Elementwise.Variadic,
        ["Tanh"] = Elementwise.Unary,
        ["Transpose"] = Movement.Transpose,
        ["Unsqueeze"] = Views.Unsqueeze,
        ["Upsample"] = Resizing.Upsample,
    };

    /// <summary>Operators that are computed at import and never run.</summary>
    private static readonly Dictionary<string, Action<SourceNode>> ShapesOnly = new()
    {
        ["And"] = ShapeArithmetic.Binary,
        ["Ceil"] = ShapeArithmetic.Unary,
        ["Equal"] = ShapeArithmetic.Binary,
        ["Expand"] = ShapeArithmetic.Expand,
        ["Floor"] = ShapeArithmetic.Unary,
        ["Gather"] = ShapeArithmetic.Gather,
        ["Greater"] = ShapeArithmetic.Binary,
        ["GreaterOrEqual"] = ShapeArithmetic.Binary,
        ["Less"] = ShapeArithmetic.Binary,
        ["LessOrEqual"] = ShapeArithmetic.Binary,
        ["Neg"] = ShapeArithmetic.Unary,
        ["Not"] = ShapeArithmetic.Unary,
        ["Or"] = ShapeArithmetic.Binary,
        ["Range"] = ShapeArithmetic.Range,
        ["ReduceProd"] = ShapeArithmetic.ReduceProd,
        ["Shape"] = ShapeArithmetic.Shape,
        ["Size"] = ShapeArithmetic.Size,
        ["Sqrt"] = ShapeArithmetic.Unary,
        ["Where"] = ShapeArithmetic.Where,
    };

    /// <summary>Operators older than opset 7: the version since which they read the same.</summary>
    private static readonly Dictionary<string, int> UnchangedSince = new()
    {
        ["Cast"] = 6,
        ["Clip"] = 6,
        ["Concat"] = 4,
        ["Constant"] = 1,
        ["Conv"] = 1,
        ["Flatten"] = 1,
        ["Gather"] = 1,
        ["GlobalAveragePool"] = 1,
        ["GlobalMaxPool"] = 1,
        ["HardSigmoid"] = 6,
        ["Identity"] = 1,
        ["LRN"] = 1,
        ["LeakyRelu"] = 6,
        ["MatMul"] = 1,
        ["MaxPool"] = 1,
        ["Pad"] = 2,
        ["ReduceMean"] = 1,
        ["Relu"] = 6,
        ["Reshape"] = 5,
        ["Shape"] = 1,
        ["Sigmoid"] = 6,
        ["Slice"] = 1,
        ["Softmax"] = 1,
        ["Split"] = 2,
        ["Squeeze"] = 1,
        ["Tanh"] = 6,
        ["Transpose"] = 1,
        ["Unsqueeze"] = 1,
    };

    private static readonly HashSet<string> AnyType =
    [
        OpTypes.Cast, OpTypes.Concat, OpTypes.Dropout, OpTypes.Flatten, OpTypes.Identity, OpTypes.Reshape, OpTypes.Slice,
        OpTypes.Split,
        OpTypes.Squeeze, OpTypes.Transpose, OpTypes.Unsqueeze,
    ];

    /// <summary>Names of the supported operators, in alphabetical order.</summary>
    public static IReadOnlyCollection<string> Supported => Network.Keys;

    /// <exception cref="UserException">The operator is not supported; names the node and what is.</exception>
    public static void Import(SourceNode node, string domain)
    {
        if (!OnnxFile.IsStandardDomain(domain))
        {
            throw node.Error(
                $"operators of domain '{domain}' are not supported; supported are ONNX's own {string.Join(", ", Supported)}");
        }

        if (!Network.TryGetValue(node.OpType, out Action<SourceNode>? rule) && !ShapesOnly.TryGetValue(node.OpType, out rule))
            throw node.Error($"this operator is not supported; supported are {string.Join(", ", Supported)}");
        if (node.Opset < OnnxImporter.FirstOpset
            && UnchangedSince.GetValueOrDefault(node.OpType, OnnxImporter.FirstOpset) > node.Opset)
        {
            throw node.Error(
                "this opset of it is not supported: "
                + $"convert the model to opset {OnnxImporter.FirstOpset} to {OnnxImporter.LastOpset}");
        }

        try
        {
            rule(node);
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException or InvalidCastException)
        {
            throw node.Error(e.Message);
        }
    }

    /// <summary>
    /// Proves that an operator that computes gets float inputs; only movement and casts take other types at run time.
    /// </summary>
    /// <exception cref="UserException">An input is an integer or a Boolean tensor.</exception>
    public static void CheckTypes(SourceNode source, Node node)
    {
        if (AnyType.Contains(node.OpType))
            return;
        if (node.Inputs.FirstOrDefault(v => v is not null && v.Type != DataType.Float32) is { } wrong)
            throw source.Error($"input '{wrong.Name}' is {wrong.Type}; at run time this operator takes Float32 only");
    }
}
