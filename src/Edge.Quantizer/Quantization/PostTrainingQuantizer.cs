using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Reference;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Quantization;

/// <summary>How to quantize.</summary>
public sealed record QuantizationOptions
{
    /// <summary>A name of <see cref="RangeEstimator.All"/>, or "auto": the one whose logits are closest to float on images it has not seen.</summary>
    public string Method { get; init; } = "auto";

    public bool BiasCorrection { get; init; } = true;

    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>The score of one calibration method: fitted on one half of the images, judged on the other.</summary>
/// <param name="LogitSqnr">Signal to quantization noise ratio of the logits on the judging half, dB.</param>
public sealed record MethodScore(string Method, double LogitSqnr);

/// <param name="Lowered">Operators and constants.</param>
/// <param name="Method">Calibration method used.</param>
/// <param name="BiasCorrections">What was added to each layer's bias, per output channel, real values.</param>
/// <param name="Scores">Every method tried, best first; one entry when the method was given.</param>
public sealed record QuantizedNetwork(
    LoweredModel Lowered,
    QuantizationPlan Plan,
    string Method,
    IReadOnlyDictionary<Node, float[]> BiasCorrections,
    IReadOnlyList<MethodScore> Scores);

/// <summary>Progress of long work: a phase, and how far it is.</summary>
public delegate void QuantizationProgress(string phase, int done, int total);

/// <summary>
/// Post-training quantization: runs the float network over the calibration set once, chooses ranges and corrects biases. Looks at
/// calibration data only.
/// </summary>
public sealed class PostTrainingQuantizer(ModelGraph graph, ICalibrationSet images, PackageDescription description, QuantizationOptions options)
{
    /// <summary>Images that judge a method: their logits are kept.</summary>
    private const int MaxJudged = 128;

    private static readonly RangeEstimator WholeRange = new MinMaxEstimator();


    private readonly Value _logits = LogitsOf(graph);
    private readonly HashSet<Value> _decisive = Decisive(graph);
    private readonly ActivationStatistics _statistics = new(graph);

    /// <summary>Quantizes the network.</summary>
    /// <exception cref="UserException">No calibration images, or a network that the runtime can't execute.</exception>
    public QuantizedNetwork Run(QuantizationProgress? progress = null)
    {
        if (images.Count == 0)
            throw new UserException("there are no calibration images; give a folder with some dozen typical photographs");
        IReadOnlyList<RangeEstimator> candidates = options.Method == "auto" ? RangeEstimator.All : [RangeEstimator.Named(options.Method)];
        bool judge = candidates.Count > 1;

        // Every second image fits, the others judge. A single image has to do both.
        int[] fit = [.. Indices(0)], rest = [.. Indices(1)];
        int[] judging = rest.Length > 0 ? rest[..Math.Min(rest.Length, MaxJudged)] : fit;
        var referenceLogits = new Dictionary<int, float[]>();
        using var reference = new FloatExecutor(graph, options.Threads);
        int done = 0;
        Observe(fit);
        var plans = candidates.Select(e => (Estimator: e, Plan: PlanOf(e))).ToList();
        Dictionary<Node, double[]> fitMeans = FloatMeans();
        Observe(rest);

        var scores = new List<MethodScore>();
        foreach ((RangeEstimator estimator, QuantizationPlan plan) in judge ? plans : [])
        {
            progress?.Invoke($"judging {estimator.Name}", scores.Count, plans.Count);
            LoweredModel lowered = Correct(plan, fitMeans).Model;
            scores.Add(new MethodScore(estimator.Name, LogitSqnr(lowered, judging, referenceLogits)));
        }

        scores.Sort((a, b) => b.LogitSqnr.CompareTo(a.LogitSqnr));
        RangeEstimator best = judge ? RangeEstimator.Named(scores[0].Method) : candidates[0];
        QuantizationPlan final = PlanOf(best);
        (LoweredModel result, Dictionary<Node, float[]> corrections) = Correct(final, FloatMeans());
        if (!judge)
            scores.Add(new MethodScore(best.Name, LogitSqnr(result, judging, referenceLogits)));
        return new QuantizedNetwork(result, final, best.Name, corrections, scores);

        void Observe(int[] indices)
        {
            float[] input = new float[Tensor.Volume(graph.Inputs[0].Shape!)];
            foreach (int index in indices)
            {
                images.Read(index, input);
                var tensor = new Tensor(graph.Inputs[0].Shape!, input);
                _statistics.Observe(graph.Inputs[0], tensor);
                reference.Run(tensor, (value, data) =>
                {
                    _statistics.Observe(value, data);
                    if (value == _logits && judging.Contains(index))
                        referenceLogits[index] = [.. data.Floats];
                });
                progress?.Invoke("running the float network", ++done, images.Count);
            }
        }
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

    private IEnumerable<int> Indices(int parity)
    {
        for (int i = parity; i < images.Count; i += 2)
            yield return i;
    }

    private Dictionary<Node, double[]> FloatMeans() => _statistics.InputMeans.ToDictionary(p => p.Key, p => p.Value.Means());

    /// <summary>
    /// The image's range follows from its preprocessing, the logits keep all that was seen (a saturated winner loses to the runner-up),
    /// all others follow the estimator.
    /// </summary>
    private QuantizationPlan PlanOf(RangeEstimator estimator) => QuantizationPlan.Create(graph, value =>
        value == graph.Inputs[0] ? InputRange(description.Preprocessing)
        : (_decisive.Contains(value) ? WholeRange : estimator).Estimate(_statistics.HistogramOf(value)));

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

    /// <summary>Lowers the graph with every bias corrected for what rounding the weights does to the layer's mean output.</summary>
    private (LoweredModel Model, Dictionary<Node, float[]> Corrections) Correct(QuantizationPlan plan, Dictionary<Node, double[]> means)
    {
        Dictionary<Node, float[]> corrections = options.BiasCorrection
            ? means.ToDictionary(m => m.Key, m => BiasCorrection.Of(m.Key, m.Value, plan[m.Key.Input(0)].Scale))
            : [];
        return (Lowering.Lower(graph, plan, corrections), corrections);
    }

    private double LogitSqnr(LoweredModel lowered, int[] indices, Dictionary<int, float[]> reference)
    {
        var noise = new SignalToNoise();
        using var network = new Int8Network(PackageAssembler.InMemory(lowered, description), options.Threads);
        QuantizationParameters input = new(network.InputDefinition.Scale, network.InputDefinition.ZeroPoint);
        int logits = lowered.Int8Tensors.TryGetValue(_logits, out int int8) ? int8 : lowered.Outputs[0];
        foreach (int index in indices)
        {
            images.Read(index, input, network.Input);
            network.Run((tensor, values) =>
            {
                if (tensor == logits)
                    noise.Add(reference[index], values);
            });
        }

        return noise.Decibels;
    }
}
