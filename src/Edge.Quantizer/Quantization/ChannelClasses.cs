using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Quantization;

/// <summary>
/// Channels that must be scaled alike so that the network computes the same: what concat, pools, shuffles, slices, additions and
/// rectifiers connect is one class, however many tensors it runs through. A class is free when only rows of weights produce it and
/// only columns of weights read it; a bound other than 0 (ReLU6), any other operator, an input or output of the graph pins it.
/// </summary>
public sealed class ChannelClasses
{
    private readonly Dictionary<Value, int> _first = [];
    private readonly List<int> _parent = [];
    private readonly HashSet<int> _pinned = [];

    /// <param name="graph">After the pass pipeline: images NHWC.</param>
    public ChannelClasses(ModelGraph graph)
    {
        foreach (Value value in graph.Inputs.Concat(graph.Nodes.SelectMany(n => n.Outputs)).Where(IsActivation))
        {
            _first[value] = _parent.Count;
            _parent.AddRange(Enumerable.Range(_parent.Count, value.Shape![^1]));
        }

        foreach (Node node in graph.Nodes)
        {
            if (!IsScaled(node) && !Connect(node))
                node.Inputs.OfType<Value>().Concat(node.Outputs).ToList().ForEach(Pin);
            else if (!IsHomogeneous(node))
                node.Outputs.ForEach(Pin);
        }

        graph.Inputs.Concat(graph.Outputs).ToList().ForEach(Pin);
        foreach (int member in _pinned.ToArray())
            _pinned.Add(Root(member));
    }

    /// <summary>Activations whose last axis is the channel.</summary>
    public IEnumerable<Value> Values => _first.Keys;

    /// <summary>Class of a channel: an opaque number, equal for channels of one class.</summary>
    public int Of(Value value, int channel) => Root(_first[value] + channel);

    /// <summary>Whether channels of this class must stay as they are.</summary>
    public bool IsPinned(int channelClass) => _pinned.Contains(channelClass);

    private static bool IsActivation(Value value) =>
        value is { IsConstant: false, Type: DataType.Float32, Shape: { Length: >= 2 } shape } && shape[^1] > 0;

    /// <summary>Layers whose weights take up the scales of their channels.</summary>
    private static bool IsScaled(Node node) => ActivationStatistics.IsWeighted(node)
        && node.InputOrNull(2) is null or { IsConstant: true }
        && IsActivation(node.Input(0)) && IsActivation(node.Output) && (node.OpType != OpTypes.Conv || IsNhwc(node));

    /// <summary>Whether f(s·x) = s·f(x) for s &gt; 0 holds for the node's activation.</summary>
    private static bool IsHomogeneous(Node node) =>
        node.Attributes.Float(OpTypes.FusedLow, float.NegativeInfinity) is 0 or float.NegativeInfinity
        && node.Attributes.Float(OpTypes.FusedHigh, float.PositiveInfinity) is float.PositiveInfinity;

    private static bool IsNhwc(Node node) => node.Attributes.Text(OpTypes.Layout, "") == "NHWC";

    /// <summary>Joins the channels that a node carries from its inputs to its outputs; false when it mixes or bends them.</summary>
    private bool Connect(Node node)
    {
        if (!node.Outputs.TrueForAll(IsActivation) || !IsActivation(node.Input(0)))
            return false;
        Value x = node.Input(0), y = node.Output;
        int channels = x.Shape![^1], last = x.Shape.Length - 1;
        switch (node.OpType)
        {
            case OpTypes.Identity or OpTypes.Dropout or OpTypes.Relu or OpTypes.LeakyRelu:
            case OpTypes.MaxPool or OpTypes.AveragePool or OpTypes.GlobalMaxPool or OpTypes.GlobalAveragePool or OpTypes.Resize when IsNhwc(node):
            case OpTypes.Reshape or OpTypes.Flatten or OpTypes.Squeeze or OpTypes.Unsqueeze when y.Shape![^1] == channels:
            case OpTypes.ReduceMean when node.Attributes.Ints("axes") is { } axes && !axes.Contains(last) && y.Shape![^1] == channels:
            case OpTypes.Pad when y.Shape![^1] == channels && node.Attributes.Float("value", 0) == 0:
            case OpTypes.Clip when node.Attributes.Float("min", float.NegativeInfinity) is 0 or float.NegativeInfinity && !node.Attributes.Has("max"):
                return Join(y, channels, c => (x, c));
            case OpTypes.Add when node.Inputs.TrueForAll(v => v is not null && IsActivation(v) && v.Shape!.SequenceEqual(y.Shape!)):
                return node.Inputs.TrueForAll(v => Join(y, channels, c => (v!, c)));
            case OpTypes.ChannelShuffle when IsNhwc(node):
                int groups = node.Attributes.Int("group", 1), perGroup = channels / groups;
                return Join(y, channels, c => (x, (c % groups * perGroup) + (c / groups)));
            case OpTypes.Slice when node.Attributes.Ints("starts") is { } starts && node.Attributes.Ints("steps") is { } steps:
                return Join(y, y.Shape![^1], c => (x, starts[last] + (c * steps[last])));
            case OpTypes.Concat when node.Inputs.TrueForAll(v => v is not null && IsActivation(v)):
                return Lay(node.Inputs.OfType<Value>(), y, node.Attributes.Int("axis", 0) == last);
            case OpTypes.Split:
                return Lay(node.Outputs, x, node.Attributes.Int("axis", 0) == last);
            default:
                return false;
        }
    }

    /// <summary>Joins parts with the whole that they make up, one behind the other or side by side along another axis.</summary>
    private bool Lay(IEnumerable<Value> parts, Value whole, bool alongChannels)
    {
        int offset = 0;
        foreach (Value part in parts)
        {
            int begin = offset;
            Join(part, part.Shape![^1], c => (whole, begin + c));
            offset += alongChannels ? part.Shape![^1] : 0;
        }

        return true;
    }

    private bool Join(Value value, int channels, Func<int, (Value Value, int Channel)> other)
    {
        for (int c = 0; c < channels; c++)
        {
            (Value source, int channel) = other(c);
            _parent[Root(_first[value] + c)] = Root(_first[source] + channel);
        }

        return true;
    }

    private void Pin(Value value)
    {
        if (_first.TryGetValue(value, out int first))
            _pinned.UnionWith(Enumerable.Range(first, value.Shape![^1]));
    }

    private int Root(int member)
    {
        while (_parent[member] != member)
            member = _parent[member] = _parent[_parent[member]];
        return member;
    }
}
