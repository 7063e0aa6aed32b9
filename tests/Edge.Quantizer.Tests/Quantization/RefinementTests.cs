using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Reference;
using Edge.Quantizer.Tests.Passes;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Tests.Quantization;

/// <summary>Techniques that are tried on top of the best: bias absorption, a method per tensor, learned rounding.</summary>
public class RefinementTests
{
    private const int Size = 8, Elements = 3 * Size * Size;

    [Fact]
    public void Absorbed_biases_leave_the_float_network_as_it_was_and_its_channels_smaller()
    {
        (ModelGraph graph, Node first) = AlwaysOn(upper: float.PositiveInfinity, pad: 0);
        float[] before = Run(graph);
        var channels = Observe(graph);
        BiasAbsorption absorption = BiasAbsorption.Create(graph, channels);

        absorption.Apply();
        float[] after = Run(graph);
        float largest = Observe(graph).Of(first.Output)[0].High;

        Assert.Equal(1, absorption.Channels);
        Assert.All(before.Zip(after), p => Assert.Equal(p.First, p.Second, 1e-3f));
        Assert.True(largest < 0.6 * channels.Of(first.Output)[0].High, $"{channels.Of(first.Output)[0].High} to {largest}");

        absorption.Undo();
        Assert.Equal(before, Run(graph));
    }

    [Theory]
    [InlineData(6, 0, 0)]
    [InlineData(60, 0, 1)]
    [InlineData(float.PositiveInfinity, 1, 0)]
    public void Channels_that_were_clipped_and_layers_with_padding_are_left_alone(float upper, int pad, int expected)
    {
        (ModelGraph graph, _) = AlwaysOn(upper, pad);
        Assert.Equal(expected, BiasAbsorption.Create(graph, Observe(graph)).Channels);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 8)]
    public void Learned_rounding_comes_closer_than_rounding_to_the_nearest(int kernel, int group)
    {
        var g = new GraphBuilder();
        ModelGraph graph = g.Build(g.Relu(g.Conv(g.Input(1, 8, Size, Size), 16, kernel, group: group)));
        OptimizedModel.Pipeline().Run(graph);
        Node conv = graph.Nodes.Single(n => n.OpType == OpTypes.Conv);
        Tensor weights = conv.Input(1).Constant!;
        float[] bias = conv.Input(2).Constant!.Floats, real = WeightQuantizer.ToChannelsLast<float>(weights.Floats, weights.Shape);
        QuantizedWeights nearest = WeightQuantizer.PerChannel(conv, 1e-3f);
        int length = real.Length / 16;
        float[][] inputs = Samples(conv, real, bias, 0, 30).Inputs;

        // More time than the most steps take, however slow the machine.
        sbyte[] codes = new LearnedRows(conv, length).Learn(inputs, real, bias, nearest, TimeSpan.FromHours(1), threads: 2)!;

        (float[][] unseen, float[] expected) = Samples(conv, real, bias, 100, 20);
        double before = Error(unseen, expected, nearest.Codes), after = Error(unseen, expected, codes);
        Assert.True(after < 0.7 * before, $"{before} to {after}");
        for (int i = 0; i < codes.Length; i++)
            Assert.InRange(codes[i] - (real[i] / nearest.Scales[i / length]), -1.001, 1.001);

        double Error(float[][] x, float[] y, sbyte[] c)
        {
            float[] rounded = [.. c.Select((q, i) => q * nearest.Scales[i / length])];
            return Answers(x, rounded, bias, length).Zip(y, (a, b) => (double)(a - b) * (a - b)).Sum();
        }
    }

    [Fact]
    public void Without_time_nothing_is_learned()
    {
        var g = new GraphBuilder();
        ModelGraph graph = g.Build(g.Conv(g.Input(1, 8, Size, Size), 16, 1));
        OptimizedModel.Pipeline().Run(graph);
        Node conv = graph.Nodes.Single(n => n.OpType == OpTypes.Conv);
        float[] real = conv.Input(1).Constant!.Floats, bias = conv.Input(2).Constant!.Floats;
        float[][] inputs = Samples(conv, real, bias, 0, 4).Inputs;

        Assert.Null(new LearnedRows(conv, 8).Learn(inputs, real, bias, WeightQuantizer.PerChannel(conv, 1), TimeSpan.Zero, threads: 1));
    }

    [Fact]
    public void Learned_rounding_of_a_network_is_kept_where_the_logits_come_closer()
    {
        // One large weight in every row makes all steps coarse.
        ModelGraph graph = Small();
        foreach (Tensor weights in graph.Nodes.Where(ActivationStatistics.IsWeighted).Select(n => n.Input(1).Constant!))
        {
            for (int i = 0; i < weights.Count; i += weights.Count / weights.Shape[0])
                weights.Floats[i] *= 10;
        }

        QuantizedNetwork network = Quantize(graph, Plain with { LearnedRounding = TimeSpan.FromMinutes(30) });

        double Sqnr(bool learned) => network.Scores.Single(s => s.Technique.Corrected && s.Technique.Learned == learned).LogitSqnr;
        Assert.True(Sqnr(learned: true) > Sqnr(learned: false) + 1, string.Join(", ", network.Scores));
        Assert.True(network.Technique is { Learned: true, Corrected: true }, string.Join(", ", network.Scores));
        Assert.NotEmpty(network.Weights);
        Assert.Equal(3, network.LearnableLayers);
    }

    [Fact]
    public void Means_of_a_learned_network_are_matched_again()
    {
        QuantizedNetwork network = Quantize(Small(), Plain with { MeanMatching = Choice.On, LearnedRounding = TimeSpan.FromMinutes(30) });

        Assert.Single(network.Scores, s => s.Technique is { Learned: true, Matched: true });
        Assert.DoesNotContain(network.Scores, s => s.Technique is { Learned: true, Matched: false });
        Assert.True(network.Technique.Matched);
        Assert.Equal(network.Technique.Learned, network.Weights.Count > 0);
        Assert.Contains(network.BiasCorrections, c => !c.Value.SequenceEqual(network.OwnCorrections[c.Key]));
    }

    [Fact]
    public void From_too_few_images_nothing_is_learned_and_that_is_told()
    {
        var g = new GraphBuilder();
        ModelGraph graph = g.Build(g.Conv(g.Relu(g.Conv(g.Input(1, 3, Size, Size), 60, 7)), 10, 1));
        OptimizedModel.Pipeline().Run(graph);

        QuantizedNetwork network = Quantize(graph, Plain with { LearnedRounding = TimeSpan.FromMinutes(30) }, images: 2);

        Assert.Equal(0, network.LearnableLayers);
        Assert.False(network.Technique.Learned);
        Assert.Null(Quantize(Small(), Plain).LearnableLayers);
    }

    [Fact]
    public void A_method_per_tensor_is_no_worse_on_the_images_that_choose()
    {
        ModelGraph graph = Small();
        var images = new SyntheticImages(8, Elements);
        var statistics = new ActivationStatistics(graph);
        var quantizer = new NetworkQuantizer(graph, TestPackages.Description(Size), Plain);
        using (var reference = new FloatExecutor(graph, 1))
        {
            var input = Tensor.Zeros(1, Size, Size, 3);
            for (int i = 0; i < images.Count; i++)
            {
                images.Read(i, input.Floats);
                statistics.Observe(graph.Inputs[0], input);
                reference.Run(input, statistics.Observe);
            }
        }

        var judge = new LogitJudge(graph, images, TestPackages.Description(Size), [], 1);
        judge.Prepare(Enumerable.Range(0, images.Count), () => { });
        var choices = new QuantizationChoices(new Technique("entropy", false, false));
        QuantizedNetwork start = quantizer.Quantize(choices, statistics);

        IReadOnlyDictionary<Value, string> methods = new TensorMethods(graph, judge).Choose(
            start, (value, estimator) => quantizer.RangeOf(value, estimator, statistics), quantizer.IsSettled, null);

        double before = judge.LogitSqnr(start.Lowered), after = judge.LogitSqnr(quantizer.Quantize(choices with { Methods = methods }, statistics).Lowered);
        Assert.True(after > before, $"{before} to {after} with {string.Join(", ", methods)}");
        Assert.DoesNotContain(methods, m => m.Value == "entropy");
    }

    [Fact]
    public void What_was_chosen_is_judged_without_bias_correction_too()
    {
        QuantizationOptions options = Plain with { Method = "auto", CompensatedRounding = Choice.Auto, BiasCorrection = Choice.Auto };
        QuantizedNetwork corrected = Quantize(Small(), options), uncorrected = Quantize(Small(), options with { BiasCorrection = Choice.Off });

        Assert.True(corrected.Technique.Corrected, string.Join(", ", corrected.Scores));
        Assert.NotEmpty(corrected.BiasCorrections);
        Assert.Empty(uncorrected.BiasCorrections);
        TechniqueScore without = Assert.Single(corrected.Scores, s => !s.Technique.Corrected);
        Assert.Equal(corrected.Technique with { Corrected = false }, without.Technique);
        Assert.Equal(uncorrected.Scores.Single(s => s.Technique == without.Technique).LogitSqnr, without.LogitSqnr);
        Assert.All(uncorrected.Scores, s => Assert.False(s.Technique.Corrected));
    }

    [Theory]
    [InlineData(Choice.Auto, false)]
    [InlineData(Choice.On, true)]
    public void Corrections_that_harm_images_that_they_were_not_made_from_are_left_out(Choice choice, bool expected)
    {
        QuantizedNetwork network = new PostTrainingQuantizer(
            Small(), new BrightAndDark(), TestPackages.Description(Size), Plain with { BiasCorrection = choice }).Run();

        double Sqnr(bool corrected) => network.Scores.Single(s => s.Technique.Corrected == corrected).LogitSqnr;
        Assert.True(Sqnr(corrected: false) > Sqnr(corrected: true), string.Join(", ", network.Scores));
        Assert.Equal(expected, network.Technique.Corrected);
        Assert.Equal(expected, network.BiasCorrections.Count > 0);
    }

    [Fact]
    public void Without_corrections_learned_weights_and_the_budget_stay()
    {
        var options = Plain with { BiasCorrection = Choice.Auto, LearnedRounding = TimeSpan.FromMinutes(30), MaxDrop = 100 };
        QuantizedNetwork network = new PostTrainingQuantizer(Small(), new BrightAndDark(), TestPackages.Description(Size), options).Run();

        Assert.False(network.Technique.Corrected, string.Join(", ", network.Scores));
        Assert.Empty(network.BiasCorrections);
        Assert.Equal(network.Technique.Learned, network.Weights.Count > 0);
        double judged = network.Scores.Single(s => s.Technique == network.Technique).LogitSqnr;
        Assert.Equal(judged, network.Fallback!.Steps[0].LogitSqnr, 1e-9);
    }

    [Theory]
    [InlineData(new[] { 4.0, 5, 6 }, new[] { 3.0, 4, 5 }, true)]
    [InlineData(new[] { 3.0, 4, 5 }, new[] { 4.0, 5, 6 }, false)]
    [InlineData(new[] { 4.0, 5, 6 }, new[] { 4.0, 5, 6 }, false)]
    [InlineData(new[] { 1.0, 1, 10 }, new[] { 1.2, 1.2, 9 }, false)]
    [InlineData(new[] { 3.0, 1, 2, 3 }, new[] { 1.0, 1, 1, 2 }, true)]
    [InlineData(new[] { 2.0 }, new[] { 0.1 }, false)]
    public void Closer_means_by_more_than_the_standard_error(double[] before, double[] after, bool expected) =>
        Assert.Equal(expected, Judged(after).IsClearlyCloserThan(Judged(before)));

    [Fact]
    public void A_network_of_fire_modules_bears_absorption_and_a_method_per_tensor_together()
    {
        const int Unseen = 20;
        var unseen = new SyntheticImages(Unseen, 3 * 16 * 16, seed: 2);
        ModelGraph graph = Fires();
        var options = new QuantizationOptions { BiasAbsorption = Choice.On, MethodPerTensor = Choice.On, Threads = 2 };

        QuantizedNetwork network = new PostTrainingQuantizer(graph, new SyntheticImages(20, 3 * 16 * 16), TestPackages.Description(16), options).Run();

        Assert.True(network.Technique.Absorbed, string.Join(", ", network.Scores));
        LogitJudge before = Judge(Fires()), after = Judge(graph);
        Assert.All(
            before.Images.Values.Zip(after.Images.Values),
            p => Assert.All(p.First.Logits.Zip(p.Second.Logits), l => Assert.Equal(l.First, l.Second, 1e-3f * p.First.Logits.Max(MathF.Abs))));
        double sqnr = after.LogitSqnr(network.Lowered);
        Assert.True(sqnr > 35, $"{sqnr} dB with {network.Technique} of {string.Join(", ", network.Scores)}");

        LogitJudge Judge(ModelGraph graph)
        {
            var judge = new LogitJudge(graph, unseen, TestPackages.Description(16), [], 1);
            judge.Prepare(Enumerable.Range(0, Unseen), () => { });
            return judge;
        }
    }

    private static Judgement Judged(double[] errors) => new(0, errors, new Dictionary<int, int>());

    private static QuantizationOptions Plain => new()
    {
        Method = "minmax",
        Equalization = Choice.Off,
        CompensatedRounding = Choice.Off,
        BiasAbsorption = Choice.Off,
        BiasCorrection = Choice.On,
        MeanMatching = Choice.Off,
        Threads = 2,
    };

    private static QuantizedNetwork Quantize(ModelGraph graph, QuantizationOptions options, int images = 20) =>
        new PostTrainingQuantizer(graph, new SyntheticImages(images, Elements), TestPackages.Description(Size), options).Run();

    /// <summary>Three convolutions over images of 8 × 8.</summary>
    internal static ModelGraph Small()
    {
        var g = new GraphBuilder();
        Value x = g.Input(1, 3, Size, Size);
        ModelGraph graph = g.Build(g.Conv(g.Relu(g.Conv(g.Relu(g.Conv(x, 8, 3)), 16, 3)), 10, 1));
        OptimizedModel.Pipeline().Run(graph);
        return graph;
    }

    /// <summary>A small SqueezeNet: a stem with a channel that is on for all images, by far, two fire modules with a pool between them, a classifier.</summary>
    private static ModelGraph Fires()
    {
        var g = new GraphBuilder();
        Value stem = g.Conv(g.Input(1, 3, 16, 16), 8, 3, stride: 2);
        stem.Producer!.Input(2).Constant!.Floats[0] = 30;
        Value x = Fire(g.Relu(stem), 4, 8);
        x = Fire(g.Pool(OpTypes.MaxPool, x, 3, 2), 6, 12);
        ModelGraph graph = g.Build(g.Op(OpTypes.GlobalAveragePool, [g.Conv(x, 10, 1)]));
        OptimizedModel.Pipeline().Run(graph);
        return graph;

        Value Fire(Value input, int squeezed, int expanded)
        {
            Value s = g.Relu(g.Conv(input, squeezed, 1));
            return g.Op(OpTypes.Concat, [g.Relu(g.Conv(s, expanded, 1)), g.Relu(g.Conv(s, expanded, 3, pad: 1))], ("axis", 1));
        }
    }

    /// <summary>Two layers; the first channel between them is on for all images, by far.</summary>
    private static (ModelGraph Graph, Node First) AlwaysOn(float upper, int pad)
    {
        var g = new GraphBuilder();
        Value x = g.Conv(g.Input(1, 3, Size, Size), 4, 1);
        x.Producer!.Input(2).Constant!.Floats[0] = 20;
        x = float.IsFinite(upper) ? g.Clip(x, 0, upper) : g.Relu(x);
        ModelGraph graph = g.Build(g.Conv(x, 5, 3, pad: pad));
        OptimizedModel.Pipeline().Run(graph);
        return (graph, graph.Nodes.First(n => n.OpType == OpTypes.Conv));
    }

    private static ChannelStatistics Observe(ModelGraph graph)
    {
        var channels = new ChannelStatistics(graph.Nodes.Select(n => n.Output));
        Run(graph, channels);
        return channels;
    }

    private static float[] Run(ModelGraph graph, ChannelStatistics? channels = null)
    {
        using var executor = new FloatExecutor(graph, 1);
        var images = new SyntheticImages(4, Elements);
        var input = Tensor.Zeros(1, Size, Size, 3);
        var outputs = new List<float>();
        for (int i = 0; i < images.Count; i++)
        {
            images.Read(i, input.Floats);
            outputs.AddRange(executor.Run(input, (value, data) => channels?.Observe(value, data)).Floats);
        }

        return [.. outputs];
    }

    /// <summary>Patches of images whose channels go together, and what a layer answers.</summary>
    private static (float[][] Inputs, float[] Targets) Samples(Node conv, float[] weights, float[] bias, int first, int images)
    {
        var geometry = new LayerGeometry(conv);
        float[][] inputs = [.. Enumerable.Range(0, geometry.Groups).Select(_ => new float[images * geometry.Positions * geometry.Length])];
        for (int image = 0; image < images; image++)
        {
            float[] x = new float[Size * Size * 8];
            var random = new Random(first + image);
            for (int p = 0; p < Size * Size; p++)
            {
                double common = random.NextDouble();
                for (int c = 0; c < 8; c++)
                    x[(p * 8) + c] = (float)Math.Max(0, common + (0.3 * random.NextDouble()) - (0.05 * c));
            }

            for (int p = 0; p < geometry.Positions; p++)
            {
                for (int group = 0; group < geometry.Groups; group++)
                {
                    int at = ((image * geometry.Positions) + p) * geometry.Length;
                    geometry.Gather(x, p, group, inputs[group].AsSpan(at, geometry.Length));
                }
            }
        }

        return (inputs, Answers(inputs, weights, bias, geometry.Length));
    }

    /// <summary>max(0, W·x + b), [samples, rows].</summary>
    private static float[] Answers(float[][] inputs, float[] weights, float[] bias, int length)
    {
        int samples = inputs[0].Length / length, rows = bias.Length;
        float[] answers = new float[samples * rows];
        for (int s = 0; s < samples; s++)
        {
            for (int row = 0; row < rows; row++)
            {
                float[] x = inputs[row / (rows / inputs.Length)];
                float sum = bias[row];
                for (int i = 0; i < length; i++)
                    sum += x[(s * length) + i] * weights[(row * length) + i];
                answers[(s * rows) + row] = Math.Max(0, sum);
            }
        }

        return answers;
    }
}
