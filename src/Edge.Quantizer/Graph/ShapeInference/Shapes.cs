namespace Edge.Quantizer.Graph.ShapeInference;

/// <summary>Static shapes of canonical nodes (see <see cref="OpTypes"/>), computed from the shapes of their inputs.</summary>
public static class Shapes
{
    /// <summary>Sets <see cref="Value.Shape"/> and <see cref="Value.Type"/> of every node's outputs, in graph order.</summary>
    /// <exception cref="InvalidDataException">Inputs do not fit an operator; names the node and the shapes.</exception>
    public static void Infer(ModelGraph graph)
    {
        foreach (Node node in graph.Nodes)
            Apply(node);
    }

    /// <summary>Sets shape and type of one node's outputs.</summary>
    /// <exception cref="InvalidDataException">Inputs do not fit the operator; names the node and the shapes.</exception>
    public static void Apply(Node node)
    {
        int[][] shapes = Of(node);
        if (shapes.Length != node.Outputs.Count)
            throw new InvalidDataException($"{node} has {node.Outputs.Count} outputs, expected {shapes.Length}");
        DataType type = TypeOf(node);
        for (int i = 0; i < shapes.Length; i++)
        {
            node.Outputs[i].Shape = shapes[i];
            node.Outputs[i].Type = type;
        }
    }

    /// <summary>The output shapes of one node, one per output.</summary>
    /// <exception cref="InvalidDataException">Inputs do not fit the operator, or an output exceeds 2³¹−1 elements.</exception>
    public static int[][] Of(Node node)
    {
        try
        {
            int[][] shapes = Dispatch(node);
            foreach (int[] shape in shapes)
                Tensor.Volume(shape);
            return shapes;
        }
        catch (OverflowException)
        {
            throw new InvalidDataException($"{node}: a size is out of range, or an output has more than 2^31-1 elements");
        }
    }

    /// <summary>The element type of a node's outputs.</summary>
    public static DataType TypeOf(Node node) => node.OpType == OpTypes.Cast
        ? Enum.TryParse(node.Attributes.Text("to", ""), out DataType type)
            ? type
            : throw new InvalidDataException($"{node}: bad 'to'")
        : node.Input(0).Type;

    /// <summary>The axis that holds channels: last in NHWC, else 1.</summary>
    internal static int ChannelAxis(Node node, int rank) => node.Attributes.Text(OpTypes.Layout, "") == "NHWC" ? rank - 1 : 1;

    /// <summary>The shape of the node's input at this place.</summary>
    internal static int[] InputShape(Node node, int index)
    {
        Value value = node.Input(index);
        return value.Constant?.Shape ?? value.Shape
            ?? throw new InvalidDataException($"{node}: the shape of '{value.Name}' is not known yet");
    }

    internal static string Text(ReadOnlySpan<int> shape) => $"[{string.Join(", ", shape.ToArray())}]";

    private static int[][] Dispatch(Node node) => node.OpType switch
    {
        OpTypes.Conv => [WindowShapes.Conv(node)],
        OpTypes.MaxPool or OpTypes.AveragePool => [WindowShapes.Pool(node)],
        OpTypes.GlobalAveragePool or OpTypes.GlobalMaxPool => [WindowShapes.GlobalPool(node)],
        OpTypes.Relu or OpTypes.LeakyRelu or OpTypes.Clip or OpTypes.Sigmoid or OpTypes.HardSigmoid or OpTypes.HardSwish
            or OpTypes.Tanh or OpTypes.Dropout or OpTypes.Identity or OpTypes.Cast => [InputShape(node, 0)],
        OpTypes.BatchNormalization => [ElementwiseShapes.BatchNormalization(node)],
        OpTypes.PRelu => [ElementwiseShapes.PRelu(node)],
        OpTypes.Softmax => [ElementwiseShapes.Softmax(node)],
        OpTypes.Lrn => [ElementwiseShapes.Lrn(node)],
        OpTypes.Add or OpTypes.Sub or OpTypes.Mul or OpTypes.Div or OpTypes.Sum or OpTypes.Max or OpTypes.Min =>
            [ElementwiseShapes.Broadcast(node)],
        OpTypes.Gemm => [MatrixShapes.Gemm(node)],
        OpTypes.MatMul => [MatrixShapes.MatMul(node)],
        OpTypes.Concat => [MovementShapes.Concat(node)],
        OpTypes.Split => MovementShapes.Split(node),
        OpTypes.Slice => [MovementShapes.Slice(node)],
        OpTypes.Pad => [MovementShapes.Pad(node)],
        OpTypes.Transpose => [MovementShapes.Transpose(node)],
        OpTypes.Resize => [MovementShapes.Resize(node)],
        OpTypes.ChannelShuffle => [MovementShapes.ChannelShuffle(node)],
        OpTypes.Reshape => [ViewShapes.Reshape(node)],
        OpTypes.Flatten => [ViewShapes.Flatten(node)],
        OpTypes.Squeeze => [ViewShapes.Squeeze(node)],
        OpTypes.Unsqueeze => [ViewShapes.Unsqueeze(node)],
        OpTypes.ReduceMean => [ViewShapes.ReduceMean(node)],
        _ => throw new InvalidDataException($"{node}: no shape rule for this operator"),
    };
}
