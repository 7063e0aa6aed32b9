using Edge.Quantizer.Calibration;

namespace Edge.Quantizer.Tests.Calibration;

public class HistogramTests
{
    [Fact]
    public void Values_stay_in_their_bins_when_later_values_widen_the_range()
    {
        var histogram = new Histogram();
        histogram.Add([0.5f, -0.25f, 1f]);
        histogram.Add([100f, -3f]);

        Assert.Equal(5, histogram.Count);
        Assert.Equal((-3f, 100f), (histogram.Min, histogram.Max));
        Assert.Equal(5, histogram.Bins.ToArray().Sum());
        foreach (float v in new[] { 0.5f, -0.25f, 1f, 100f, -3f })
            Assert.Contains(OccupiedCenters(histogram), c => Math.Abs(c - v) <= histogram.BinWidth);
    }

    [Fact]
    public void Widening_in_many_steps_equals_starting_wide()
    {
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, 2000).Select(_ => (float)(random.NextDouble() - 0.4))];
        var narrow = new Histogram();
        narrow.Add([1f / 1024]);
        narrow.Add(values);
        narrow.Add([2f]);
        var wide = new Histogram();
        wide.Add([2f]);
        wide.Add(values);
        wide.Add([1f / 1024]);

        Assert.Equal(wide.Limit, narrow.Limit);
        Assert.Equal(wide.Bins.ToArray(), narrow.Bins.ToArray());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 1e-38)]
    [InlineData(3, 1e38)]
    public void Many_values_are_counted_one_by_one_by_any_number_of_threads(int threads, double scale)
    {
        var random = new Random(2);
        float[] values = [.. Enumerable.Range(0, 200_003).Select(i => i % 3 == 0 ? 0 : (float)(scale * ((2 * random.NextDouble()) - 1)))];
        values[^1] = (float)(-1.5 * scale);
        var histogram = new Histogram(threads);
        histogram.Add(values);

        long[] expected = new long[2 * Histogram.HalfBins];
        foreach (float v in values)
            expected[(int)Math.Floor(v / histogram.BinWidth) + Histogram.HalfBins]++;
        Assert.Equal(expected, histogram.Bins.ToArray());
        Assert.Equal((values.Min(), values.Max(), values.Length), (histogram.Min, histogram.Max, histogram.Count));
    }

    [Fact]
    public void Zeros_before_the_first_value_count_in_the_bin_that_starts_at_zero()
    {
        var histogram = new Histogram();
        histogram.Add(new float[7]);
        histogram.Add([3f]);

        Assert.Equal(7, histogram.Bins[Histogram.HalfBins]);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_network_that_overflows_is_reported(float bad) =>
        Assert.Throws<UserException>(() => new Histogram().Add([1f, bad]));

    private static List<double> OccupiedCenters(Histogram histogram)
    {
        var centers = new List<double>();
        for (int i = 0; i < histogram.Bins.Length; i++)
        {
            if (histogram.Bins[i] > 0)
                centers.Add(histogram.Center(i));
        }

        return centers;
    }
}
