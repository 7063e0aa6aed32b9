using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Tests.Passes;

namespace Edge.Quantizer.Tests.Quantization;

public class CompensatedRoundingTests
{
    /// <summary>So that no layer has more output positions than are sampled per image.</summary>
    private const int Size = 8;

    [Theory]
    [InlineData(1, 1, 0, 1)]
    [InlineData(3, 2, 1, 1)]
    [InlineData(3, 1, 1, 4)]
    [InlineData(3, 1, 0, 8)]
    [InlineData(5, 1, 2, 1)]
    public void Moments_are_the_means_of_products_over_all_patches(int kernel, int stride, int pad, int group)
    {
        Node conv = Conv(16, kernel, stride, pad, group);
        float[] x = Image(1);
        var moments = new PatchMoments(conv);
        moments.Add(x);

        int perGroup = 8 / group, output = conv.Output.Shape![1], length = kernel * kernel * perGroup;
        double[] expected = new double[length * length];
        for (int position = 0; position < output * output; position++)
        {
            float[] patch = Patch(x, position / output, position % output, kernel, stride, pad, group - 1, perGroup);
            for (int i = 0; i < length; i++)
            {
                for (int j = 0; j <= i; j++)
                    expected[(i * length) + j] += (double)patch[i] * patch[j] / (output * output);
            }
        }

        double[] actual = moments.Matrix(group - 1);
        Assert.Equal(length, moments.Length);
        Assert.Equal(output * output, moments.Samples);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-4);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 8)]
    public void Outputs_come_closer_than_with_every_weight_rounded_to_the_nearest(int kernel, int group)
    {
        Node conv = Conv(16, kernel, 1, 0, group);
        PatchMoments moments = Moments(conv, Enumerable.Range(0, 20));

        QuantizedWeights nearest = WeightQuantizer.PerChannel(conv, 1e-3f), rounded = CompensatedRounding.Round(conv, moments, 1e-3f);

        // Judged on images that it was not fitted on.
        PatchMoments unseen = Moments(conv, Enumerable.Range(100, 20));
        double before = OutputError(conv, nearest, unseen), after = OutputError(conv, rounded, unseen);
        Assert.True(after < 0.7 * before, $"{before} to {after}");
        Assert.Equal(nearest.Scales, rounded.Scales);
        Assert.All(rounded.Codes, c => Assert.InRange(c, -127, 127));
    }

    [Fact]
    public void Inputs_that_were_never_seen_are_rounded_to_the_nearest()
    {
        Node conv = Conv(16, 1, 1, 0, 1);
        var moments = new PatchMoments(conv);
        moments.Add(new float[Size * Size * 8]);

        Assert.Equal(WeightQuantizer.PerChannel(conv, 1).Codes, CompensatedRounding.Round(conv, moments, 1).Codes);
    }

    [Fact]
    public void It_is_chosen_where_it_brings_the_logits_closer()
    {
        var g = new GraphBuilder();
        Value image = g.Input(1, 3, 12, 12);
        ModelGraph graph = g.Build(g.Conv(g.Relu(g.Conv(g.Relu(g.Conv(image, 16, 3)), 32, 3)), 10, 1));
        OptimizedModel.Pipeline().Run(graph);
        var options = new QuantizationOptions { Method = "minmax", Equalization = Choice.Off, MeanMatching = Choice.Off, Threads = 1 };

        QuantizedNetwork network = new PostTrainingQuantizer(graph, new SyntheticImages(20, 3 * 12 * 12), TestPackages.Description(12), options).Run();

        Assert.True(network.Technique.Compensated, string.Join(", ", network.Scores));
        Assert.Equal(2, network.Scores.Count(s => s.Technique.Corrected));
        Assert.Single(network.Scores, s => !s.Technique.Compensated);
        Assert.NotEmpty(network.Weights);
    }

    private static Node Conv(int outputs, int kernel, int stride, int pad, int group)
    {
        var g = new GraphBuilder();
        ModelGraph graph = g.Build(g.Conv(g.Input(1, 8, Size, Size), outputs, kernel, stride, pad, group));
        OptimizedModel.Pipeline().Run(graph);
        return graph.Nodes.Single(n => n.OpType == OpTypes.Conv);
    }

    private static PatchMoments Moments(Node conv, IEnumerable<int> images)
    {
        var moments = new PatchMoments(conv);
        foreach (int index in images)
            moments.Add(Image(index));
        return moments;
    }

    /// <summary>Channels that go together: noise over a common pattern.</summary>
    private static float[] Image(int index)
    {
        float[] x = new float[Size * Size * 8];
        var random = new Random(index);
        for (int p = 0; p < Size * Size; p++)
        {
            double common = random.NextDouble();
            for (int c = 0; c < 8; c++)
                x[(p * 8) + c] = (float)Math.Max(0, common + (0.3 * random.NextDouble()) - (0.05 * c));
        }

        return x;
    }

    private static float[] Patch(float[] x, int row, int column, int kernel, int stride, int pad, int group, int perGroup)
    {
        var patch = new List<float>();
        for (int ky = 0; ky < kernel; ky++)
        {
            for (int kx = 0; kx < kernel; kx++)
            {
                for (int c = group * perGroup; c < (group + 1) * perGroup; c++)
                {
                    int y = (row * stride) - pad + ky, z = (column * stride) - pad + kx;
                    patch.Add(y is >= 0 and < Size && z is >= 0 and < Size ? x[(((y * Size) + z) * 8) + c] : 0);
                }
            }
        }

        return [.. patch];
    }

    /// <summary>Mean squared error of the outputs that rounding the weights causes, summed over rows: Σ dᵀ·H·d.</summary>
    private static double OutputError(Node conv, QuantizedWeights quantized, PatchMoments moments)
    {
        Tensor weights = conv.Input(1).Constant!;
        float[] real = WeightQuantizer.ToChannelsLast<float>(weights.Floats, weights.Shape);
        int groups = conv.Attributes.Int("group", 1), rowsPerGroup = weights.Shape[0] / groups, length = moments.Length;
        double error = 0;
        for (int row = 0; row < weights.Shape[0]; row++)
        {
            double[] matrix = moments.Matrix(row / rowsPerGroup);
            double[] d = [.. Enumerable.Range(row * length, length).Select(i => real[i] - ((double)quantized.Codes[i] * quantized.Scales[row]))];
            for (int i = 0; i < length; i++)
            {
                for (int j = 0; j < length; j++)
                    error += d[i] * d[j] * matrix[(Math.Max(i, j) * length) + Math.Min(i, j)];
            }
        }

        return error;
    }
}
