using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Quantization;

/// <summary>
/// Cross-layer equalization: channels of activations are divided by scales that their producers' rows and their readers' columns
/// of weights take up, so that the float network computes the same while every channel uses more of the int8 range that it
/// shares. See <see cref="ChannelBalance"/> for the choice of scales and <see cref="ChannelClasses"/> for what can be scaled.
/// </summary>
public sealed class CrossLayerEqualization
{
    private readonly Dictionary<Node, (Value Weights, Value? Bias)> _plain = [], _equalized = [];

    private CrossLayerEqualization()
    {
    }

    /// <summary>Layers whose weights differ from the plain network's.</summary>
    public int Layers => _equalized.Count;

    /// <summary>Activations whose channels matter to the choice of scales.</summary>
    public static ChannelStatistics Statistics(ModelGraph graph) => new(new ChannelClasses(graph).Values);

    /// <summary>Chooses scales. The graph stays as it is until <see cref="Apply"/>.</summary>
    /// <param name="graph">After the pass pipeline, not equalized.</param>
    /// <param name="statistics">Channels of this graph's activations on calibration images.</param>
    public static CrossLayerEqualization Create(ModelGraph graph, ChannelStatistics statistics)
    {
        var classes = new ChannelClasses(graph);
        var scales = new Dictionary<int, float>();
        ILookup<Value, Node> readers = graph.AllConsumers();
        foreach (List<Value> component in Components(classes))
        {
            var balance = new ChannelBalance();
            component.ForEach(v => balance.AddValue(v, classes, statistics));
            foreach (Node node in component.SelectMany(v => readers[v].Where(n => ActivationStatistics.IsWeighted(n) && n.Input(0) == v)))
                balance.AddReader(node, classes, statistics);
            foreach ((int channelClass, float scale) in balance.Solve())
                scales[channelClass] = scale;
        }

        var equalization = new CrossLayerEqualization();
        foreach (Node node in graph.Nodes.Where(ActivationStatistics.IsWeighted))
            equalization.Rescale(node, Scales(node.Input(0)), Scales(node.Output));
        return equalization;

        float[] Scales(Value value) => value.Shape is not { Length: >= 2 } shape
            ? [1]
            : [.. Enumerable.Range(0, shape[^1]).Select(c => scales.GetValueOrDefault(classes.Of(value, c), 1))];
    }

    /// <summary>Gives the layers their equalized weights.</summary>
    public void Apply() => Set(_equalized);

    /// <summary>Gives the layers their plain weights back.</summary>
    public void Undo() => Set(_plain);

    private static void Set(Dictionary<Node, (Value Weights, Value? Bias)> constants)
    {
        foreach ((Node node, (Value weights, Value? bias)) in constants)
        {
            node.Inputs[1] = weights;
            if (bias is not null)
                node.Inputs[2] = bias;
        }
    }

    /// <summary>Values that share classes of channels, in graph order.</summary>
    private static IEnumerable<List<Value>> Components(ChannelClasses classes)
    {
        var components = new List<(HashSet<int> Classes, List<Value> Values)>();
        foreach (Value value in classes.Values)
        {
            HashSet<int> own = [.. Enumerable.Range(0, value.Shape![^1]).Select(c => classes.Of(value, c))];
            List<Value> values = [value];
            foreach ((HashSet<int> Classes, List<Value> Values) met in components.Where(c => c.Classes.Overlaps(own)).ToList())
            {
                components.Remove(met);
                own.UnionWith(met.Classes);
                values.InsertRange(0, met.Values);
            }

            components.Add((own, values));
        }

        return components.Select(c => c.Values);
    }

    private void Rescale(Node node, float[] input, float[] output)
    {
        if (input.All(s => s == 1) && output.All(s => s == 1))
            return;
        Value weights = node.Input(1);
        Value? bias = node.InputOrNull(2);
        Tensor plain = weights.Constant!;
        int outputs = plain.Shape[0], perGroup = plain.Shape[1], taps = plain.Count / (outputs * perGroup);
        int outputsPerGroup = outputs / node.Attributes.Int("group", 1);
        float[] scaled = new float[plain.Count];
        for (int i = 0; i < scaled.Length; i++)
        {
            int o = i / taps / perGroup, channel = (o / outputsPerGroup * perGroup) + (i / taps % perGroup);
            scaled[i] = plain.Floats[i] * input[channel] / output[o];
        }

        _plain[node] = (weights, bias);
        _equalized[node] = (
            Constant(weights, new Tensor(plain.Shape, scaled)),
            bias?.Constant is { } b ? Constant(bias, new Tensor(b.Shape, [.. b.Floats.Select((v, o) => v / output[o])])) : null);
    }

    private static Value Constant(Value plain, Tensor data) =>
        new(plain.Name) { Constant = data, Shape = data.Shape, Type = data.Type };
}
