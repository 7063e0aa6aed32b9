using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Quantization;

/// <summary>
/// Turns the float graph that the passes left (images NHWC, batch 1) into operators of a package. Values exist in int8, in
/// float32 or in both: a quantize or dequantize is inserted where a reader needs the other form.
/// </summary>
public sealed partial class Lowering
{
    private readonly ModelGraph _graph;
    private readonly QuantizationPlan _plan;
    private readonly IReadOnlyDictionary<Node, float[]> _biasCorrections;
    private readonly IReadOnlyDictionary<Node, QuantizedWeights> _weights;
    private readonly PackageBuilder _package = new();
    private readonly Logits _logits;
    private readonly Dictionary<Value, int> _int8 = [];
    private readonly Dictionary<Value, int> _float = [];
    private readonly Dictionary<Node, OperatorDefinition> _operatorOf = [];

    private Lowering(
        ModelGraph graph,
        QuantizationPlan plan,
        IReadOnlyDictionary<Node, float[]> biasCorrections,
        IReadOnlyDictionary<Node, QuantizedWeights> weights,
        Logits logits) =>
        (_graph, _plan, _biasCorrections, _weights, _logits) = (graph, plan, biasCorrections, weights, logits);

    /// <summary>Lowers the graph.</summary>
    /// <param name="graph">After the pass pipeline; one image input.</param>
    /// <param name="plan">Scales and zero points, and which nodes stay in float.</param>
    /// <param name="biasCorrections">Added to the bias of a convolution or fully connected node in int8, per output channel, real values.</param>
    /// <param name="weights">Codes of layers whose weights are not simply rounded to the nearest.</param>
    /// <param name="logits">What stays in float32 at the end; by default the graph's logits.</param>
    /// <exception cref="UserException">The network has a form that the runtime does not execute; names the node.</exception>
    public static LoweredModel Lower(
        ModelGraph graph,
        QuantizationPlan plan,
        IReadOnlyDictionary<Node, float[]> biasCorrections,
        IReadOnlyDictionary<Node, QuantizedWeights>? weights = null,
        Logits? logits = null)
    {
        var lowering = new Lowering(graph, plan, biasCorrections, weights ?? new Dictionary<Node, QuantizedWeights>(), logits ?? Logits.Of(graph));
        if (graph.Inputs.Count != 1)
            throw new UserException($"the network has {graph.Inputs.Count} inputs ({string.Join(", ", graph.Inputs.Select(i => i.Name))}); Edge runs networks with one image input");
        Value image = graph.Inputs[0];
        if (image.Shape is not [1, _, _, 1 or 3])
            throw new UserException($"input '{image.Name}' has shape [{string.Join(", ", image.Shape ?? [])}]; Edge runs networks on one grey or RGB image");
        int input = lowering._package.AddInt8(image.Name, image.Shape, plan[image]);
        lowering._int8[image] = input;

        foreach (Node node in graph.Nodes)
        {
            int before = lowering._package.Operators.Count;
            lowering.LowerNode(node);
            if (lowering._package.Operators.Count > before)
                lowering._operatorOf[node] = lowering.MainOperator(node, before);
        }

        int[] outputs = [.. graph.Outputs.Select(lowering.Float)];
        return new LoweredModel(lowering._package, input, outputs, lowering._int8, lowering._float, lowering._operatorOf);
    }

    /// <summary>The operator that computes the node itself, behind any conversions of its inputs.</summary>
    private OperatorDefinition MainOperator(Node node, int first) =>
        _package.Operators.Skip(first).LastOrDefault(o => o is not (QuantizeOperator or DequantizeOperator)) ?? _package.Operators[^1];

    private void LowerNode(Node node)
    {
        if (node.Outputs.All(o => o.Type != DataType.Float32))
            throw Unsupported(node, "computes integers at run time");
        if (_plan.FloatNodes.Contains(node) || Int8Forms.FloatReason(node, _logits) is not null)
            LowerFloat(node);
        else if (_logits.Sums.Contains(node))
            LowerSums(node);
        else
            LowerInt8(node);
    }

    /// <summary>The tensor that holds the value in int8.</summary>
    private int Int8(Value value)
    {
        if (_int8.TryGetValue(value, out int tensor))
            return tensor;
        if (!_float.TryGetValue(value, out int source))
            throw new UserException($"constant '{value.Name}' is read as an activation; that has no int8 form");
        tensor = _int8[value] = _package.AddInt8(value.Name + "/int8", Shape(value), _plan[value]);
        _package.Add(new QuantizeOperator { Name = value.Name + "/quantize", Inputs = [source], Outputs = [tensor] });
        return tensor;
    }

    /// <summary>The tensor that holds the value in float32; constants become constant tensors.</summary>
    private int Float(Value value)
    {
        if (_float.TryGetValue(value, out int tensor))
            return tensor;
        if (value.Constant is { } constant)
            return _float[value] = _package.AddFloatConstant(value.Name, constant);
        int source = _int8[value];
        tensor = _float[value] = _package.AddFloat(value.Name + "/float", Shape(value));
        _package.Add(new DequantizeOperator { Name = value.Name + "/dequantize", Inputs = [source], Outputs = [tensor] });
        return tensor;
    }

    private int NewInt8(Value value) => _int8[value] = _package.AddInt8(value.Name, Shape(value), _plan[value]);

    private int NewFloat(Value value) => _float[value] = _package.AddFloat(value.Name, Shape(value));

    private static int[] Shape(Value value) =>
        value.Shape ?? throw new InvalidOperationException($"value '{value.Name}' has no shape; run shape inference first");

    /// <summary>Int8 bounds of a fused activation.</summary>
    private (int Low, int High) Bounds(Node node)
    {
        var y = _plan[node.Output];
        float low = node.Attributes.Float(OpTypes.FusedLow, float.NegativeInfinity);
        float high = node.Attributes.Float(OpTypes.FusedHigh, float.PositiveInfinity);
        return (
            float.IsNegativeInfinity(low) ? -128 : y.Quantize(low),
            float.IsPositiveInfinity(high) ? 127 : y.Quantize(high));
    }

    private static (float? Low, float? High) FloatBounds(Node node) => (
        node.Attributes.Has(OpTypes.FusedLow) ? node.Attributes.Float(OpTypes.FusedLow, 0) : null,
        node.Attributes.Has(OpTypes.FusedHigh) ? node.Attributes.Float(OpTypes.FusedHigh, 0) : null);

    private static Window WindowOf(Node node)
    {
        WindowAttributes w = WindowAttributes.From(node);
        if (w.SpatialRank != 2)
            throw Unsupported(node, $"has a {w.SpatialRank}-dimensional window");
        RequireNhwc(node);
        return new Window
        {
            KernelHeight = w.Kernel[0],
            KernelWidth = w.Kernel[1],
            StrideY = w.Strides[0],
            StrideX = w.Strides[1],
            DilationY = w.Dilations[0],
            DilationX = w.Dilations[1],
            PadTop = w.PadsBegin[0],
            PadLeft = w.PadsBegin[1],
            PadBottom = w.PadsEnd[0],
            PadRight = w.PadsEnd[1],
        };
    }

    private static void RequireNhwc(Node node)
    {
        if (node.Attributes.Text(OpTypes.Layout, "NCHW") != "NHWC" || Shape(node.Input(0)).Length != 4)
            throw Unsupported(node, "does not work on a two-dimensional image");
    }

    private static Tensor ConstantInput(Node node, int index) => node.Input(index).Constant
        ?? throw Unsupported(node, $"input {index} ('{node.Input(index).Name}') is computed at run time and must be constant");

    /// <summary>Zeros when the node has none.</summary>
    private static float[] BiasOf(Node node, int outputs) =>
        node.InputOrNull(2) is null ? new float[outputs] : [.. ConstantInput(node, 2).Floats];

    /// <summary>The node's bias and what was found to correct it.</summary>
    private float[] CorrectedBiasOf(Node node, int outputs)
    {
        float[] bias = BiasOf(node, outputs);
        if (_biasCorrections.TryGetValue(node, out float[]? correction))
        {
            for (int c = 0; c < outputs; c++)
                bias[c] += correction[c];
        }

        return bias;
    }

    private static UserException Unsupported(Node node, string what) =>
        new($"node '{node.Name}' ({node.OpType}) {what}; the device runtime does not execute that");
}

/// <summary>Result of <see cref="Lowering"/>.</summary>
/// <param name="Package">Tensors, operators, constants.</param>
/// <param name="Input">Index of the int8 image tensor.</param>
/// <param name="Outputs">Indices of the float32 result tensors.</param>
/// <param name="Int8Tensors">The int8 tensor of each value that has one.</param>
/// <param name="FloatTensors">The float32 tensor of each value that has one.</param>
/// <param name="Operators">The operator that computes each node.</param>
public sealed record LoweredModel(
    PackageBuilder Package,
    int Input,
    int[] Outputs,
    IReadOnlyDictionary<Value, int> Int8Tensors,
    IReadOnlyDictionary<Value, int> FloatTensors,
    IReadOnlyDictionary<Node, OperatorDefinition> Operators)
{
    /// <summary>The tensor that holds a value of the graph, in int8 where there is one: what comes after reads that.</summary>
    public int TensorOf(Value value) => Int8Tensors.TryGetValue(value, out int int8) ? int8 : FloatTensors[value];
}
