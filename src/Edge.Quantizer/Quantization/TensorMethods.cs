using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Quantization;

/// <summary>
/// Chooses the range estimator of every activation by itself: one after the other, in graph order, takes the one with which the
/// logits come closest to float on some of the images that fitted the ranges.
/// </summary>
/// <param name="graph">After the pass pipeline.</param>
/// <param name="judge">Holds images that fitted the ranges.</param>
internal sealed class TensorMethods(ModelGraph graph, LogitJudge judge)
{
    /// <summary>Images that choose.</summary>
    public const int Images = 8;

    /// <summary>Ranges closer than this, relative to the scale, are not worth a trial.</summary>
    private const double Distinct = 0.02;

    /// <summary>What a choice must gain on these few images, dB.</summary>
    private const double LeastGain = 0.02;

    /// <param name="start">The network with one method for all.</param>
    /// <param name="estimate">Range of a value by a method.</param>
    /// <param name="settled">Values whose range is no estimator's business.</param>
    /// <param name="progress">Told of every scale group.</param>
    /// <returns>Methods of the values that are better off with another one.</returns>
    public IReadOnlyDictionary<Value, string> Choose(
        QuantizedNetwork start, Func<Value, RangeEstimator, ValueRange> estimate, Func<Value, bool> settled, QuantizationProgress? progress)
    {
        var methods = new Dictionary<Value, string>();
        QuantizationPlan plan = start.Plan;
        double best = judge.LogitSqnr(start.Lowered);
        List<Value>[] groups = [.. ScaleGroups.Of(graph).Where(g => !g.Exists(v => settled(v)))];
        for (int i = 0; i < groups.Length; i++)
        {
            List<Value> group = groups[i];
            var tried = new List<float> { plan[group[0]].Scale };
            foreach (RangeEstimator estimator in RangeEstimator.All)
            {
                QuantizationParameters parameters = group.Select(v => estimate(v, estimator)).Aggregate((a, b) => a.Union(b)).ToParameters();
                if (tried.Exists(s => Math.Abs(parameters.Scale - s) < Distinct * s))
                    continue;
                tried.Add(parameters.Scale);
                QuantizationPlan changed = plan.With(group, parameters);
                double sqnr = judge.LogitSqnr(Lowering.Lower(graph, changed, start.BiasCorrections, start.Weights));
                if (sqnr < best + LeastGain)
                    continue;
                (best, plan) = (sqnr, changed);
                group.ForEach(v => methods[v] = estimator.Name);
            }

            progress?.Invoke("choosing calibration methods", i + 1, groups.Length);
        }

        return methods;
    }
}
