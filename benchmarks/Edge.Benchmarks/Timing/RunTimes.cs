namespace Edge.Benchmarks.Timing;

/// <summary>Wall-clock times of one action, milliseconds.</summary>
/// <param name="Least">Of all runs.</param>
/// <param name="Median">Of all runs.</param>
/// <param name="BestRound">Least median of a round: what a quiet machine does.</param>
/// <param name="Runs">How many were timed.</param>
internal sealed record RunTimes(double Least, double Median, double BestRound, int Runs)
{
    public static RunTimes Of(IReadOnlyList<double[]> rounds)
    {
        double[] all = [.. rounds.SelectMany(r => r)];
        return new RunTimes(all.Min(), MedianOf(all), rounds.Min(MedianOf), all.Length);
    }

    public static double MedianOf(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
