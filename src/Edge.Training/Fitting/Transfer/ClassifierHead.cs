using Edge.Quantizer;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;
using Edge.Quantizer.Passes;

namespace Edge.Training.Fitting.Transfer;

/// <summary>
/// The last layer with weights of a classifier: a fully connected layer, or a convolution with nothing but pooling, activation
/// and reshaping behind it. What it reads are the features that other classes can be told apart by.
/// </summary>
public sealed class ClassifierHead
{
    private static readonly int[] Ones = [1, 1];
    private static readonly int[] NoPads = [0, 0, 0, 0];

    private readonly ModelGraph _graph;
    private readonly Node _node;
    private readonly List<Node> _behind;

    private ClassifierHead(ModelGraph graph, Node node, List<Node> behind)
    {
        (_graph, _node, _behind) = (graph, node, behind);
    }

    /// <summary>[1, k], or [1, k, h, w] in front of a convolution.</summary>
    public Value Input => _node.Input(0);

    /// <summary>k: features of an image, after averaging over height and width.</summary>
    public int Features => Input.Shape![1];

    /// <summary>Classes that it told apart.</summary>
    public int Classes => _graph.Outputs[0].Shape![^1];

    /// <summary>For the user: which layer it is and what replacing it leaves out.</summary>
    public string Description
    {
        get
        {
            string kind = _node.OpType == OpTypes.Conv
                ? $"{string.Join('×', _node.Input(1).Shape![2..])} convolution"
                : "fully connected layer";
            Node? activation = _behind.Find(n => n.OpType is OpTypes.Relu or OpTypes.Clip);
            string without = activation is null ? "" : $", without the {activation.OpType} behind it";
            return $"'{_node.Name}' ({kind}, {Features} features, {Classes} outputs{without})";
        }
    }

    /// <param name="graph">A classifier as imported, with shapes.</param>
    /// <exception cref="UserException">The network does not end like a classifier.</exception>
    public static ClassifierHead Find(ModelGraph graph)
    {
        List<Node> behind = [];
        for (Value value = graph.Outputs[0]; value.Producer is { } node; value = node.Input(0))
        {
            switch (node.OpType)
            {
                case OpTypes.Gemm or OpTypes.MatMul when node.Input(1).IsConstant && IsMatrix(node):
                case OpTypes.Conv when node.Input(1).IsConstant && IsPooledLater(node, behind):
                    return new ClassifierHead(graph, node, behind);
                case OpTypes.Softmax or OpTypes.Sigmoid or OpTypes.Flatten or OpTypes.Reshape or OpTypes.Squeeze
                    or OpTypes.Unsqueeze or OpTypes.Identity or OpTypes.Dropout
                    or OpTypes.GlobalAveragePool or OpTypes.AveragePool or OpTypes.ReduceMean
                    or OpTypes.Relu or OpTypes.Clip or OpTypes.Transpose:
                case OpTypes.Add when node.Input(1).IsConstant:
                    behind.Add(node);
                    continue;
            }

            throw Unsupported(graph, $"{node} stands at its end");
        }

        throw Unsupported(graph, "no layer with weights leads to its output");
    }

    /// <summary>
    /// Puts a linear layer over new classes in the head's place, averaged over height and width and followed by softmax. Biases
    /// and weights are zero until <see cref="SetWeights"/>.
    /// </summary>
    /// <returns>The new layer.</returns>
    public ReplacedHead Replace(int classes)
    {
        Value input = Input;
        bool image = input.Shape!.Length == 4;
        string stem = _node.Name.Length > 0 ? _node.Name : "classifier";
        _graph.Outputs.Clear();
        _graph.Outputs.Add(input);
        _graph.RemoveDeadNodes();
        Value weights = _graph.NewConstant(
            stem + "_weights", Tensor.Zeros(image ? [classes, Features, 1, 1] : [classes, Features]));
        Value bias = _graph.NewConstant(stem + "_bias", Tensor.Zeros(classes));
        Value logits;
        if (image)
        {
            logits = Append(OpTypes.Conv, stem, [input, weights, bias], new Attributes()
                .Set("kernel_shape", Ones).Set("strides", Ones).Set("dilations", Ones).Set("pads", NoPads).Set("group", 1));
            if (input.Shape[2] * input.Shape[3] > 1)
                logits = Append(OpTypes.GlobalAveragePool, stem + "_pool", [logits]);
            logits = Append(OpTypes.Flatten, stem + "_flat", [logits], new Attributes().Set("axis", 1));
        }
        else
        {
            logits = Append(OpTypes.Gemm, stem, [input, weights, bias], new Attributes()
                .Set("alpha", 1f).Set("beta", 1f).Set("transA", 0).Set("transB", 1));
        }

        Value output = Append(OpTypes.Softmax, "output", [logits], new Attributes().Set("axis", 1));
        _graph.Outputs[0] = output;
        _graph.Check();
        return new ReplacedHead(weights, bias);
    }

    /// <summary>Cuts the head off: the graph ends in the features [1, k], averaged over height and width.</summary>
    public void CutOff()
    {
        Value features = Input;
        _graph.Outputs.Clear();
        _graph.Outputs.Add(features);
        _graph.RemoveDeadNodes();
        if (features.Shape!.Length == 4)
        {
            features = Append(OpTypes.GlobalAveragePool, "features_pool", [features]);
            features = Append(OpTypes.Flatten, "features", [features], new Attributes().Set("axis", 1));
        }

        _graph.Outputs[0] = features;
        _graph.Check();
    }

    private Value Append(string opType, string name, Value[] inputs, Attributes? attributes = null)
    {
        var output = new Value(_graph.UniqueName(name));
        var node = new Node(output.Name, opType, inputs, [output], attributes);
        _graph.Add(node);
        Shapes.Apply(node);
        return output;
    }

    private static bool IsMatrix(Node node) =>
        node.Input(0).Shape is [1, _] && node.Attributes.Int("transA", 0) == 0;

    /// <summary>
    /// A new 1×1 convolution can stand for it: every place of its input counts alike in the mean over the image.
    /// </summary>
    private static bool IsPooledLater(Node node, List<Node> behind) =>
        node.Input(0).Shape is [1, _, var h, var w]
        && node.Attributes.Int("group", 1) == 1
        && (h * w == 1
            || behind.Exists(n => n.OpType is OpTypes.GlobalAveragePool or OpTypes.AveragePool or OpTypes.ReduceMean
                && n.Output.Shape is { } s && Tensor.Volume(s) == s[1]));

    private static UserException Unsupported(ModelGraph graph, string why) => new(
        $"{graph.Name}: {why}; finetune replaces a fully connected layer or a convolution with only "
        + "pooling, activation and softmax behind it");
}

/// <summary>The linear layer that <see cref="ClassifierHead.Replace"/> put in.</summary>
/// <param name="Weights">[classes, k] or [classes, k, 1, 1].</param>
/// <param name="Bias">[classes].</param>
public sealed record ReplacedHead(Value Weights, Value Bias)
{
    /// <summary>Writes what was trained into the graph's constants.</summary>
    public void SetWeights(LinearClassifier classifier)
    {
        classifier.Weights.CopyTo(Weights.Constant!.Floats, 0);
        classifier.Bias.CopyTo(Bias.Constant!.Floats, 0);
    }
}
