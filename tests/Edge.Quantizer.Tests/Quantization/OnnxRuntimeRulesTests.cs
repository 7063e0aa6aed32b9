using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Tests.Passes;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Tests.Quantization;

public class OnnxRuntimeRulesTests
{
    private const int Size = 12;

    [Fact]
    public void A_histogram_of_one_image_has_nothing_to_choose_from()
    {
        var histogram = new OnnxRuntimeHistogram();
        histogram.Add([-1, 0.5f, 0.1f, 2]);

        Assert.Equal(new ValueRange(-1, 2), histogram.MinMax);
        Assert.Equal(new ValueRange(-1, 2), histogram.Entropy());
    }

    [Fact]
    public void Entropy_cuts_a_lonely_outlier_off()
    {
        var histogram = new OnnxRuntimeHistogram();
        var random = new Random(1);
        for (int image = 0; image < 20; image++)
            histogram.Add([.. Enumerable.Range(0, 2000).Select(_ => (float)(random.NextDouble() + random.NextDouble() - 1))]);
        histogram.Add([20]);

        Assert.Equal(20, histogram.MinMax.High);
        Assert.InRange(histogram.Entropy().High, 0.9f, 10);
    }

    [Fact]
    public void Values_that_were_never_other_than_zero_give_an_empty_range()
    {
        var histogram = new OnnxRuntimeHistogram();
        histogram.Add(new float[10]);

        Assert.Equal(new ValueRange(0, 0), histogram.Entropy());
    }

    [Fact]
    public void Weights_are_rounded_to_the_nearest_and_biases_left_alone()
    {
        ModelGraph graph = Network();
        QuantizedNetwork network = Quantize(graph, "onnxruntime-minmax");

        ConvOperator conv = network.Lowered.Package.Operators.OfType<ConvOperator>().First();
        Node node = graph.Nodes.First(n => n.OpType == OpTypes.Conv);
        QuantizedWeights nearest = WeightQuantizer.PerChannel(node, network.Plan[node.Input(0)].Scale);
        EdgeModel model = PackageAssembler.InMemory(network.Lowered, TestPackages.Description(Size));
        Assert.Equal(nearest.Codes, model.Constant<sbyte>(conv.Weights).ToArray());
        Assert.Equal(
            WeightQuantizer.Bias(node.Input(2).Constant!.Floats, network.Plan[node.Input(0)].Scale, nearest.Scales), model.Constant<int>(conv.Bias).ToArray());
    }

    [Fact]
    public void Inputs_of_a_concat_keep_scales_of_their_own()
    {
        ModelGraph graph = Network();
        QuantizedNetwork network = Quantize(graph, "onnxruntime-entropy");

        Node concat = graph.Nodes.Single(n => n.OpType == OpTypes.Concat);
        Assert.NotEqual(network.Plan[concat.Input(0)].Scale, network.Plan[concat.Input(1)].Scale);
        using var session = new Int8Network(PackageAssembler.InMemory(network.Lowered, TestPackages.Description(Size)), 1);
        session.Run();
    }

    private static QuantizedNetwork Quantize(ModelGraph graph, string method) =>
        new OnnxRuntimeRules(graph, new SyntheticImages(8, 3 * Size * Size), 1).Run(method);

    private static ModelGraph Network()
    {
        var g = new GraphBuilder();
        Value x = g.Input(1, 3, Size, Size);
        Value joined = g.Op(OpTypes.Concat, [g.Relu(g.Conv(x, 8, 3)), g.Relu(g.Conv(g.Relu(g.Conv(x, 8, 1)), 8, 3))], ("axis", 1));
        ModelGraph graph = g.Build(g.Conv(joined, 10, 1));
        OptimizedModel.Pipeline().Run(graph);
        return graph;
    }
}
