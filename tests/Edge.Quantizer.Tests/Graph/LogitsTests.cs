using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Tests.Passes;
using Edge.Quantizer.Tests.Quantization;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Tests.Graph;

/// <summary>Which scores the int8 network gives as exact sums in float32.</summary>
public sealed class LogitsTests
{
    // What ends a network, and the operators of the package from the one that computes the scores on.
    private static readonly Dictionary<string, (Func<GraphBuilder, Value, Value> End, Type[] Operators)> Ends = new()
    {
        ["fully connected"] = ((g, x) => g.Gemm(Flat(g, Mean(g, x)), 5), [typeof(FullyConnectedOperator)]),
        ["fully connected, softmax"] = (
            (g, x) => Softmax(g, g.Gemm(Flat(g, Mean(g, x)), 5)), [typeof(FullyConnectedOperator), typeof(FloatSoftmaxOperator)]),
        ["pointwise on one pixel, reshaped, softmax"] = (
            (g, x) => Softmax(g, g.Reshape(g.Conv(Mean(g, x), 5, 1), 1, 5)),
            [typeof(FullyConnectedOperator), typeof(ReshapeOperator), typeof(FloatSoftmaxOperator)]),
        ["convolution over the whole image"] = ((g, x) => g.Reshape(g.Conv(x, 5, 6), 1, 5), [typeof(FullyConnectedOperator), typeof(ReshapeOperator)]),
        ["average of score maps"] = (
            (g, x) => Softmax(g, Flat(g, Mean(g, g.Relu(g.Conv(x, 5, 1))))), [typeof(PoolOperator), typeof(ReshapeOperator), typeof(FloatSoftmaxOperator)]),
    };

    // None of these has sums to give: bounded ones, score maps, functions of scores.
    private static readonly Dictionary<string, Func<GraphBuilder, Value, Value>> Others = new()
    {
        ["bounded scores"] = (g, x) => g.Relu(g.Gemm(Flat(g, Mean(g, x)), 5)),
        ["score maps"] = (g, x) => g.Conv(x, 5, 1),
        ["one pixel of a padded window"] = (g, x) => g.Conv(x, 5, 6, stride: 6, pad: 2),
        ["sigmoid"] = (g, x) => g.Op(OpTypes.Sigmoid, [g.Gemm(Flat(g, Mean(g, x)), 5)]),
        ["maximum"] = (g, x) => Flat(g, g.Op(OpTypes.GlobalMaxPool, [g.Conv(x, 5, 1)])),
    };

    public static TheoryData<string> EndNames => [.. Ends.Keys];

    public static TheoryData<string> OtherNames => [.. Others.Keys];

    [Theory]
    [MemberData(nameof(EndNames))]
    public void They_are_float32_sums_of_int8_products(string name)
    {
        LoweredModel lowered = Lower(Ends[name].End, out ModelGraph graph);
        OperatorDefinition[] end = [.. lowered.Package.Operators.TakeLast(Ends[name].Operators.Length)];

        Assert.Equal(Ends[name].Operators, end.Select(o => o.GetType()));
        Assert.All(end, o => Assert.Equal(ElementType.Float32, lowered.Package.Tensors[o.Outputs[0]].Type));
        Assert.Equal(ElementType.Int8, lowered.Package.Tensors[end[0].Inputs[0]].Type);
        Assert.Equal(lowered.FloatTensors[PostTrainingQuantizer.LogitsOf(graph)], lowered.TensorOf(PostTrainingQuantizer.LogitsOf(graph)));
    }

    [Theory]
    [MemberData(nameof(OtherNames))]
    public void Other_outputs_are_int8_as_before(string name)
    {
        LoweredModel lowered = Lower(Others[name], out _);
        Assert.IsType<DequantizeOperator>(lowered.Package.Operators[^1]);
        Assert.DoesNotContain(lowered.Package.Operators[..^1], o => lowered.Package.Tensors[o.Outputs[0]].Type == ElementType.Float32);
    }

    [Fact]
    public void Scores_that_something_else_reads_are_int8()
    {
        LoweredModel lowered = Lower((g, x) =>
        {
            Value scores = g.Gemm(Flat(g, Mean(g, x)), 5);
            return [scores, g.Relu(scores)];
        }, out _);
        Assert.Equal(ElementType.Int8, OutputOf<FullyConnectedOperator>(lowered));

        lowered = Lower((g, x) =>
        {
            Value scores = g.Gemm(Flat(g, Mean(g, x)), 5);
            return [Softmax(g, scores), g.Op(OpTypes.Sigmoid, [scores])];
        }, out _);
        Assert.Equal(ElementType.Int8, OutputOf<FullyConnectedOperator>(lowered));
        Assert.Equal(ElementType.Float32, OutputOf<SoftmaxOperator>(lowered));
    }

    [Fact]
    public void Scores_may_be_given_away_beside_their_probabilities()
    {
        LoweredModel lowered = Lower((g, x) =>
        {
            Value scores = g.Gemm(Flat(g, Mean(g, x)), 5);
            return [scores, Softmax(g, scores)];
        }, out _);
        Assert.Equal(ElementType.Float32, OutputOf<FullyConnectedOperator>(lowered));
        Assert.Equal(ElementType.Float32, OutputOf<FloatSoftmaxOperator>(lowered));
    }

    [Fact]
    public void Every_classifier_of_several_has_its_own()
    {
        LoweredModel lowered = Lower((g, x) =>
        {
            Value flat = Flat(g, Mean(g, x));
            return [Softmax(g, g.Gemm(flat, 5)), g.Relu(g.Gemm(flat, 3)), g.Gemm(flat, 2)];
        }, out _);
        Assert.Equal(
            [ElementType.Float32, ElementType.Int8, ElementType.Float32],
            lowered.Package.Operators.OfType<FullyConnectedOperator>().Select(o => lowered.Package.Tensors[o.Outputs[0]].Type));
    }

    [Fact]
    public void The_rules_of_other_tools_requantize_them()
    {
        var g = new GraphBuilder();
        ModelGraph graph = g.Build(Softmax(g, g.Gemm(Flat(g, Mean(g, g.Conv(g.Input(1, 3, 6, 6), 8, 3, pad: 1))), 5)));
        OptimizedModel.Pipeline().Run(graph);
        QuantizedNetwork network = new OnnxRuntimeRules(graph, new SyntheticImages(2, 3 * 6 * 6), 1).Run(OnnxRuntimeRules.Methods.Keys.First());
        Assert.Equal(ElementType.Int8, OutputOf<FullyConnectedOperator>(network.Lowered));
    }

    [Fact]
    public void The_layer_report_names_them()
    {
        var g = new GraphBuilder();
        ModelGraph graph = g.Build(Softmax(g, g.Gemm(Flat(g, Mean(g, g.Conv(g.Input(1, 3, 6, 6), 8, 3, pad: 1))), 5)));
        OptimizedModel.Pipeline().Run(graph);
        var images = new SyntheticImages(4, 3 * 6 * 6);
        PackageDescription description = TestPackages.Description(6);
        QuantizedNetwork network = new PostTrainingQuantizer(graph, images, description, new QuantizationOptions { Method = "minmax", Threads = 1 }).Run();

        IReadOnlyList<LayerNoise> layers = new LayerReport(graph, images, network, description, threads: 1).Run(4, 2);

        LayerNoise logits = Assert.Single(layers, l => l.Operator == OpTypes.Gemm);
        Assert.Equal(0, logits.Saturation);
        Assert.InRange(logits.Sqnr, 25, 100);
        Assert.NotNull(logits.SoleSqnr);
    }

    private static ElementType OutputOf<TOperator>(LoweredModel lowered)
        where TOperator : OperatorDefinition =>
        lowered.Package.Tensors[Assert.Single(lowered.Package.Operators.OfType<TOperator>()).Outputs[0]].Type;

    private static LoweredModel Lower(Func<GraphBuilder, Value, Value> end, out ModelGraph graph) => Lower((g, x) => [end(g, x)], out graph);

    private static LoweredModel Lower(Func<GraphBuilder, Value, Value[]> end, out ModelGraph graph)
    {
        var g = new GraphBuilder();
        graph = g.Build(end(g, g.Conv(g.Input(1, 3, 6, 6), 8, 3, pad: 1)));
        OptimizedModel.Pipeline().Run(graph);
        return Lowering.Lower(graph, QuantizationPlan.Create(graph, _ => new ValueRange(-1, 1)), new Dictionary<Node, float[]>());
    }

    private static Value Softmax(GraphBuilder g, Value x) => g.Op(OpTypes.Softmax, [x], ("axis", 1));

    private static Value Mean(GraphBuilder g, Value x) => g.Op(OpTypes.GlobalAveragePool, [x]);

    private static Value Flat(GraphBuilder g, Value x) => g.Reshape(x, 1, x.Shape!.Aggregate(1, (a, b) => a * b));
}
