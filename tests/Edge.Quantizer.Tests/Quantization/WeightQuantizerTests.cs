using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Tests.Passes;

namespace Edge.Quantizer.Tests.Quantization;

public class WeightQuantizerTests
{
    [Fact]
    public void Every_output_channel_has_its_own_scale_and_uses_the_whole_grid()
    {
        var weights = new Tensor([2, 1, 1, 3], [0.5f, -1.27f, 0.01f, 12.7f, 0, -0.1f]);

        QuantizedWeights q = WeightQuantizer.PerChannel(weights, [0, 0], inputScale: 0.02f);

        Assert.Equal([0.01f, 0.1f], q.Scales, (a, b) => Math.Abs(a - b) < 1e-7);
        Assert.Equal(new sbyte[] { 50, -127, 1, 127, 0, -1 }, q.Codes);
    }

    [Fact]
    public void Codes_lie_channels_last()
    {
        // One output, two input channels, a 1×2 kernel: from [i][x] to [x][i].
        var weights = new Tensor([1, 2, 1, 2], [1f, 2, 127, 4]);

        Assert.Equal(new sbyte[] { 1, 127, 2, 4 }, WeightQuantizer.PerChannel(weights, [0], 1).Codes);
    }

    [Fact]
    public void A_large_bias_on_tiny_weights_coarsens_the_scale_until_it_fits()
    {
        QuantizedWeights q = WeightQuantizer.PerChannel(new Tensor([1, 1], [1e-6f]), [100f], inputScale: 1e-3f);
        int code = WeightQuantizer.Bias([100f], 1e-3f, q.Scales)[0];

        Assert.InRange(code, 1 << 29, 1 << 30);
        Assert.Equal(100, code * 1e-3 * q.Scales[0], 0.001);
    }

    [Theory]
    [InlineData(0.02f, 0.03f)]
    [InlineData(0.5f, 1e-4f)]
    [InlineData(1e-4f, 3f)]
    public void Coarse_biases_move_outputs_by_a_sixteenth_of_a_step_at_most(float inputScale, float outputScale)
    {
        float[] scales = [0.01f, 0.004f, 0.007f, 0.01f];
        int[] fine = [-30000, 12345, 7, (1 << 30) - 1], coarse = [.. fine];
        WeightQuantizer.Coarsen(coarse, inputScale, scales, outputScale);

        for (int c = 0; c < fine.Length; c++)
            Assert.InRange((coarse[c] - (double)fine[c]) * inputScale * scales[c] / outputScale, -1 / 16.0, 1 / 16.0);
        double finest = outputScale / 8 / (inputScale * 0.01);
        int zeros = coarse.Min(c => System.Numerics.BitOperations.TrailingZeroCount(c));
        Assert.InRange(zeros, finest < 1 ? 0 : (int)Math.Log2(finest), 32);
    }

    [Fact]
    public void A_channel_of_zeros_keeps_its_bias()
    {
        QuantizedWeights q = WeightQuantizer.PerChannel(new Tensor([2, 1], [0, 1.27f]), [0.5f, 0], inputScale: 0.01f);

        Assert.Equal(0, q.Codes[0]);
        Assert.Equal(0.5, WeightQuantizer.Bias([0.5f, 0], 0.01f, q.Scales)[0] * 0.01 * q.Scales[0], 0.001);
    }

    [Fact]
    public void Bias_correction_gives_back_the_mean_that_rounding_takes()
    {
        var g = new GraphBuilder();
        Value image = g.Input(1, 3, 9, 9);
        ModelGraph graph = g.Build(g.Conv(image, 4, 3, stride: 2, pad: 1));
        OptimizedModel.Pipeline().Run(graph);
        Node conv = graph.Nodes.Single(n => n.OpType == OpTypes.Conv);
        float[] x = new float[3 * 9 * 9];
        new SyntheticImages(1, x.Length).Read(0, x);
        var means = new TapMeans(conv);
        means.Add(x);

        // The direct way: both networks' outputs on this image, averaged over positions.
        Tensor weights = conv.Input(1).Constant!;
        QuantizedWeights q = WeightQuantizer.PerChannel(weights, new float[4], 1);
        float[] rounded = [.. weights.Floats.Select((w, i) => MathF.Round(w / q.Scales[i / 27]) * q.Scales[i / 27])];
        double[] exact = MeanOutput(weights.Floats, x), coarse = MeanOutput(rounded, x);

        float[] correction = BiasCorrection.Of(conv, means.Means(), q);

        for (int o = 0; o < 4; o++)
            Assert.Equal(exact[o] - coarse[o], correction[o], 1e-5);
    }

    [Fact]
    public void Values_that_only_move_share_one_scale_and_others_do_not()
    {
        var g = new GraphBuilder();
        Value image = g.Input(1, 3, 8, 8);
        Value a = g.Conv(image, 4, 1), b = g.Conv(image, 4, 1), c = g.Conv(image, 4, 1);
        Value joined = g.Op(OpTypes.Concat, [a, b], ("axis", 1));
        Value pooled = g.Pool(OpTypes.MaxPool, joined, 2, 2);
        ModelGraph graph = g.Build(pooled, c);
        Shapes.Infer(graph);

        List<List<Value>> groups = [.. ScaleGroups.Of(graph)];

        Assert.Equal(new HashSet<Value> { a, b, joined, pooled }, groups.Single(group => group.Contains(a)).ToHashSet());
        Assert.Equal([c], groups.Single(group => group.Contains(c)));
        Assert.Equal([image], groups.Single(group => group.Contains(image)));
    }

    /// <summary>Mean over the output positions of a 3×3 convolution, stride 2, padding 1, of a 9×9×3 image, weights [4, 3, 3, 3].</summary>
    private static double[] MeanOutput(float[] weights, float[] nhwc)
    {
        var means = new double[4];
        for (int o = 0; o < 4; o++)
        {
            for (int position = 0; position < 25; position++)
            {
                for (int k = 0; k < 27; k++)
                {
                    int c = k / 9, y = (position / 5 * 2) - 1 + (k / 3 % 3), x = (position % 5 * 2) - 1 + (k % 3);
                    if (y is >= 0 and < 9 && x is >= 0 and < 9)
                        means[o] += weights[(o * 27) + k] * nhwc[(((y * 9) + x) * 3) + c] / 25.0;
                }
            }
        }

        return means;
    }
}
