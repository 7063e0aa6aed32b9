using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Reference;
using Edge.Quantizer.Tests.Passes;

namespace Edge.Quantizer.Tests.Quantization;

public class MeanMatchingTests
{
    private const int Size = 16, Elements = 3 * Size * Size;

    public static TheoryData<string> Networks => [.. Bodies.Keys];

    private static readonly Dictionary<string, Func<GraphBuilder, Value, Value>> Bodies = new()
    {
        ["a chain, its last layer fully connected"] = (g, x) =>
        {
            Value y = g.Op(OpTypes.GlobalAveragePool, [g.Relu(g.Conv(g.Relu(g.Conv(x, 8, 3, stride: 2)), 16, 3))]);
            return g.Gemm(g.Op(OpTypes.Flatten, [y], ("axis", 1)), 10);
        },
        ["depthwise layers with ReLU6"] = (g, x) =>
        {
            Value y = g.Clip(g.Conv(x, 8, 3, stride: 2), 0, 6);
            y = g.Clip(g.Conv(g.Clip(g.Conv(y, 8, 3, pad: 1, group: 8), 0, 6), 16, 1), 0, 6);
            return g.Op(OpTypes.GlobalAveragePool, [g.Conv(y, 10, 1)]);
        },
        ["branches that are joined, and a sum"] = (g, x) =>
        {
            Value s = g.Relu(g.Conv(x, 8, 3, stride: 2)), left = g.Relu(g.Conv(s, 8, 1)), right = g.Relu(g.Conv(g.Relu(g.Conv(s, 4, 1)), 8, 3, pad: 1));
            Value joined = g.Op(OpTypes.Concat, [left, right], ("axis", 1));
            Value sum = g.Op(OpTypes.Add, [joined, g.Conv(joined, 16, 1)]);
            return g.Op(OpTypes.GlobalAveragePool, [g.Conv(g.Relu(sum), 10, 1)]);
        },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_layer_answers_on_average_as_float_does(string name)
    {
        var images = new SyntheticImages(16, Elements);
        ModelGraph graph = Make(name);
        QuantizedNetwork plain = Quantize(graph, images, Crude with { MeanMatching = Choice.Off });

        Dictionary<Node, float[]> corrections = new MeanMatching(graph, images, [.. Enumerable.Range(0, 16)], TestPackages.Description(Size), 2).Run(plain, null);

        QuantizedNetwork matched = new NetworkQuantizer(graph, TestPackages.Description(Size), Crude).WithBiases(plain, corrections);
        (Dictionary<Node, double> before, Dictionary<Node, double> after) = (MeanErrors(graph, images, plain), MeanErrors(graph, images, matched));
        Assert.Equal(graph.Nodes.Count(ActivationStatistics.IsWeighted), corrections.Count);
        Assert.All(before, b => Assert.True(after[b.Key] < b.Value, $"{b.Key.Name}: {b.Value} to {after[b.Key]}"));
        Assert.True(after.Values.Sum() < 0.4 * before.Values.Sum(), $"{before.Values.Sum()} to {after.Values.Sum()}");
    }

    [Theory]
    [InlineData("depthwise layers with ReLU6")]
    [InlineData("branches that are joined, and a sum")]
    public void Logits_of_images_that_it_has_not_seen_come_closer(string name)
    {
        ModelGraph graph = Make(name);
        QuantizedNetwork network = Quantize(graph, new SyntheticImages(32, Elements), Crude);

        Assert.True(network.Technique.Matched, string.Join(", ", network.Scores));
        double Judged(bool matched) => network.Scores.Single(s => s.Technique.Matched == matched).LogitSqnr;
        Assert.True(Judged(matched: true) > Judged(matched: false) + 0.5, string.Join(", ", network.Scores));
        QuantizedNetwork unmatched = Quantize(graph, new SyntheticImages(32, Elements), Crude with { MeanMatching = Choice.Off });
        var judge = new LogitJudge(graph, new SyntheticImages(20, Elements, seed: 2), TestPackages.Description(Size), [], 1);
        judge.Prepare(Enumerable.Range(0, 20), () => { });
        double before = judge.LogitSqnr(unmatched.Lowered), after = judge.LogitSqnr(network.Lowered);
        Assert.True(after > before + 0.5, $"{before} to {after}");
    }

    [Fact]
    public void A_channel_that_a_single_position_excites_is_left_alone()
    {
        var images = new SyntheticImages(16, Elements);
        ModelGraph graph = Make("a chain, its last layer fully connected");
        Node second = graph.Nodes.Where(n => n.OpType == OpTypes.Conv).ElementAt(1);
        float[] largest = [.. Outputs(graph, images, second).SelectMany(o => o.Where((_, i) => i % 16 == 5)).OrderDescending()];
        second.Input(2).Constant!.Floats[5] -= (largest[0] + largest[1]) / 2;
        Assert.Single(Outputs(graph, images, second).SelectMany(o => o.Where((_, i) => i % 16 == 5)), v => v > 0);
        QuantizedNetwork plain = Quantize(graph, images, Crude with { MeanMatching = Choice.Off });

        float[] corrections = new MeanMatching(graph, images, [.. Enumerable.Range(0, 16)], TestPackages.Description(Size), 2).Run(plain, null)[second];

        Assert.Equal(0, corrections[5], 1e-4f);
        Assert.Contains(corrections, c => MathF.Abs(c) > 1e-3f);
    }

    [Theory]
    [InlineData(Choice.Auto, false)]
    [InlineData(Choice.On, true)]
    public void Means_of_images_unlike_those_that_judge_are_not_matched(Choice choice, bool expected)
    {
        QuantizedNetwork network = new PostTrainingQuantizer(
            RefinementTests.Small(), new BrightAndDark(), TestPackages.Description(8), Crude with { MeanMatching = choice }).Run();

        double Judged(bool matched) => network.Scores.Single(s => s.Technique.Matched == matched).LogitSqnr;
        Assert.True(Judged(matched: false) > Judged(matched: true), string.Join(", ", network.Scores));
        Assert.Equal(expected, network.Technique.Matched);
        Assert.Equal(expected, network.BiasCorrections.Count > 0);
    }

    [Fact]
    public void A_network_that_holds_a_budget_is_the_matched_one_that_was_judged()
    {
        QuantizedNetwork network = Quantize(Make("depthwise layers with ReLU6"), new SyntheticImages(32, Elements), Crude with { MaxDrop = 100 });

        Assert.True(network.Technique.Matched, string.Join(", ", network.Scores));
        Assert.Equal(network.Scores.Single(s => s.Technique.Matched).LogitSqnr, network.Fallback!.Steps[0].LogitSqnr, 1e-9);
    }

    [Fact]
    public void Too_few_images_match_nothing_and_say_so_where_matching_was_asked_for()
    {
        var images = new SyntheticImages((2 * MeanMatching.MinImages) - 2, Elements);
        QuantizedNetwork network = Quantize(Make("depthwise layers with ReLU6"), images, Crude);
        var refused = Assert.Throws<UserException>(() => Quantize(Make("depthwise layers with ReLU6"), images, Crude with { MeanMatching = Choice.On }));

        Assert.False(network.Technique.Matched);
        Assert.DoesNotContain(network.Scores, s => s.Technique.Matched);
        Assert.Equal("mean matching needs 7 calibration images or more, for a half of them judges; there are 6", refused.Message);
    }

    /// <summary>Weights rounded to the nearest code, and nothing else.</summary>
    private static QuantizationOptions Crude => new()
    {
        Method = "minmax",
        Equalization = Choice.Off,
        CompensatedRounding = Choice.Off,
        BiasAbsorption = Choice.Off,
        BiasCorrection = Choice.Off,
        Threads = 2,
    };

    private static ModelGraph Make(string name)
    {
        var g = new GraphBuilder();
        ModelGraph graph = g.Build(Bodies[name](g, g.Input(1, 3, Size, Size)));
        OptimizedModel.Pipeline().Run(graph);
        return graph;
    }

    private static QuantizedNetwork Quantize(ModelGraph graph, ICalibrationSet images, QuantizationOptions options) =>
        new PostTrainingQuantizer(graph, images, TestPackages.Description(Size), options).Run();

    /// <summary>Of every layer, the sum of |mean float output − mean int8 output| over its channels, in units of the output's largest magnitude.</summary>
    private static Dictionary<Node, double> MeanErrors(ModelGraph graph, SyntheticImages images, QuantizedNetwork network)
    {
        using var int8 = new Int8Network(PackageAssembler.InMemory(network.Lowered, TestPackages.Description(Size)), 1);
        Node[] layers = [.. graph.Nodes.Where(ActivationStatistics.IsWeighted)];
        var outputs = layers.ToDictionary(n => network.Lowered.TensorOf(n.Output), _ => new List<float>());
        for (int i = 0; i < images.Count; i++)
        {
            images.Read(i, network.Plan[graph.Inputs[0]], int8.Input);
            int8.Run((tensor, values) => outputs[tensor].AddRange(values), outputs.Keys);
        }

        return layers.ToDictionary(n => n, n =>
        {
            float[] expected = [.. Outputs(graph, images, n).SelectMany(o => o)], given = [.. outputs[network.Lowered.TensorOf(n.Output)]];
            int channels = n.Output.Shape![^1];
            return Enumerable.Range(0, channels).Sum(c =>
                Math.Abs(expected.Zip(given).Where((_, i) => i % channels == c).Average(p => (double)p.First - p.Second))) / expected.Max(MathF.Abs);
        });
    }

    private static List<float[]> Outputs(ModelGraph graph, SyntheticImages images, Node node)
    {
        using var executor = new FloatExecutor(graph, 1);
        var input = Tensor.Zeros(1, Size, Size, 3);
        var outputs = new List<float[]>();
        for (int i = 0; i < images.Count; i++)
        {
            images.Read(i, input.Floats);
            executor.Run(input, (value, data) =>
            {
                if (value == node.Output)
                    outputs.Add([.. data.Floats]);
            });
        }

        return outputs;
    }
}
