using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Reference;

namespace Edge.Quantizer.Compression;

/// <summary>How a layer bears pruning.</summary>
/// <param name="Ratio">Share of weights that the scan prunes, 0 to 1.</param>
/// <param name="Curve">Signal-to-noise ratio of the logits, dB, with only this layer pruned to a ratio.</param>
public sealed record LayerPruning(string Layer, int Weights, double Ratio, IReadOnlyList<PruningPoint> Curve);

/// <summary>One point of a sensitivity curve.</summary>
public sealed record PruningPoint(double Ratio, double LogitSqnr);

/// <summary>
/// Sensitivity scan: prunes every layer alone to several ratios and looks at the noise in the logits. Noises of layers add up, so the
/// ratios that prune most weights under a bound are those where one more weight costs every layer the same noise (Lagrange). The
/// bound follows from the accuracy budget, measured with the whole network pruned. Works on calibration images alone.
/// </summary>
public sealed class PruningScan(ModelGraph graph, ICalibrationSet images, int threads)
{
    /// <summary>Images for the curves, and for judging the whole network.</summary>
    private const int Probes = 4, Judges = 64;

    /// <summary>Changed answers that are enough to be counted.</summary>
    private const int Countable = 5;

    private const double Step = 0.05, Most = 0.9;

    /// <summary>Layers with fewer weights are left alone: there is nothing to gain.</summary>
    private const int FewestWeights = 2048;

    private static readonly double[] Ratios = [0.2, 0.4, 0.6, 0.8];

    private readonly Value _logits = PostTrainingQuantizer.LogitsOf(graph);
    private readonly Node[] _layers =
        [.. graph.Nodes.Where(n => ActivationStatistics.IsWeighted(n) && n.Input(1).Constant!.Count >= FewestWeights && n.Attributes.Int("group", 1) == 1)];

    /// <summary>Which weights to prune, in the order of each layer's weights.</summary>
    public Dictionary<Node, bool[]> Pruned { get; } = [];

    /// <summary>Finds the ratios.</summary>
    /// <param name="budget">Points of top-1 agreement with the float network that pruning alone may cost, above 0.</param>
    /// <exception cref="UserException">There are no images.</exception>
    public IReadOnlyList<LayerPruning> Run(double budget, QuantizationProgress? progress = null)
    {
        if (images.Count == 0)
            throw new UserException("there are no calibration images; the scan needs some dozen typical photographs");
        int[] probes = [.. Enumerable.Range(0, Math.Min(Probes, images.Count)).Select(i => i * images.Count / Probes).Where(i => i < images.Count)];
        int[] judges = [.. Enumerable.Range(0, Math.Min(Judges, images.Count)).Select(i => i * images.Count / Math.Min(Judges, images.Count))];
        Dictionary<int, float[]> reference = Logits(probes.Union(judges));
        var curves = new Dictionary<Node, PruningPoint[]>();
        foreach (Node layer in _layers)
        {
            curves[layer] = [.. Ratios.Select(r => new PruningPoint(r, Pruning([(layer, r)], () => Noise(reference, probes).Decibels)))];
            progress?.Invoke("pruning layer by layer", curves.Count, _layers.Length);
        }

        // More weights per noise until the budget is used up.
        double low = -8, high = 8;
        for (int i = 0; i < 8; i++)
        {
            double middle = (low + high) / 2;
            double drop = Pruning(Choose(curves, Math.Pow(10, middle)), () => Drop(reference, judges));
            (low, high) = drop <= budget ? (low, middle) : (middle, high);
            progress?.Invoke("pruning the whole network", i + 1, 8);
        }

        (Node Layer, double Ratio)[] chosen = Choose(curves, Math.Pow(10, high));
        foreach ((Node layer, double ratio) in chosen.Where(c => c.Ratio > 0))
            Pruned[layer] = Compression.Pruning.Of(layer.Input(1).Constant!.Floats, ratio);
        return [.. chosen.Select(c => new LayerPruning(c.Layer.Name, c.Layer.Input(1).Constant!.Count, c.Ratio, curves[c.Layer]))];
    }

    /// <summary>The ratio of every layer that maximises weights − price · noise.</summary>
    private static (Node Layer, double Ratio)[] Choose(Dictionary<Node, PruningPoint[]> curves, double price) =>
    [
        .. curves.Select(c =>
        {
            double weights = c.Key.Input(1).Constant!.Count / 1e5, best = 0, most = 0;
            for (double r = Step; r <= Most + 1e-9; r += Step)
            {
                double gain = (weights * r) - (price * NoiseAt(c.Value, r));
                if (gain > most)
                    (best, most) = (r, gain);
            }

            return (c.Key, best);
        }),
    ];

    /// <summary>Relative noise power at a ratio: between the points the logarithm is linear in the ratio's.</summary>
    private static double NoiseAt(PruningPoint[] curve, double ratio)
    {
        int i = Array.FindIndex(curve, p => p.Ratio >= ratio);
        i = Math.Clamp(i < 0 ? curve.Length - 1 : i, 1, curve.Length - 1);
        (PruningPoint a, PruningPoint b) = (curve[i - 1], curve[i]);
        double share = Math.Log(ratio / a.Ratio) / Math.Log(b.Ratio / a.Ratio);
        double decibels = a.LogitSqnr + (share * (b.LogitSqnr - a.LogitSqnr));
        return double.IsFinite(decibels) ? Math.Pow(10, -decibels / 10) : 0;
    }

    /// <summary>Measures with some layers pruned, and restores them.</summary>
    private static double Pruning(IReadOnlyCollection<(Node Layer, double Ratio)> layers, Func<double> measure)
    {
        var originals = layers.Select(l => (l.Layer, Weights: (float[])l.Layer.Input(1).Constant!.Floats.Clone())).ToList();
        foreach ((Node layer, double ratio) in layers)
        {
            float[] weights = layer.Input(1).Constant!.Floats;
            bool[] pruned = Compression.Pruning.Of(weights, ratio);
            for (int i = 0; i < weights.Length; i++)
                weights[i] = pruned[i] ? 0 : weights[i];
        }

        double result = measure();
        foreach ((Node layer, float[] weights) in originals)
            weights.CopyTo(layer.Input(1).Constant!.Floats, 0);
        return result;
    }

    private SignalToNoise Noise(Dictionary<int, float[]> reference, int[] indices)
    {
        var noise = new SignalToNoise();
        foreach ((int index, float[] logits) in Logits(indices))
            noise.Add(reference[index], logits);
        return noise;
    }

    /// <summary>
    /// Changed answers in points, expected or counted, whichever are more. Expected: noise as large as measured in an image's logits, were
    /// it random, would exchange its first two classes with probability Q(margin / (√2·σ)); steady where few answers change. Counted where
    /// <see cref="Countable"/> did: strong noise is not random, it leads many images to the same classes.
    /// </summary>
    private double Drop(Dictionary<int, float[]> reference, int[] indices)
    {
        double sum = 0;
        int changed = 0;
        foreach ((int index, float[] logits) in Logits(indices))
        {
            float[] expected = reference[index];
            changed += Array.IndexOf(logits, logits.Max()) == Array.IndexOf(expected, expected.Max()) ? 0 : 1;
            double squares = 0, first = double.NegativeInfinity, second = double.NegativeInfinity;
            for (int i = 0; i < logits.Length; i++)
            {
                squares += Math.Pow(logits[i] - expected[i], 2);
                if (expected[i] > first)
                    (first, second) = (expected[i], first);
                else if (expected[i] > second)
                    second = expected[i];
            }

            double deviation = Math.Sqrt(2 * squares / logits.Length);
            sum += deviation > 0 ? Tail((first - second) / deviation) : 0;
        }

        return 100 * (changed >= Countable ? Math.Max(sum, changed) : sum) / indices.Length;
    }

    /// <summary>Q(x) = P(N(0, 1) > x) for x ≥ 0, to 7.5e-8 (Abramowitz and Stegun, 26.2.17).</summary>
    private static double Tail(double x)
    {
        double t = 1 / (1 + (0.2316419 * x));
        double polynomial = t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) * polynomial;
    }

    private Dictionary<int, float[]> Logits(IEnumerable<int> indices)
    {
        using var executor = new FloatExecutor(graph, threads);
        var input = Tensor.Zeros(graph.Inputs[0].Shape!);
        var logits = new Dictionary<int, float[]>();
        foreach (int index in indices)
        {
            images.Read(index, input.Floats);
            executor.Run(input, (value, data) =>
            {
                if (value == _logits)
                    logits[index] = [.. data.Floats];
            });
        }

        return logits;
    }
}
