using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;

namespace Edge.Quantizer.Quantization;

/// <summary>
/// High-bias absorption (Nagel et al., "Data-free quantization through weight equalization and bias correction", ICCV 2019,
/// arXiv:1906.04721, section 4.1.3): where a rectified channel hardly ever falls below some a &gt; 0, a moves from its bias into the biases
/// of the layers that read it, max(0, x + b) = max(0, x + b − a) + a, and the int8 range that the channel shares gets smaller. Here
/// a = max(0, mean − 3·deviation), no more than the least value seen. Only where nothing changes on the calibration images: behind ReLU,
/// or ReLU6 where the channel was never clipped; and where every reader is a layer without padding, for padding stays 0.
/// </summary>
internal sealed class BiasAbsorption
{
    private const double Deviations = 3;

    private readonly Dictionary<Node, (Value? Plain, Value Absorbed)> _biases = [];

    /// <summary>Channels whose bias moves.</summary>
    public int Channels { get; private init; }

    /// <summary>The values some of whose bias could move.</summary>
    public static IEnumerable<Value> Candidates(ModelGraph graph)
    {
        ILookup<Value, Node> readers = graph.AllConsumers();
        return graph.Nodes.Where(n => ActivationStatistics.IsWeighted(n) && IsRectified(n) && n.InputOrNull(2) is { IsConstant: true })
            .Select(n => n.Output)
            .Where(v => !graph.Outputs.Contains(v) && readers[v].Any() && readers[v].All(r => IsUnpaddedReader(r, v)));
    }

    /// <summary>Chooses what moves. The graph stays as it is until <see cref="Apply"/>.</summary>
    /// <param name="graph">After the pass pipeline.</param>
    /// <param name="statistics">Of all <see cref="Candidates"/>.</param>
    public static BiasAbsorption Create(ModelGraph graph, ChannelStatistics statistics)
    {
        ILookup<Value, Node> readers = graph.AllConsumers();
        var biases = new Dictionary<Node, float[]>();
        int moved = 0;
        foreach (Value value in Candidates(graph))
        {
            float[] amounts = Amounts(value.Producer!, statistics.Of(value));
            if (amounts.All(a => a == 0))
                continue;
            moved += amounts.Count(a => a != 0);
            float[] own = BiasOf(value.Producer!);
            for (int c = 0; c < own.Length; c++)
                own[c] -= amounts[c];
            foreach (Node reader in readers[value])
                Add(reader, amounts, BiasOf(reader));
        }

        var absorption = new BiasAbsorption { Channels = moved };
        foreach ((Node node, float[] bias) in biases)
        {
            var absorbed = new Value(node.InputOrNull(2)?.Name ?? node.Name + "/bias")
            {
                Constant = new Tensor([bias.Length], bias),
                Shape = [bias.Length],
            };
            absorption._biases[node] = (node.InputOrNull(2), absorbed);
        }

        return absorption;

        float[] BiasOf(Node node)
        {
            if (!biases.TryGetValue(node, out float[]? bias))
                biases[node] = bias = node.InputOrNull(2)?.Constant is { } b ? [.. b.Floats] : new float[node.Input(1).Constant!.Shape[0]];
            return bias;
        }
    }

    /// <summary>Gives the layers their new biases.</summary>
    public void Apply()
    {
        foreach ((Node node, (_, Value absorbed)) in _biases)
            Set(node, absorbed);
    }

    /// <summary>Gives the layers their plain biases back.</summary>
    public void Undo()
    {
        foreach ((Node node, (Value? plain, _)) in _biases)
            Set(node, plain);
    }

    private static void Set(Node node, Value? bias)
    {
        if (node.Inputs.Count < 3)
            node.Inputs.Add(bias);
        else
            node.Inputs[2] = bias;
    }

    private static bool IsRectified(Node node) => node.Attributes.Float(OpTypes.FusedLow, float.NegativeInfinity) == 0;

    private static bool IsUnpaddedReader(Node node, Value value) =>
        ActivationStatistics.IsWeighted(node) && node.Input(0) == value && node.InputOrNull(2) is null or { IsConstant: true }
        && (node.OpType != OpTypes.Conv
            || (WindowAttributes.From(node) is var w && w.PadsBegin.All(p => p == 0) && w.PadsEnd.All(p => p == 0)));

    private static float[] Amounts(Node node, ReadOnlySpan<ChannelStatistics.Channel> channels)
    {
        float high = node.Attributes.Float(OpTypes.FusedHigh, float.PositiveInfinity);
        float[] amounts = new float[channels.Length];
        for (int c = 0; c < amounts.Length; c++)
        {
            double deviation = Math.Sqrt(Math.Max(0, channels[c].MeanSquare - (channels[c].Mean * channels[c].Mean)));
            double amount = Math.Min(channels[c].Mean - (Deviations * deviation), channels[c].Least);
            amounts[c] = channels[c].High < high ? (float)Math.Max(0, amount) : 0;
        }

        return amounts;
    }

    /// <summary>b[o] += Σ W[o, i, taps]·a[channel of i].</summary>
    private static void Add(Node reader, float[] amounts, float[] bias)
    {
        Tensor weights = reader.Input(1).Constant!;
        int outputs = weights.Shape[0], perGroup = weights.Shape[1], taps = weights.Count / (outputs * perGroup);
        int outputsPerGroup = outputs / reader.Attributes.Int("group", 1);
        for (int i = 0; i < weights.Count; i++)
        {
            int o = i / taps / perGroup, channel = (o / outputsPerGroup * perGroup) + (i / taps % perGroup);
            bias[o] += weights.Floats[i] * amounts[channel];
        }
    }
}
