using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Reference;
using Edge.Quantizer.Tests.Passes;

namespace Edge.Quantizer.Tests.Quantization;

public class CrossLayerEqualizationTests
{
    private const int Size = 12;

    private static readonly Dictionary<string, Func<GraphBuilder, Value, Value>> Scalable = new()
    {
        ["conv to conv"] = (g, x) => g.Conv(g.Relu(Uneven(g, x, 8, 1)), 4, 3),
        ["without bias or activation"] = (g, x) => g.Conv(Uneven(g, x, 8, 3, bias: false), 4, 1, bias: false),
        ["through a depthwise conv"] = (g, x) => g.Conv(g.Relu(g.Conv(g.Relu(Uneven(g, x, 8, 1)), 8, 3, pad: 1, group: 8)), 4, 1),
        ["through a grouped conv"] = (g, x) => g.Conv(g.Conv(Uneven(g, x, 8, 1), 12, 3, group: 4), 4, 1),
        ["through pools"] = (g, x) => g.Conv(g.Pool(OpTypes.AveragePool, g.Pool(OpTypes.MaxPool, g.Relu(Uneven(g, x, 8, 1)), 3, 2), 2, 1), 4, 1),
        ["fire module"] = (g, x) =>
        {
            Value squeeze = g.Relu(Uneven(g, x, 6, 1));
            Value joined = g.Op(OpTypes.Concat, [g.Relu(Uneven(g, squeeze, 5, 1)), g.Relu(Uneven(g, squeeze, 7, 3, pad: 1))], ("axis", 1));
            return g.Conv(g.Pool(OpTypes.MaxPool, joined, 3, 2), 4, 1);
        },
        ["residual"] = (g, x) =>
        {
            Value a = Uneven(g, x, 6, 1);
            return g.Conv(g.Op(OpTypes.Add, [Uneven(g, g.Relu(g.Conv(a, 9, 3, pad: 1)), 6, 1), a]), 4, 1);
        },
        ["channel shuffle and slice"] = (g, x) => g.Conv(g.Slice(g.Shuffle(Uneven(g, x, 8, 1), 4), 1, 3, 4), 4, 1),
        ["pool to fully connected"] = (g, x) => g.Gemm(g.Reshape(g.Op(OpTypes.GlobalAveragePool, [g.Relu(Uneven(g, x, 8, 1))]), 1, 8), 10),
        ["leaky relu"] = (g, x) => g.Conv(g.Op(OpTypes.LeakyRelu, [Uneven(g, x, 8, 1)], ("alpha", 0.1f)), 4, 1),
    };

    private static readonly Dictionary<string, Func<GraphBuilder, Value, Value>> Pinned = new()
    {
        ["relu6"] = (g, x) => g.Conv(g.Clip(Uneven(g, x, 8, 1), 0, 6), 4, 1),
        ["sigmoid"] = (g, x) => g.Conv(g.Op(OpTypes.Sigmoid, [Uneven(g, x, 8, 1)]), 4, 1),
        ["graph output"] = (g, x) => g.Relu(Uneven(g, x, 8, 1)),
        ["sum with what is pinned"] = (g, x) =>
        {
            Value a = Uneven(g, x, 8, 1);
            return g.Conv(g.Op(OpTypes.Add, [a, g.Clip(Uneven(g, x, 8, 1), 0, 6)]), 4, 1);
        },
        ["flattened image"] = (g, x) => g.Gemm(g.Reshape(g.Conv(x, 4, 3, stride: 2), 1, 4 * 5 * 5), 10),
    };

    public static TheoryData<string> ScalableNames => [.. Scalable.Keys];

    public static TheoryData<string> PinnedNames => [.. Pinned.Keys];

    [Theory]
    [MemberData(nameof(ScalableNames))]
    public void The_float_result_stays_and_channels_share_the_range_better(string name)
    {
        (ModelGraph graph, ChannelStatistics before) = Make(Scalable[name]);

        PassAssert.Preserves(graph, () =>
        {
            CrossLayerEqualization equalization = CrossLayerEqualization.Create(graph, before);
            equalization.Apply();
            return equalization.Layers;
        });

        ChannelStatistics after = Observe(graph);
        Node first = graph.Nodes.First(n => n.OpType == OpTypes.Conv);
        double uneven = Spread(before.Of(first.Output)), even = Spread(after.Of(first.Output));
        Assert.True(even < 0.75 * uneven, $"{uneven} to {even}");
    }

    [Theory]
    [MemberData(nameof(PinnedNames))]
    public void What_bounds_or_bends_channels_keeps_them_as_they_are(string name)
    {
        (ModelGraph graph, ChannelStatistics statistics) = Make(Pinned[name]);

        Assert.Equal(0, CrossLayerEqualization.Create(graph, statistics).Layers);
    }

    [Fact]
    public void Undo_gives_the_plain_weights_back()
    {
        (ModelGraph graph, ChannelStatistics statistics) = Make(Scalable["fire module"]);
        float[][] Weights() => [.. graph.Nodes.Where(ActivationStatistics.IsWeighted).Select(n => n.Input(1).Constant!.Floats)];
        float[][] plain = Weights();
        CrossLayerEqualization equalization = CrossLayerEqualization.Create(graph, statistics);

        equalization.Apply();
        Assert.NotEqual(plain, Weights());
        equalization.Undo();

        Assert.Equal(plain, Weights());
    }

    [Fact]
    public void A_channel_that_never_speaks_is_amplified_no_further_than_the_limit()
    {
        (ModelGraph graph, ChannelStatistics statistics) = Make((g, x) => g.Conv(g.Relu(Uneven(g, x, 8, 1, smallest: 1e-6f)), 4, 1));
        Value first = graph.Nodes[0].Output;
        float before = statistics.Of(first)[0].Largest;

        CrossLayerEqualization.Create(graph, statistics).Apply();

        Assert.InRange(Observe(graph).Of(first)[0].Largest / before, 1.5, 16.01);
    }

    [Fact]
    public void Equalization_is_chosen_where_uneven_channels_share_a_scale()
    {
        (ModelGraph graph, _) = Make(Scalable["fire module"]);
        var images = new SyntheticImages(8, 3 * Size * Size);
        var options = new QuantizationOptions { Method = "minmax", CompensatedRounding = Choice.Off, MeanMatching = Choice.Off, Threads = 1 };

        QuantizedNetwork network = new PostTrainingQuantizer(graph, images, TestPackages.Description(Size), options).Run();

        var expected = new Technique("minmax", Equalized: true, Compensated: false) { Corrected = true };
        Assert.Equal(expected, network.Technique);
        double Sqnr(Technique technique) => network.Scores.Single(s => s.Technique == technique).LogitSqnr;
        Assert.True(Sqnr(expected) > Sqnr(expected with { Equalized = false }) + 1, string.Join(", ", network.Scores));
    }

    [Fact]
    public void Equalization_is_not_chosen_for_what_may_be_chance()
    {
        var options = new QuantizationOptions
        {
            Method = "minmax",
            CompensatedRounding = Choice.Off,
            BiasAbsorption = Choice.Off,
            BiasCorrection = Choice.Off,
            MeanMatching = Choice.Off,
            Threads = 1,
        };

        QuantizedNetwork[] networks =
        [
            .. Enumerable.Range(1, 12).Select(seed =>
            {
                (ModelGraph graph, _) = Make((g, x) => g.Conv(g.Relu(Uneven(g, x, 8, 1, smallest: 0.8f)), 4, 3));
                return new PostTrainingQuantizer(graph, new SyntheticImages(8, 3 * Size * Size, seed), TestPackages.Description(Size), options).Run();
            }),
        ];

        Assert.All(networks, n => Assert.Equal(2, n.Scores.Count));
        Assert.Contains(networks, n => n.Scores[0].Technique.Equalized && !n.Technique.Equalized);
        Assert.DoesNotContain(networks, n => !n.Scores[0].Technique.Equalized && n.Technique.Equalized);
    }

    [Theory]
    [InlineData(Choice.On, true)]
    [InlineData(Choice.Off, false)]
    public void Equalization_is_on_or_off_where_it_is_told(Choice choice, bool expected)
    {
        (ModelGraph graph, _) = Make(Scalable["fire module"]);
        var images = new SyntheticImages(4, 3 * Size * Size);
        var options = new QuantizationOptions { Method = "minmax", Equalization = choice, CompensatedRounding = choice, BiasCorrection = Choice.Off, MeanMatching = Choice.Off, Threads = 1 };

        QuantizedNetwork network = new PostTrainingQuantizer(graph, images, TestPackages.Description(Size), options).Run();

        TechniqueScore only = Assert.Single(network.Scores);
        Assert.Equal(new Technique("minmax", expected, expected), only.Technique);
        Assert.InRange(only.LogitSqnr, 15, 100);
    }

    /// <summary>A convolution whose output channels differ widely in magnitude.</summary>
    private static Value Uneven(GraphBuilder g, Value x, int outputs, int kernel, int pad = 0, bool bias = true, float smallest = 0.1f)
    {
        Value y = g.Conv(x, outputs, kernel, pad: pad, bias: bias);
        Node conv = y.Producer!;
        foreach (Value constant in conv.Inputs.Skip(1).OfType<Value>())
        {
            float[] data = constant.Constant!.Floats;
            for (int i = 0; i < data.Length; i++)
                data[i] *= MathF.Pow(smallest, 1 - (i / (data.Length / outputs) / (float)(outputs - 1)));
        }

        return y;
    }

    private static (ModelGraph Graph, ChannelStatistics Statistics) Make(Func<GraphBuilder, Value, Value> network)
    {
        var g = new GraphBuilder();
        ModelGraph graph = g.Build(network(g, g.Input(1, 3, Size, Size)));
        OptimizedModel.Pipeline().Run(graph);
        return (graph, Observe(graph));
    }

    private static ChannelStatistics Observe(ModelGraph graph)
    {
        ChannelStatistics statistics = CrossLayerEqualization.Statistics(graph);
        var images = new SyntheticImages(4, 3 * Size * Size);
        using var executor = new FloatExecutor(graph, 1);
        var input = Tensor.Zeros(graph.Inputs[0].Shape!);
        for (int i = 0; i < images.Count; i++)
        {
            images.Read(i, input.Floats);
            statistics.Observe(graph.Inputs[0], input);
            executor.Run(input, statistics.Observe);
        }

        return statistics;
    }

    /// <summary>How far the largest channel exceeds the geometric mean of those that are not always zero, in multiples of it.</summary>
    private static double Spread(ReadOnlySpan<ChannelStatistics.Channel> channels)
    {
        double[] magnitudes = [.. channels.ToArray().Select(c => (double)c.Largest).Where(m => m > 0)];
        return (magnitudes.Max() / Math.Exp(magnitudes.Average(Math.Log))) - 1;
    }
}
