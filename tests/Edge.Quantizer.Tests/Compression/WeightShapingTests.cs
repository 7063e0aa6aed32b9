using Edge.Quantizer.Calibration;
using Edge.Quantizer.Compression;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Reference;
using Edge.Quantizer.Tests.Passes;
using Edge.Quantizer.Tests.Quantization;

namespace Edge.Quantizer.Tests.Compression;

public sealed class WeightShapingTests
{
    [Theory]
    [InlineData(CentroidStart.Linear)]
    [InlineData(CentroidStart.Density)]
    [InlineData(CentroidStart.Random)]
    public void Centroids_lie_in_the_middle_of_what_they_own(CentroidStart start)
    {
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, 2000).Select(_ => (float)Math.Pow(random.NextDouble(), 3))];
        float[] centroids = KMeans.Centroids(values, [], 8, start);

        Assert.InRange(centroids.Length, 2, 8);
        Assert.Equal(centroids.Order(), centroids);
        ILookup<float, float> owned = values.ToLookup(v => centroids.MinBy(c => Math.Abs(c - v)));
        Assert.All(centroids, c => Assert.Equal(owned[c].Average(), c, 0.002f));
    }

    [Fact]
    public void Few_values_are_their_own_centroids()
    {
        float[] values = [-3, -3, 0.5f, 7, 7, 7];
        Assert.Equal([-3, 0.5f, 7], KMeans.Centroids(values, [], 64, CentroidStart.Linear));
        Assert.Equal([1.5f], KMeans.Centroids([1, 2], [], 1, CentroidStart.Density));
    }

    [Fact]
    public void Importance_draws_centroids_near() =>
        Assert.Equal([1.75f], KMeans.Centroids([1, 2], [1, 3], 1, CentroidStart.Linear));

    [Fact]
    public void The_nearest_level_is_the_nearest()
    {
        sbyte[] levels = [-127, -90, -3, -1, 0, 4, 5, 60];
        var shared = new CodeLevels(levels);
        for (float code = -140; code < 140; code += 0.37f)
        {
            float clamped = Math.Clamp(code, -127, 127);
            Assert.Equal(levels.Min(l => Math.Abs(l - clamped)), Math.Abs(shared.Nearest(code) - clamped));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Weights_take_few_codes_and_zeros_stay(bool compensated)
    {
        Node conv = Conv(out PatchMoments moments);
        float[] weights = conv.Input(1).Constant!.Floats;
        weights[3] = weights[10] = 0;
        bool[] pruned = Pruning.Of(weights, 0.4);
        var shaping = new WeightShaping { Bits = 3, Pruned = new Dictionary<Node, bool[]> { [conv] = pruned } };

        QuantizedWeights shaped = shaping.Round(conv, compensated ? moments : null, 0.01f);

        bool[] expected = WeightQuantizer.ToChannelsLast<bool>(pruned, conv.Input(1).Constant!.Shape);
        Assert.All(expected.Zip(shaped.Codes).Where(p => p.First), p => Assert.Equal(0, p.Second));
        Assert.InRange(shaped.Codes.Distinct().Count(), 4, 9);
        Assert.Equal(weights.Length * 4 / 10, pruned.Count(p => p), 1d);
        Assert.True(pruned[3] && pruned[10]);
        Assert.All(shaped.Scales, s => Assert.Equal(0, BitConverter.SingleToInt32Bits(s) & ((1 << 17) - 1)));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Values_that_training_let_weights_share_stay_shared_behind_a_folded_normalization(bool compensated, bool turned)
    {
        float[] values = [-0.31f, -0.12f, -0.03f, 0.017f, 0.05f, 0.11f, 0.2f];
        var random = new Random(4);
        var g = new GraphBuilder();
        Value convolved = g.Conv(g.Input(1, 8, 8, 8), 16, 3);
        float[] weights = convolved.Producer!.Input(1).Constant!.Floats;
        for (int i = 0; i < weights.Length; i++)
            weights[i] = random.Next(3) == 0 ? values[random.Next(values.Length)] : 0;
        Value normalized = g.BatchNormalization(convolved);
        float[] scales = normalized.Producer!.Input(1).Constant!.Floats;
        for (int o = 0; o < scales.Length; o++)
            scales[o] *= turned && o % 2 == 1 ? -3 : 1;
        Node conv = Fold(g.Build(normalized), out PatchMoments moments);
        float[] folded = WeightQuantizer.ToChannelsLast<float>(conv.Input(1).Constant!.Floats, conv.Input(1).Constant!.Shape);

        QuantizedWeights shaped = new WeightShaping { Bits = 3 }.Round(conv, compensated ? moments : null, 0.01f);

        Assert.InRange(shaped.Codes.Distinct().Count(), 2, turned ? 15 : 8);
        for (int i = 0; i < folded.Length; i++)
        {
            // Half a code, and what is rounded off the scale.
            float scale = shaped.Scales[i / (folded.Length / scales.Length)];
            Assert.Equal(folded[i], shaped.Codes[i] * scale, (0.501f * scale) + (0.004f * MathF.Abs(folded[i])));
        }
    }

    [Fact]
    public void Few_weights_of_very_different_channels_keep_scales_of_their_own()
    {
        Node conv = Conv(out _);
        float[] weights = conv.Input(1).Constant!.Floats;
        int length = weights.Length / 16;
        for (int i = 0; i < weights.Length; i++)
            weights[i] = i % length == 0 ? MathF.Pow(2, -(i / length)) : 0;

        QuantizedWeights shaped = new WeightShaping { Bits = 4 }.Round(conv, null, 0.01f);

        float[] expected = WeightQuantizer.ToChannelsLast<float>(weights, conv.Input(1).Constant!.Shape);
        Assert.All(Enumerable.Range(0, expected.Length), i => Assert.Equal(expected[i], shaped.Codes[i] * shaped.Scales[i / length], 0.02f * expected[i]));
    }

    [Fact]
    public void Rows_of_one_layer_share_values_up_to_a_factor()
    {
        var weights = new Tensor([3, 4], [1, 0, 2, 4, /**/ 0, 30, 15, 0, /**/ -0.4f, 0, -0.1f, -0.2f]) { ChannelFactors = [2, 15, -0.2f] };
        SharedRows shared = SharedRows.Find(weights, bits: 2)!;
        Assert.Equal([0.25f, 0.5f, 1], shared.Values);
        Assert.Equal([4, 30, -0.4f], shared.Factors);
    }

    [Fact]
    public void Weights_with_too_many_values_share_nothing()
    {
        Assert.NotNull(SharedRows.Find(new Tensor([2, 2], [1f, 2, 3, 4]), bits: 2));
        Assert.Null(SharedRows.Find(new Tensor([1, 5], [1f, 2, 3, 4, 5]), bits: 2));
        Assert.Null(SharedRows.Find(new Tensor([2, 2], [1f, 2, 3, 4]) { ChannelFactors = [1, 0.7f] }, bits: 1));
        Assert.Null(SharedRows.Find(new Tensor([2, 3], new float[6]), bits: 2));
    }

    [Fact]
    public void Smallest_magnitudes_are_pruned_first() =>
        Assert.Equal([false, true, false, true], Pruning.Of([-3, 0.5f, 2, -1], 0.5));

    [Fact]
    public void The_scan_prunes_more_for_a_larger_budget_and_restores_the_network()
    {
        var g = new GraphBuilder();
        Value image = g.Input(1, 3, 12, 12);
        ModelGraph graph = g.Build(g.Op(OpTypes.GlobalAveragePool, [g.Conv(g.Relu(g.Conv(g.Relu(g.Conv(image, 24, 3)), 32, 3)), 80, 1)]));
        OptimizedModel.Pipeline().Run(graph);
        float[][] before = [.. graph.Nodes.Where(n => n.OpType == OpTypes.Conv).Select(n => (float[])n.Input(1).Constant!.Floats.Clone())];
        var images = new SyntheticImages(12, 3 * 12 * 12);

        double small = Pruned(0.3), large = Pruned(20);

        Assert.True(small < large, $"{small} and {large}");
        Assert.Equal(before, graph.Nodes.Where(n => n.OpType == OpTypes.Conv).Select(n => n.Input(1).Constant!.Floats));

        double Pruned(double budget)
        {
            var scan = new PruningScan(graph, images, threads: 1);
            IReadOnlyList<LayerPruning> layers = scan.Run(budget);
            Assert.Equal(2, layers.Count);
            Assert.All(scan.Pruned, p => Assert.Equal(layers.Single(l => l.Layer == p.Key.Name).Ratio, p.Value.Count(z => z) / (double)p.Value.Length, 0.001));
            return layers.Sum(l => l.Ratio * l.Weights);
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(60)]
    public void The_scan_keeps_its_budget_on_images_that_it_did_not_see(double budget)
    {
        const int Unseen = 200;
        var g = new GraphBuilder();
        Value image = g.Input(1, 3, 12, 12);
        ModelGraph graph = g.Build(g.Op(OpTypes.GlobalAveragePool, [g.Conv(g.Relu(g.Conv(g.Relu(g.Conv(image, 24, 3)), 32, 3)), 80, 1)]));
        OptimizedModel.Pipeline().Run(graph);
        int[] before = Answers();
        var scan = new PruningScan(graph, new SyntheticImages(32, 3 * 12 * 12), threads: 1);

        IReadOnlyList<LayerPruning> layers = scan.Run(budget);
        foreach ((Node layer, bool[] zeros) in scan.Pruned)
        {
            float[] weights = layer.Input(1).Constant!.Floats;
            for (int i = 0; i < weights.Length; i++)
                weights[i] = zeros[i] ? 0 : weights[i];
        }

        double drop = 100.0 * before.Zip(Answers()).Count(a => a.First != a.Second) / Unseen;
        Assert.Contains(layers, l => l.Ratio > 0);
        Assert.True(drop <= budget, $"{drop} points with {string.Join(", ", layers.Select(l => l.Ratio))}");

        int[] Answers()
        {
            var images = new SyntheticImages(Unseen, 3 * 12 * 12, seed: 2);
            var input = Tensor.Zeros(1, 12, 12, 3);
            using var executor = new FloatExecutor(graph, 1);
            return [.. Enumerable.Range(0, Unseen).Select(i =>
            {
                images.Read(i, input.Floats);
                float[] logits = executor.Run(input).Floats;
                return Array.IndexOf(logits, logits.Max());
            })];
        }
    }

    [Fact]
    public void A_quantized_network_keeps_what_shaping_made_of_its_weights()
    {
        var g = new GraphBuilder();
        ModelGraph graph = g.Build(g.Conv(g.Relu(g.Conv(g.Input(1, 3, 12, 12), 16, 3)), 10, 1));
        OptimizedModel.Pipeline().Run(graph);
        var options = new QuantizationOptions { Method = "minmax", Threads = 1, Shaping = new WeightShaping { Bits = 4 } };

        QuantizedNetwork network = new PostTrainingQuantizer(graph, new SyntheticImages(10, 3 * 12 * 12), TestPackages.Description(12), options).Run();

        Assert.Equal(2, network.Weights.Count);
        Assert.All(network.Weights.Values, w => Assert.InRange(w.Codes.Distinct().Count(), 2, 16));
    }

    private static Node Conv(out PatchMoments moments)
    {
        var g = new GraphBuilder();
        return Fold(g.Build(g.Conv(g.Input(1, 8, 8, 8), 16, 3)), out moments);
    }

    private static Node Fold(ModelGraph graph, out PatchMoments moments)
    {
        OptimizedModel.Pipeline().Run(graph);
        Node conv = graph.Nodes.Single(n => n.OpType == OpTypes.Conv);
        moments = new PatchMoments(conv);
        float[] image = new float[8 * 8 * 8];
        for (int i = 0; i < 10; i++)
        {
            new SyntheticImages(10, image.Length).Read(i, image);
            moments.Add(image);
        }

        return conv;
    }
}
