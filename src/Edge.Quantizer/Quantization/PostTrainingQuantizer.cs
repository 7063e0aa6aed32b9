using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Reference;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Quantization;

/// <param name="Lowered">Operators and constants.</param>
/// <param name="Technique">How it was quantized.</param>
/// <param name="BiasCorrections">What was added to each layer's bias, per output channel, real values.</param>
/// <param name="Weights">Codes of the layers whose weights were not simply rounded to the nearest.</param>
/// <param name="Scores">Every technique tried, best first; one entry when there was no choice.</param>
public sealed record QuantizedNetwork(
    LoweredModel Lowered,
    QuantizationPlan Plan,
    Technique Technique,
    IReadOnlyDictionary<Node, float[]> BiasCorrections,
    IReadOnlyDictionary<Node, QuantizedWeights> Weights,
    IReadOnlyList<TechniqueScore> Scores);

/// <summary>Progress of long work: a phase, and how far it is.</summary>
public delegate void QuantizationProgress(string phase, int done, int total);

/// <summary>
/// Post-training quantization: runs the float network over the calibration set, equalizes channels, chooses ranges, rounds weights
/// and corrects biases. What is left to choose is fitted on every second image and judged on the others. Looks at calibration data
/// only.
/// </summary>
public sealed class PostTrainingQuantizer(ModelGraph graph, ICalibrationSet images, PackageDescription description, QuantizationOptions options)
{
    /// <summary>Images that judge a technique: their logits are kept.</summary>
    private const int MaxJudged = 128;

    private static readonly RangeEstimator WholeRange = new MinMaxEstimator();

    private readonly HashSet<Value> _decisive = Decisive(graph);
    private readonly LogitJudge _judge = new(graph, images, description, options.Threads);
    private QuantizationProgress? _progress;
    private int _observed, _toObserve;

    /// <summary>
    /// Quantizes the network. Where equalization was chosen the graph has equalized weights afterwards: it computes the same
    /// result, and is what the int8 network is to be compared with layer by layer.
    /// </summary>
    /// <exception cref="UserException">No calibration images, or a network that the runtime can't execute.</exception>
    public QuantizedNetwork Run(QuantizationProgress? progress = null)
    {
        if (images.Count == 0)
            throw new UserException("there are no calibration images; give a folder with some dozen typical photographs");
        string[] methods = options.Method == "auto" ? [.. RangeEstimator.All.Select(e => e.Name)] : [RangeEstimator.Named(options.Method).Name];

        // Every second image fits, the others judge. A single image has to do both.
        int[] fit = [.. Indices(0)], rest = [.. Indices(1)];
        int[] judging = rest.Length > 0 ? rest[..Math.Min(rest.Length, MaxJudged)] : fit;
        bool equalize = options.Equalization != Choice.Off;
        (_progress, _observed, _toObserve) = (progress, 0, judging.Length + (fit.Length * (equalize ? 2 : 1)) + rest.Length);
        _judge.Prepare(judging, Observed);

        var plain = new ActivationStatistics(graph, Rounds);
        ChannelStatistics? channels = equalize ? CrossLayerEqualization.Statistics(graph) : null;
        Observe(fit, plain, channels);
        CrossLayerEqualization? equalization = channels is null ? null : CrossLayerEqualization.Create(graph, channels);
        bool canEqualize = equalization is { Layers: > 0 };
        var scores = new List<TechniqueScore>();
        if (!canEqualize || options.Equalization == Choice.Auto)
            Try(methods, plain, equalized: false, alone: !canEqualize, scores);

        ActivationStatistics? equalized = null;
        if (canEqualize)
        {
            equalization!.Apply();
            equalized = new ActivationStatistics(graph, Rounds);
            Observe(fit, equalized, null);
            Try(methods, equalized, equalized: true, alone: options.Equalization == Choice.On, scores);
        }

        scores.Sort((a, b) => b.LogitSqnr.CompareTo(a.LogitSqnr));
        Technique best = scores[0].Technique;
        if (canEqualize && !best.Equalized)
            equalization!.Undo();
        ActivationStatistics statistics = best.Equalized ? equalized! : plain;
        Observe(rest, statistics, null);
        QuantizedNetwork result = Quantize(best, statistics);
        if (double.IsNaN(scores[0].LogitSqnr))
            scores[0] = new TechniqueScore(best, _judge.LogitSqnr(result.Lowered));
        return result with { Scores = scores };
    }

    /// <summary>
    /// The values whose noise decides the answer: the input of the final softmax, or the first output where there is none.
    /// </summary>
    public static Value LogitsOf(ModelGraph graph)
    {
        Value value = graph.Outputs[0];
        for (Value v = value; v.Producer is { } node; v = node.Input(0))
        {
            if (node.OpType == OpTypes.Softmax)
                return node.Input(0);
            if (node.OpType is not (OpTypes.Reshape or OpTypes.Transpose))
                break;
        }

        return value;
    }

    /// <summary>What pixels from 0 to 255 become.</summary>
    public static ValueRange InputRange(InputPreprocessing p)
    {
        float low = float.PositiveInfinity, high = float.NegativeInfinity;
        for (int c = 0; c < p.Channels; c++)
        {
            float black = (0 - p.Mean[c]) * p.Scale[c], white = (255 - p.Mean[c]) * p.Scale[c];
            (low, high) = (MathF.Min(low, MathF.Min(black, white)), MathF.Max(high, MathF.Max(black, white)));
        }

        return new ValueRange(low, high);
    }

    private bool Rounds => options.CompensatedRounding != Choice.Off;

    private IEnumerable<int> Indices(int parity)
    {
        for (int i = parity; i < images.Count; i += 2)
            yield return i;
    }

    private void Observed() => _progress?.Invoke("running the float network", ++_observed, _toObserve);

    private void Observe(int[] indices, ActivationStatistics statistics, ChannelStatistics? channels)
    {
        using var reference = new FloatExecutor(graph, options.Threads);
        var input = Tensor.Zeros(graph.Inputs[0].Shape!);
        foreach (int index in indices)
        {
            images.Read(index, input.Floats);
            Keep(graph.Inputs[0], input);
            reference.Run(input, Keep);
            Observed();
        }

        void Keep(Value value, Tensor data)
        {
            statistics.Observe(value, data);
            channels?.Observe(value, data);
        }
    }

    /// <summary>
    /// Judges every method, and the best one also with weights rounded to the nearest. A score is NaN where there is nothing to
    /// choose.
    /// </summary>
    /// <param name="alone">Whether no other form of the network competes.</param>
    private void Try(string[] methods, ActivationStatistics statistics, bool equalized, bool alone, List<TechniqueScore> scores)
    {
        if (alone && methods.Length == 1 && options.CompensatedRounding != Choice.Auto)
        {
            scores.Add(new TechniqueScore(new Technique(methods[0], equalized, Rounds), double.NaN));
            return;
        }

        int first = scores.Count;
        foreach (string method in methods)
            Score(new Technique(method, equalized, Rounds));
        if (options.CompensatedRounding == Choice.Auto)
            Score(scores.Skip(first).MaxBy(s => s.LogitSqnr)!.Technique with { Compensated = false });

        void Score(Technique technique)
        {
            _progress?.Invoke($"judging {technique}", scores.Count - first, methods.Length + 1);
            scores.Add(new TechniqueScore(technique, _judge.LogitSqnr(Quantize(technique, statistics).Lowered)));
        }
    }

    /// <summary>Quantizes the graph as it is, from these statistics alone.</summary>
    private QuantizedNetwork Quantize(Technique technique, ActivationStatistics statistics)
    {
        QuantizationPlan plan = PlanOf(RangeEstimator.Named(technique.Method), statistics);
        var weights = new Dictionary<Node, QuantizedWeights>();
        if (technique.Compensated)
        {
            foreach ((Node node, PatchMoments moments) in statistics.Moments)
            {
                float scale = plan[node.Input(0)].Scale;
                weights[node] = options.Shaping?.Round(node, moments, scale) ?? CompensatedRounding.Round(node, moments, scale);
            }
        }

        foreach (Node node in options.Shaping is null ? [] : statistics.InputMeans.Keys.Where(n => !weights.ContainsKey(n)).ToArray())
            weights[node] = options.Shaping!.Round(node, null, plan[node.Input(0)].Scale);

        // Every bias makes up for what rounding the weights does to the layer's mean output.
        Dictionary<Node, float[]> corrections = options.BiasCorrection
            ? statistics.InputMeans.ToDictionary(
                m => m.Key,
                m => BiasCorrection.Of(m.Key, m.Value.Means(), weights.GetValueOrDefault(m.Key) ?? WeightQuantizer.PerChannel(m.Key, plan[m.Key.Input(0)].Scale)))
            : [];
        return new QuantizedNetwork(Lowering.Lower(graph, plan, corrections, weights), plan, technique, corrections, weights, []);
    }

    /// <summary>
    /// The image's range follows from its preprocessing, the logits keep all that was seen (a saturated winner loses to the runner-up),
    /// all others follow the estimator.
    /// </summary>
    private QuantizationPlan PlanOf(RangeEstimator estimator, ActivationStatistics statistics) => QuantizationPlan.Create(graph, value =>
        value == graph.Inputs[0] ? InputRange(description.Preprocessing)
        : (_decisive.Contains(value) ? WholeRange : estimator).Estimate(statistics.HistogramOf(value)));

    /// <summary>The logits and what is only averaged or reshaped to become them.</summary>
    private static HashSet<Value> Decisive(ModelGraph graph)
    {
        var values = new HashSet<Value>();
        Value value = LogitsOf(graph);
        while (values.Add(value)
            && value.Producer is { OpType: OpTypes.Reshape or OpTypes.Transpose or OpTypes.GlobalAveragePool or OpTypes.AveragePool } node)
        {
            value = node.Input(0);
        }

        return values;
    }
}
