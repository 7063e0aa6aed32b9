using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Calibration;

/// <summary>
/// What calibration keeps of the float network, one image at a time: the distribution of every activation, and of every layer
/// with weights the mean inputs and, where asked for, their second moments.
/// </summary>
public sealed class ActivationStatistics
{
    private readonly Dictionary<Value, Histogram> _histograms = [];
    private readonly Dictionary<Node, TapMeans> _inputMeans = [];
    private readonly Dictionary<Node, PatchMoments> _moments = [];
    private readonly ILookup<Value, Node> _weighted;

    /// <param name="graph">After the pass pipeline.</param>
    /// <param name="moments">Whether to keep <see cref="Moments"/>.</param>
    /// <param name="threads">Threads that share an image; 0 takes one per core. What is kept does not depend on it.</param>
    public ActivationStatistics(ModelGraph graph, bool moments = false, int threads = 0)
    {
        foreach (Value value in graph.Inputs.Concat(graph.Nodes.SelectMany(n => n.Outputs)).Where(v => v.Type == DataType.Float32 && !v.IsConstant))
            _histograms[value] = new Histogram(threads);
        foreach (Node node in graph.Nodes.Where(IsWeighted))
        {
            _inputMeans[node] = new TapMeans(node);
            if (moments && PatchMoments.Covers(node))
                _moments[node] = new PatchMoments(node, threads);
        }

        _weighted = _inputMeans.Keys.ToLookup(n => n.Input(0));
    }

    /// <summary>Layers whose bias can be corrected.</summary>
    public IReadOnlyDictionary<Node, TapMeans> InputMeans => _inputMeans;

    /// <summary>Layers of whose inputs enough was seen to weigh rounding errors against each other.</summary>
    public IEnumerable<KeyValuePair<Node, PatchMoments>> Moments => _moments.Where(m => m.Value.Samples >= m.Value.Length);

    public Histogram HistogramOf(Value value) => _histograms[value];

    /// <summary>Adds one tensor of one image.</summary>
    public void Observe(Value value, Tensor tensor)
    {
        if (!_histograms.TryGetValue(value, out Histogram? histogram))
            return;
        histogram.Add(tensor.Floats);
        foreach (Node node in _weighted[value])
        {
            _inputMeans[node].Add(tensor.Floats);
            if (_moments.TryGetValue(node, out PatchMoments? moments))
                moments.Add(tensor.Floats);
        }
    }

    /// <summary>Convolutions and fully connected layers with constant weights.</summary>
    public static bool IsWeighted(Node node) =>
        (node.OpType == OpTypes.Conv && node.Input(1).IsConstant && node.Input(0).Shape is { Length: 4 })
        || Int8Forms.IsFullyConnected(node);
}
