namespace Edge.Tests;

/// <summary>The measure of float parity: the largest difference against the largest value of the reference.</summary>
internal static class Closeness
{
    /// <summary>max|actual − expected| / max|expected|; infinite where a value is no number or the sizes differ.</summary>
    public static double Relative(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        if (expected.Length != actual.Length)
            return double.PositiveInfinity;
        double largest = 0, difference = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double d = Math.Abs((double)actual[i] - expected[i]);
            if (double.IsNaN(d))
                return double.PositiveInfinity;
            difference = Math.Max(difference, d);
            largest = Math.Max(largest, Math.Abs(expected[i]));
        }

        return difference == 0 ? 0 : difference / largest;
    }
}
