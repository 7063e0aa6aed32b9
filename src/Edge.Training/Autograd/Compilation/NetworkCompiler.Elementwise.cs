using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;
using Edge.Training.Autograd.Operators;

namespace Edge.Training.Autograd.Compilation;

/// <content>Activation functions, arithmetic and dropout.</content>
internal sealed partial class NetworkCompiler<T>
{
    private void AddClamp(Node node)
    {
        Activation<T> input = Input(node, 0);
        // What these compute they don't need for their own gradient, so that the clamp may overwrite it.
        bool inPlace = _graph.HasSingleUse(node.Input(0)) && node.Input(0).Producer is
        {
            OpType: OpTypes.Conv or OpTypes.BatchNormalization or OpTypes.Gemm or OpTypes.MatMul or OpTypes.Add or OpTypes.Sub
                or OpTypes.Concat or OpTypes.GlobalAveragePool
        };
        Activation<T> output = inPlace ? ViewOf(node.Output, input) : NewActivation(node.Output);
        _operators.Add(new ClampOperator<T>(input, output, Bounds(node), workers));
    }

    private static ClampBounds<T> Bounds(Node node) => node.OpType == OpTypes.Relu
        ? new ClampBounds<T>(T.Zero, T.PositiveInfinity)
        : new ClampBounds<T>(
            T.CreateTruncating(node.Attributes.Float("min", float.NegativeInfinity)),
            T.CreateTruncating(node.Attributes.Float("max", float.PositiveInfinity)));

    private void AddFunction(Node node)
    {
        Attributes a = node.Attributes;
        Add(node, (x, y) => node.OpType switch
        {
            OpTypes.LeakyRelu => Function(x, y, new LeakyReluFunction<T>(T.CreateTruncating(a.Float("alpha", 0.01f)))),
            OpTypes.Sigmoid => Function(x, y, default(SigmoidFunction<T>)),
            OpTypes.Tanh => Function(x, y, default(TanhFunction<T>)),
            OpTypes.HardSwish => Function(x, y, default(HardSwishFunction<T>)),
            _ => Function(
                x,
                y,
                new HardSigmoidFunction<T>(T.CreateTruncating(a.Float("alpha", 0.2f)), T.CreateTruncating(a.Float("beta", 0.5f)))),
        });
    }

    private UnaryFunctionOperator<T, TFunction> Function<TFunction>(Activation<T> x, Activation<T> y, TFunction function)
        where TFunction : struct, IUnaryFunction<T> => new(x, y, function, workers);

    private void AddPRelu(Node node)
    {
        Parameter<T> slope = ParameterOf(node, 1, decay: false);
        int[] shape = [.. slope.Shape];
        int channels = Input(node, 0).Shape.Channels;

        // [c, 1, 1] beside [1, c, h, w]: as many axes behind the channels as the input has.
        int axis = shape.Length - (node.Input(0).Shape!.Length - 1);
        if (slope.Value.Length != 1 && (slope.Value.Length != channels || axis < 0 || shape[axis] != channels))
            throw Unsupported(node, $"training knows one slope per channel, these are [{string.Join(", ", shape)}]");
        Add(node, (x, y) => new PReluOperator<T>(x, y, slope, workers));
    }

    /// <summary>Joins the inputs from left to right.</summary>
    private void AddArithmetic(Node node)
    {
        if (node.Inputs.Count == 1)
        {
            ViewOf(node.Output, Input(node, 0));
            return;
        }

        if (_ranges is not null && IsQuantizedAdd(node))
        {
            AddQuantizedAdd(node);
            return;
        }

        int[] shape = node.Input(0).Shape ?? node.Input(0).Constant!.Shape;
        Activation<T>? left = null;
        for (int i = 1; i < node.Inputs.Count; i++)
        {
            Value right = node.Input(i);
            int[] before = shape;
            shape = GraphEditing.Broadcast(shape, right.Constant?.Shape ?? right.Shape!);
            var image = ImageShape.From(shape);
            bool last = i == node.Inputs.Count - 1;
            Operand<T> a = left is null
                ? OperandOf(node, 0, shape)
                : Operand<T>.Of(left, ImageShape.From(Aligned(before, shape.Length)), image);
            Operand<T> b = OperandOf(node, i, shape);
            left = last ? NewActivation(node.Output) : NewActivation($"{node.Output.Name}/{i}", image);
            _operators.Add(Arithmetic(node, a, b, left));
        }
    }

    private Operator<T> Arithmetic(Node node, Operand<T> a, Operand<T> b, Activation<T> y) => node.OpType switch
    {
        OpTypes.Add or OpTypes.Sum => new BinaryOperator<T, AddFunction<T>>(a, b, y, workers),
        OpTypes.Sub => new BinaryOperator<T, SubtractFunction<T>>(a, b, y, workers),
        OpTypes.Mul => new BinaryOperator<T, MultiplyFunction<T>>(a, b, y, workers),
        OpTypes.Div => new BinaryOperator<T, DivideFunction<T>>(a, b, y, workers),
        OpTypes.Max => new BinaryOperator<T, MaximumFunction<T>>(a, b, y, workers),
        _ => new BinaryOperator<T, MinimumFunction<T>>(a, b, y, workers),
    };

    private Operand<T> OperandOf(Node node, int index, int[] output)
    {
        Value value = node.Input(index);
        int[] shape = Aligned(value.Constant?.Shape ?? value.Shape!, output.Length);
        var image = ImageShape.From(shape);
        if (shape.Length > 4 || shape[0] != 1)
            throw Unsupported(node, $"training knows arithmetic on images, input {index} is [{string.Join(", ", shape)}]");
        if (value.IsConstant)
            return Operand<T>.Of(ParameterOf(node, index, decay: false, IsBias(node)), image, ImageShape.From(output));
        Activation<T> activation = Input(node, index);
        return ReorderOperator<T>.IsView(activation.Shape, image)
            ? Operand<T>.Of(activation, image, ImageShape.From(output))
            : throw Unsupported(node, $"the axes of '{value.Name}' are not those of the result");
    }

    /// <summary>A constant that is added to what a layer with weights computes is that layer's bias.</summary>
    private static bool IsBias(Node node) =>
        node.OpType is OpTypes.Add or OpTypes.Sum
        && node.Inputs.Any(v => v?.Producer is { OpType: OpTypes.Conv or OpTypes.Gemm or OpTypes.MatMul });

    /// <summary>NumPy: axes of length 1 in front.</summary>
    private static int[] Aligned(int[] shape, int rank) => [.. Enumerable.Repeat(1, rank - shape.Length), .. shape];

    private void AddDropout(Node node)
    {
        float ratio = node.Attributes.Float("ratio", 0.5f);
        if (ratio is not (>= 0 and < 1))
            throw Unsupported(node, $"a dropout ratio of {ratio} is not between 0 and 1");
        int number = _operators.Count;
        Add(node, (x, y) => new DropoutOperator<T>(x, y, ratio, number, workers));
    }
}
