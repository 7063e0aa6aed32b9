using System.Diagnostics;
using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Quantization;

/// <summary>What a network is worth with one layer more in float32.</summary>
/// <param name="Layer">Name of the layer's output; empty for the network with every layer in int8.</param>
/// <param name="MultiplyAccumulates">Of this layer, now in float32.</param>
/// <param name="LogitSqnr">Of the logits on held-out images, dB.</param>
/// <param name="Drop">Top-1 lost against float, points of a hundred.</param>
/// <param name="Milliseconds">Of one run of the network on this machine, the least of several.</param>
public sealed record FallbackStep(string Layer, long MultiplyAccumulates, double LogitSqnr, double Drop, double Milliseconds);

/// <summary>How a network came to hold its accuracy budget.</summary>
/// <param name="MaxDrop">The budget: top-1 that may be lost, points of a hundred.</param>
/// <param name="Measure">"labels" (right answers lost, net of gained) or "agreement" (answers that differ from float's).</param>
/// <param name="Images">Held-out calibration images that judged.</param>
/// <param name="MultiplyAccumulates">Of the whole network.</param>
/// <param name="Steps">First without any float layer, then one layer more each.</param>
public sealed record Fallback(double MaxDrop, string Measure, int Images, long MultiplyAccumulates, IReadOnlyList<FallbackStep> Steps);

/// <summary>
/// Keeps layers in float32, one after the other, until the network loses no more than it may. Which one comes next is measured: the
/// layer whose own rounding, and that of the values between it and its float neighbours, brings the most noise into the logits.
/// </summary>
/// <param name="graph">Float network, after the pass pipeline.</param>
/// <param name="judge">Holds the images that decide.</param>
/// <param name="description">Of the package.</param>
/// <param name="options">Budget and threads.</param>
internal sealed class FloatFallback(ModelGraph graph, LogitJudge judge, PackageDescription description, QuantizationOptions options)
{
    /// <summary>Images that rank the layers; all of them decide when to stop.</summary>
    private const int RankingImages = 4;

    /// <summary>Layers tried per step, the most promising of the first ranking; neighbours of float layers are tried besides.</summary>
    private const int Tried = 6;

    /// <summary>Rounds of timed runs, and those in front of them in which the JIT still compiles.</summary>
    private const int TimedRounds = 20, WarmUpRounds = 40;

    /// <summary>A network with more of its layers in float is no int8 network any more.</summary>
    private const double LargestShare = 0.5;

    /// <summary>Finds the layers to keep in float32.</summary>
    /// <param name="lower">The network with these layers in float32.</param>
    /// <param name="certifying">Images on which the budget has to hold by themselves too.</param>
    /// <param name="progress">Told of every layer tried.</param>
    /// <exception cref="UserException">The budget does not hold with half of the layers in float32.</exception>
    public (IReadOnlyList<Node> Layers, Fallback Report) Run(
        Func<IReadOnlyList<Node>, LoweredModel> lower, IReadOnlyList<int> certifying, QuantizationProgress? progress)
    {
        double budget = options.MaxDrop ?? throw new InvalidOperationException("there is no budget");
        List<Node> layers = [.. graph.Nodes.Where(n => ActivationStatistics.IsWeighted(n) && Int8Forms.FloatReason(n) is null)];
        int most = (int)(layers.Count * LargestShare);
        var chosen = new List<Node>();
        var steps = new List<FallbackStep>();
        var networks = new List<LoweredModel>();
        Dictionary<Node, double>? ranking = null;
        while (true)
        {
            networks.Add(lower(chosen));
            Judgement judgement = judge.Judge(networks[^1]);
            double drop = Math.Max(judge.Drop(judgement), judge.Drop(judgement, certifying));
            Node? last = chosen.LastOrDefault();
            steps.Add(new FallbackStep(last?.Output.Name ?? "", last is null ? 0 : Costs.MultiplyAccumulates(last), judgement.LogitSqnr, drop, 0));
            if (drop <= budget)
                break;
            if (chosen.Count == most)
                throw Missed(budget, chosen.Count, drop);
            List<Node> candidates = [.. layers.Except(chosen)];
            if (ranking is not null)
                candidates = [.. candidates.OrderByDescending(n => ranking[n]).Where((n, place) => place < Tried || Touches(n, chosen))];
            Dictionary<Node, double> gains = Rank(candidates, chosen, lower, progress);
            ranking ??= gains;
            chosen.Add(gains.MaxBy(g => g.Value).Key);
        }

        double[] times = Milliseconds(networks, progress);
        return (
            chosen,
            new Fallback(
                budget, judge.Measure, judge.Images.Count, graph.Nodes.Sum(Costs.MultiplyAccumulates), [.. steps.Select((s, i) => s with { Milliseconds = times[i] })]));
    }

    private UserException Missed(double budget, int kept, double drop) => new(
        FormattableString.Invariant($"--max-drop {budget:0.##} cannot be met: with {kept} layers in float, half of the network, {drop:0.##} points ")
        + $"of top-1 are still lost on {judge.Images.Count} held-out images; allow more, give more calibration images, or train quantization-aware (edge-train)");

    /// <summary>Signal to noise of the logits with each candidate in float32 beside those chosen, dB.</summary>
    private Dictionary<Node, double> Rank(
        List<Node> candidates, List<Node> chosen, Func<IReadOnlyList<Node>, LoweredModel> lower, QuantizationProgress? progress)
    {
        var result = new Dictionary<Node, double>();
        foreach (Node candidate in candidates)
        {
            result[candidate] = judge.Judge(lower([.. chosen, candidate]), RankingImages).LogitSqnr;
            progress?.Invoke($"keeping layer {chosen.Count + 1} in float", result.Count, candidates.Count);
        }

        return result;
    }

    private static bool Touches(Node node, List<Node> chosen) =>
        chosen.Exists(c => node.Input(0).Producer == c || c.Input(0).Producer == node);

    /// <summary>The least time of each network's runs, measured in turns so that what else the machine does hits all alike.</summary>
    private double[] Milliseconds(List<LoweredModel> networks, QuantizationProgress? progress)
    {
        Int8Network[] running = [.. networks.Select(n => new Int8Network(PackageAssembler.InMemory(n, description), options.Threads))];
        double[] least = new double[running.Length];
        Array.Fill(least, double.PositiveInfinity);
        for (int round = 0; round < WarmUpRounds + TimedRounds; round++)
        {
            for (int i = 0; i < running.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                running[i].Run();
                double time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                least[i] = round < WarmUpRounds ? least[i] : Math.Min(least[i], time);
            }

            progress?.Invoke("measuring time", round + 1, WarmUpRounds + TimedRounds);
        }

        Array.ForEach(running, r => r.Dispose());
        return least;
    }
}
