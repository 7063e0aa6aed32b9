using Edge.Quantizer.Graph.ShapeInference;

namespace Edge.Quantizer.Graph;

/// <summary>
/// The scores that a classifier ends in: what a last matrix-vector product or average computes, at most moved and put through a softmax
/// before the network gives it away. The int8 network gives them in float32 as its exact sums say: on 256 levels the best two classes
/// may tie, and images unlike those of the calibration could leave the range.
/// </summary>
/// <param name="Sums">The nodes that compute such scores.</param>
/// <param name="Readers">Those behind them up to the outputs, which work in float32 then.</param>
public sealed record Logits(IReadOnlySet<Node> Sums, IReadOnlySet<Node> Readers)
{
    /// <summary>None: all scores are requantized.</summary>
    public static Logits None { get; } = new(new HashSet<Node>(), new HashSet<Node>());

    /// <summary>Finds them.</summary>
    /// <param name="graph">Of one image, NCHW or NHWC.</param>
    public static Logits Of(ModelGraph graph)
    {
        ILookup<Value, Node> consumers = graph.AllConsumers();
        List<(Node Sum, List<Node> Readers)> ends = [.. graph.Outputs.Select(Trace).Where(e => e is { Sum: not null }).Select(e => (e.Sum!, e.Readers))];

        // What anything else reads has to be int8.
        for (bool dropped = true; dropped;)
        {
            HashSet<Node> readers = [.. ends.SelectMany(e => e.Readers)];
            dropped = ends.RemoveAll(e => !e.Readers.Append(e.Sum).All(n => consumers[n.Output].All(readers.Contains))) > 0;
        }

        return new Logits(ends.Select(e => e.Sum).ToHashSet(), ends.SelectMany(e => e.Readers).ToHashSet());
    }

    /// <summary>The way back from an output to the node that computes scores; null where there is none.</summary>
    private static (Node? Sum, List<Node> Readers) Trace(Value output)
    {
        var readers = new List<Node>();
        Value value = output;
        while (value.Producer is { } node && (node.OpType == OpTypes.Softmax || Moves(node)))
        {
            readers.Add(node);
            value = node.Input(0);
        }

        return (value.Producer is { } source && GivesSums(source) ? source : null, readers);
    }

    /// <summary>
    /// Whether a convolution is the matrix-vector product of its whole input: one output pixel, whose window is the image.
    /// </summary>
    public static bool IsVectorProduct(Node convolution) =>
        convolution.Input(1).Constant is { Shape: [var outputs, ..] } weights
        && Volume(convolution.Output) == outputs && (long)Volume(convolution.Input(0)) * outputs == weights.Count
        && convolution.Attributes.Int("group", 1) == 1 && WindowAttributes.From(convolution) is var window
        && window.PadsBegin.All(p => p == 0) && window.PadsEnd.All(p => p == 0);

    private static bool GivesSums(Node node) => !IsClamped(node) && Int8Forms.FloatReason(node) is null && node.OpType switch
    {
        OpTypes.Conv => IsVectorProduct(node),
        OpTypes.Gemm or OpTypes.AveragePool or OpTypes.GlobalAveragePool => true,
        _ => false,
    };

    private static bool Moves(Node node) =>
        node.OpType is OpTypes.Reshape or OpTypes.Flatten or OpTypes.Squeeze or OpTypes.Unsqueeze or OpTypes.Transpose or OpTypes.Identity or OpTypes.Dropout;

    private static bool IsClamped(Node node) => node.Attributes.Has(OpTypes.FusedLow) || node.Attributes.Has(OpTypes.FusedHigh);

    private static int Volume(Value value) => Tensor.Volume(value.Shape!);
}
