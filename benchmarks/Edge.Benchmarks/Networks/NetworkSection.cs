using Edge.Benchmarks.Packages;
using Edge.Benchmarks.Reporting;
using Edge.Benchmarks.Timing;
using static Edge.Benchmarks.Reporting.Figures;

namespace Edge.Benchmarks.Networks;

/// <summary>The networks' times and memory as tables.</summary>
internal static class NetworkSection
{
    public static Section Of(NetworkResults results)
    {
        var grids = new List<Grid> { OneThread(results) };
        if (results.Threads > 1)
            grids.Add(SeveralThreads(results));
        grids.Add(Memory(results));
        int runs = results.Networks.Select(n => n.OneThread.Ours.Runs).DefaultIfEmpty().Min();
        return new Section(
            "Networks on x64",
            [
                $"{results.Machine}; commit {results.Commit}.",
                $"Networks of the catalog at {PackageCache.Size}×{PackageCache.Size} with seeded weights, calibrated on {PackageCache.CalibrationImages} photographs; "
                    + $"ONNX Runtime {results.OnnxRuntimeVersion} runs their QDQ export (u8s8). Both take turns in one process, {runs} timed runs each; "
                    + "\"quiet\" is the least median of a round. Ours starts from the quantized image, ONNX Runtime's quantizes it first.",
                $"The peak is {results.PeakInstruction}, in registers only, the best of the same rounds; "
                    + "\"pairwise\" is the median of each run's share of the peak measured directly before it.",
                "XNNPACK's share is a measured peer's, held to the same instructions.",
            ],
            grids);
    }

    private static Grid OneThread(NetworkResults results)
    {
        var grid = new Grid(
            "One thread", 1,
            "network", "GMAC", "least ms", "median ms", "quiet ms", "GMAC/s", "peak", "of peak", "of peak, quiet", "of peak, pairwise", "target", "XNNPACK",
            "ORT least ms", "ORT median ms", "÷ ORT", "÷ ORT, quiet", "target");
        foreach (NetworkResult n in results.Networks)
        {
            (BenchmarkNetwork wanted, Comparison c) = (Wanted(n), n.OneThread);
            grid.Add(
                n.Name, Fixed(n.Macs / 1e9, 3), Ms(c.Ours.Least), Ms(c.Ours.Median), Ms(c.Ours.BestRound), Fixed(c.Rate, 1), Fixed(c.Peak, 1),
                Percent(c.Share), Percent(c.BestShare), c.PairedShare is { } paired ? Percent(paired) : "-", Target(wanted.TargetShare, s => "≥ " + Percent(s)), Target(wanted.PeerShare, Percent),
                Ms(c.OnnxRuntime.Least), Ms(c.OnnxRuntime.Median), Fixed(c.Ratio, 2), Fixed(c.BestRatio, 2),
                Target(wanted.TargetRatio, r => "≤ " + Fixed(r, 2)));
        }

        return grid;
    }

    private static Grid SeveralThreads(NetworkResults results)
    {
        var grid = new Grid(
            $"{results.Threads} threads", 1,
            "network", "median ms", "quiet ms", "speed-up", "speed-up, quiet", "target", "of peak", "ORT median ms", "ORT quiet ms", "÷ ORT", "÷ ORT, quiet");
        foreach (NetworkResult n in results.Networks)
        {
            if (n.SeveralThreads is not { } c)
                continue;
            RunTimes one = n.OneThread.Ours;
            grid.Add(
                n.Name, Ms(c.Ours.Median), Ms(c.Ours.BestRound), Fixed(one.Median / c.Ours.Median, 2), Fixed(one.BestRound / c.Ours.BestRound, 2),
                Target(Wanted(n).TargetSpeedup, s => "≥ " + Fixed(s, 2)), Percent(c.Share),
                Ms(c.OnnxRuntime.Median), Ms(c.OnnxRuntime.BestRound), Fixed(c.Ratio, 2), Fixed(c.BestRatio, 2));
        }

        return grid;
    }

    private static Grid Memory(NetworkResults results)
    {
        var grid = new Grid(
            "Memory, bytes", 1,
            "network", "package", "arena", "largest layer's inputs + output", "arena ÷ largest layer", "most alive at once");
        foreach (NetworkResult n in results.Networks)
        {
            grid.Add(
                n.Name, Count(n.PackageBytes), Count(n.ArenaBytes), Count(n.LargestLayerBytes),
                Fixed((double)n.ArenaBytes / n.LargestLayerBytes, 3), Count(n.LiveBytes));
        }

        return grid;
    }

    private static BenchmarkNetwork Wanted(NetworkResult network) => BenchmarkNetwork.All.First(n => n.Name == network.Name);

    private static string Ms(double milliseconds) => Fixed(milliseconds, 3);
}
