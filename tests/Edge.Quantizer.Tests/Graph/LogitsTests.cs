using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Tests.Passes;
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
            return g.Op(OpTypes.Add, [scores, g.Relu(scores)]);
        }, out _);
        Assert.All(lowered.Package.Operators.OfType<FullyConnectedOperator>(), o => Assert.Equal(ElementType.Int8, lowered.Package.Tensors[o.Outputs[0]].Type));
    }

    private static LoweredModel Lower(Func<GraphBuilder, Value, Value> end, out ModelGraph graph)
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
