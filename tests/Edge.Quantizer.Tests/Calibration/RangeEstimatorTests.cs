using Edge.Quantizer.Calibration;

namespace Edge.Quantizer.Tests.Calibration;

public class RangeEstimatorTests
{
    [Fact]
    public void Minmax_covers_everything_seen() =>
        Assert.Equal(new ValueRange(-1.5f, 4), new MinMaxEstimator().Estimate(Of([0, -1.5f, 4, 2])));

    [Fact]
    public void Percentile_drops_rare_outliers_and_keeps_the_bulk()
    {
        ValueRange range = new PercentileEstimator().Estimate(Of([.. Gaussian(100_000), 50f]));

        Assert.InRange(range.High, 3, 5);
        Assert.InRange(range.Low, -5, -3);
    }

    [Fact]
    public void Mse_has_no_more_error_than_any_range_on_a_grid()
    {
        float[] values = [.. Gaussian(20_000).Select(v => MathF.Max(v, 0)), 20f, 30f];
        Histogram histogram = Of(values);
        double found = SquaredError(values, new MseEstimator().Estimate(histogram).ToParameters());

        for (float high = 1; high <= 30; high += 0.25f)
            Assert.True(found <= 1.02 * SquaredError(values, new ValueRange(0, high).ToParameters()), $"[0, {high}] is better");
    }

    [Fact]
    public void Entropy_clips_a_long_thin_tail_but_keeps_a_uniform_range()
    {
        float[] tail = [.. Gaussian(100_000), 200f];
        Assert.InRange(new EntropyEstimator().Estimate(Of(tail)).High, 3, 150);

        var random = new Random(5);
        float[] uniform = [.. Enumerable.Range(0, 100_000).Select(_ => random.NextSingle())];
        Assert.InRange(new EntropyEstimator().Estimate(Of(uniform)).High, 0.95f, 1);
    }

    [Theory]
    [InlineData("minmax")]
    [InlineData("percentile")]
    [InlineData("mse")]
    [InlineData("entropy")]
    public void Every_method_survives_tensors_of_zeros_constants_and_one_sign(string name)
    {
        RangeEstimator estimator = RangeEstimator.Named(name);
        foreach (float[] values in new float[][] { [0, 0, 0], [2, 2, 2], [-3, -1], [1e-20f] })
        {
            QuantizationParameters p = estimator.Estimate(Of(values)).ToParameters();
            Assert.True(float.IsFinite(p.Scale) && p.Scale > 0);
            Assert.InRange(p.ZeroPoint, -128, 127);
            foreach (float v in values.Where(v => Math.Abs(v) > 1e-10f))
                Assert.InRange(Math.Abs(p.Dequantize(p.Quantize(v)) - v), 0, 0.05 * Math.Abs(v));
        }
    }

    [Fact]
    public void An_unknown_method_is_refused_with_the_known_ones() =>
        Assert.Contains("minmax", Assert.Throws<UserException>(() => RangeEstimator.Named("best")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0f, 255f, 1f, -128)]
    [InlineData(-128f, 127f, 1f, 0)]
    [InlineData(-255f, 0f, 1f, 127)]
    [InlineData(10f, 25.5f, 0.1f, -128)]
    public void Parameters_cover_the_range_and_hold_zero_exactly(float low, float high, float scale, int zeroPoint)
    {
        QuantizationParameters p = new ValueRange(low, high).ToParameters();

        Assert.Equal(scale, p.Scale, 1e-6f);
        Assert.Equal(zeroPoint, p.ZeroPoint);
        Assert.Equal(0f, p.Dequantize(p.Quantize(0)));
    }

    private static Histogram Of(float[] values)
    {
        var histogram = new Histogram();
        foreach (float[] chunk in values.Chunk(1000))
            histogram.Add(chunk);
        return histogram;
    }

    private static IEnumerable<float> Gaussian(int count)
    {
        var random = new Random(3);
        for (int i = 0; i < count; i++)
            yield return (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
    }

    private static double SquaredError(float[] values, QuantizationParameters p) =>
        values.Sum(v => Math.Pow(p.Dequantize(p.Quantize(v)) - v, 2));
}
