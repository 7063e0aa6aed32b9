using System.Collections.Concurrent;
using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Quantization;

/// <summary>Everything that is chosen about a network before its statistics make it int8.</summary>
/// <param name="Technique">For the network as a whole.</param>
internal sealed record QuantizationChoices(Technique Technique)
{
    /// <summary>Range estimators of activations that don't follow the technique's.</summary>
    public IReadOnlyDictionary<Value, string> Methods { get; init; } = new Dictionary<Value, string>();

    /// <summary>Codes of layers whose rounding was learned.</summary>
    public IReadOnlyDictionary<Node, QuantizedWeights> Learned { get; init; } = new Dictionary<Node, QuantizedWeights>();
}

/// <summary>Makes the int8 network that choices and statistics lead to; chooses nothing itself.</summary>
internal sealed class NetworkQuantizer(ModelGraph graph, PackageDescription description, QuantizationOptions options)
{
    /// <summary>Bytes that layers rounded at the same time may take, unless a single one takes more.</summary>
    private const long RoundingBytes = 1L << 30;

    private static readonly RangeEstimator WholeRange = new MinMaxEstimator();

    private readonly HashSet<Value> _decisive = Decisive(graph);

    /// <summary>Quantizes the graph as it is, from these statistics alone.</summary>
    public QuantizedNetwork Quantize(QuantizationChoices choices, ActivationStatistics statistics)
    {
        Technique technique = choices.Technique;
        QuantizationPlan plan = QuantizationPlan.Create(
            graph, value => RangeOf(value, RangeEstimator.Named(choices.Methods.GetValueOrDefault(value, technique.Method)), statistics));
        var weights = new Dictionary<Node, QuantizedWeights>();
        if (technique.Compensated)
        {
            KeyValuePair<Node, PatchMoments>[] layers = [.. statistics.Moments.Where(m => !choices.Learned.ContainsKey(m.Key))];
            foreach ((Node node, QuantizedWeights rounded) in Compensated(layers, plan))
                weights[node] = rounded;
        }

        foreach (Node node in options.Shaping is null ? [] : statistics.InputMeans.Keys.Where(n => !weights.ContainsKey(n)).ToArray())
            weights[node] = options.Shaping!.Round(node, null, plan[node.Input(0)].Scale);

        foreach ((Node node, QuantizedWeights learned) in choices.Learned)
            weights[node] = learned;

        // Every bias makes up for what rounding the weights does to the layer's mean output.
        Dictionary<Node, float[]> corrections = technique.Corrected
            ? statistics.InputMeans.ToDictionary(
                m => m.Key,
                m => BiasCorrection.Of(m.Key, m.Value.Means(), weights.GetValueOrDefault(m.Key) ?? WeightQuantizer.PerChannel(m.Key, plan[m.Key.Input(0)].Scale)))
            : [];
        return new QuantizedNetwork(Lowering.Lower(graph, plan, corrections, weights), plan, technique, corrections, weights, []);
    }

    /// <summary>Layers whose weights make up for each other's errors; they don't see each other.</summary>
    private IEnumerable<(Node Node, QuantizedWeights Weights)> Compensated(KeyValuePair<Node, PatchMoments>[] layers, QuantizationPlan plan)
    {
        // The longest first, one at a time: the last ones to end are short.
        Array.Sort(layers, (a, b) => b.Value.Length.CompareTo(a.Value.Length));
        var rounded = new QuantizedWeights[layers.Length];
        int threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
        long largest = layers.Length == 0 ? 1 : CompensatedRounding.WorkingBytes(layers[0].Value.Length);
        Parallel.ForEach(
            Partitioner.Create(Enumerable.Range(0, layers.Length), EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = (int)Math.Clamp(RoundingBytes / largest, 1, threads) },
            i =>
            {
                (Node node, PatchMoments moments) = layers[i];
                float scale = plan[node.Input(0)].Scale;
                rounded[i] = options.Shaping?.Round(node, moments, scale) ?? CompensatedRounding.Round(node, moments, scale);
            });
        return layers.Zip(rounded, (layer, weights) => (layer.Key, weights));
    }

    /// <summary>The same network with some layers in float32.</summary>
    public QuantizedNetwork WithFloat(QuantizedNetwork network, IEnumerable<Node> layers)
    {
        QuantizationPlan plan = network.Plan.WithFloat(FloatRegions.Join(graph, layers));
        return network with { Plan = plan, Lowered = Lowering.Lower(graph, plan, network.BiasCorrections, network.Weights) };
    }

    /// <summary>The same network with other corrections of its biases.</summary>
    public QuantizedNetwork WithBiases(QuantizedNetwork network, IReadOnlyDictionary<Node, float[]> corrections) => network with
    {
        BiasCorrections = corrections,
        Lowered = Lowering.Lower(graph, network.Plan, corrections, network.Weights),
    };

    /// <summary>
    /// The image's range follows from its preprocessing; logits, where they are rounded, and what is averaged to become them keep all that
    /// was seen (a saturated winner loses to the runner-up); all others follow the estimator.
    /// </summary>
    public ValueRange RangeOf(Value value, RangeEstimator estimator, ActivationStatistics statistics) =>
        value == graph.Inputs[0] ? PostTrainingQuantizer.InputRange(description.Preprocessing)
        : (_decisive.Contains(value) ? WholeRange : estimator).Estimate(statistics.HistogramOf(value));

    /// <summary>Whether a value's range is no estimator's business.</summary>
    public bool IsSettled(Value value) => value == graph.Inputs[0] || _decisive.Contains(value);

    /// <summary>The logits and what is only averaged or reshaped to become them.</summary>
    private static HashSet<Value> Decisive(ModelGraph graph)
    {
        var values = new HashSet<Value>();
        Value value = PostTrainingQuantizer.LogitsOf(graph);
        while (values.Add(value)
            && value.Producer is { OpType: OpTypes.Reshape or OpTypes.Transpose or OpTypes.GlobalAveragePool or OpTypes.AveragePool } node)
        {
            value = node.Input(0);
        }

        return values;
    }
}
