using Edge.Quantizer.Graph;
using Edge.Quantizer.Quantization;

namespace Edge.Quantizer.Tests.Quantization;

/// <summary>Rounding of single rows of weights, on samples made for the purpose.</summary>
public sealed class LearnedRowsTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(80)]
    [InlineData(173)]
    public void Every_sample_that_does_not_judge_is_learned_from(int samples)
    {
        int learned = LearnedRows.Learned(samples);
        for (int telling = 0; telling < learned; telling++)
        {
            // One of those to learn from says that 0.4 + 0.45 had better be 1 than 0; the others say nothing.
            float[] inputs = new float[samples * 2];
            inputs.AsSpan(telling * 2, 2).Fill(1);
            inputs.AsSpan(learned * 2).Fill(1);
            sbyte[] codes = Learn(inputs, [0.4f, 0.45f], [0, 0]);
            Assert.True(codes.Sum(c => c) == 1, $"sample {telling} of {samples}: codes {codes[0]}, {codes[1]}");
        }
    }

    [Theory]
    [InlineData(0.3f, 3, 2)]
    [InlineData(0.3f, -2, -1)]
    [InlineData(0.3f, 1, 0)]
    public void A_code_far_from_its_weight_moves_towards_it_by_one(float weight, int start, int expected)
    {
        float[] inputs = [.. Enumerable.Repeat(1f, 40)];
        Assert.Equal([(sbyte)expected], Learn(inputs, [weight], [(sbyte)start]));
    }

    [Fact]
    public void What_the_activation_clips_in_any_case_stays_as_it_was()
    {
        float[] inputs = [.. Enumerable.Repeat(1f, 40)];
        Assert.Equal([(sbyte)9], Learn(inputs, [8.3f], [9], high: 6));
        Assert.Equal([(sbyte)8], Learn(inputs, [8.3f], [9], high: 20));
    }

    /// <summary>One row of scale 1 and bias 0.</summary>
    private static sbyte[] Learn(float[] inputs, float[] weights, sbyte[] start, float high = float.PositiveInfinity)
    {
        var node = new Node("layer", OpTypes.Conv, [], []);
        node.Attributes.Set(OpTypes.FusedHigh, high);
        return new LearnedRows(node, weights.Length)
            .Learn([inputs], weights, [0], new QuantizedWeights(start, [1]), TimeSpan.FromHours(1), threads: 1)!;
    }
}
