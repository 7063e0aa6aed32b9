using Edge.Quantizer.Graph;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Reference.Lowering;

/// <summary>Functions of single elements, arithmetic with broadcasting and batch normalization.</summary>
internal static class ElementwiseLowering
{
    public static void Lower(Node node, FloatProgram program)
    {
        Attributes a = node.Attributes;
        switch (node.OpType)
        {
            case OpTypes.Relu:
                Unary(node, program, FloatUnaryKind.Clip, 0, null);
                break;
            case OpTypes.Clip:
                Unary(node, program, FloatUnaryKind.Clip, a.Float("min", float.NegativeInfinity), a.Float("max", float.PositiveInfinity));
                break;
            case OpTypes.LeakyRelu:
                Unary(node, program, FloatUnaryKind.LeakyRelu, a.Float("alpha", 0.01f), null);
                break;
            case OpTypes.Sigmoid:
                Unary(node, program, FloatUnaryKind.Sigmoid, null, null);
                break;
            case OpTypes.HardSigmoid:
                Unary(node, program, FloatUnaryKind.HardSigmoid, a.Float("alpha", 0.2f), a.Float("beta", 0.5f));
                break;
            case OpTypes.HardSwish:
                Unary(node, program, FloatUnaryKind.HardSwish, null, null);
                break;
            case OpTypes.Tanh:
                Unary(node, program, FloatUnaryKind.Tanh, null, null);
                break;
            case OpTypes.BatchNormalization:
                BatchNormalization(node, program);
                break;
            default:
                Arithmetic(node, program, Kind(node));
                break;
        }
    }

    /// <summary>output = kind(a, b), broadcast.</summary>
    public static void Binary(Node node, FloatProgram program, FloatBinaryKind kind, int a, int b, int output) =>
        program.Emit(new FloatBinaryOperator { Name = node.Name, Inputs = [a, b], Outputs = [output], Kind = kind });

    private static void Unary(Node node, FloatProgram program, FloatUnaryKind kind, float? alpha, float? beta) =>
        program.Emit(new FloatUnaryOperator
        {
            Name = node.Name,
            Inputs = [program.Input(node, 0)],
            Outputs = [program.Output(node)],
            Kind = kind,
            Alpha = alpha,
            Beta = beta,
        });

    private static FloatBinaryKind Kind(Node node) => node.OpType switch
    {
        OpTypes.Add or OpTypes.Sum => FloatBinaryKind.Add,
        OpTypes.Sub => FloatBinaryKind.Subtract,
        OpTypes.Mul => FloatBinaryKind.Multiply,
        OpTypes.Div => FloatBinaryKind.Divide,
        OpTypes.Max => FloatBinaryKind.Max,
        OpTypes.Min => FloatBinaryKind.Min,
        OpTypes.PRelu => FloatBinaryKind.PRelu,
        _ => throw new InvalidDataException($"{node}: the float executor does not know the operator {node.OpType}"),
    };

    /// <summary>Joins the inputs from left to right.</summary>
    private static void Arithmetic(Node node, FloatProgram program, FloatBinaryKind kind)
    {
        int left = program.Input(node, 0);

        for (int i = 1; i < node.Inputs.Count; i++)
        {
            int right = program.Input(node, i);
            int[] joined = Broadcast(program.Shape(left), program.Shape(right));
            int result = i == node.Inputs.Count - 1 ? program.Output(node) : program.Temporary(joined);
            Binary(node, program, kind, left, right, result);
            left = result;
        }
    }

    private static int[] Broadcast(int[] a, int[] b)
    {
        int rank = Math.Max(a.Length, b.Length);
        return [.. Enumerable.Range(0, rank).Select(i => At(a, i) == 1 ? At(b, i) : At(a, i))];

        int At(int[] shape, int i) => i < rank - shape.Length ? 1 : shape[i - rank + shape.Length];
    }

    /// <summary>y = x·s + (bias − mean·s) with s = scale / √(variance + ε), both per channel and computed in float64.</summary>
    private static void BatchNormalization(Node node, FloatProgram program)
    {
        float[] scale = ConstantOf(node, 1), bias = ConstantOf(node, 2), mean = ConstantOf(node, 3), variance = ConstantOf(node, 4);
        float epsilon = node.Attributes.Float("epsilon", 1e-5f);
        var factors = new float[scale.Length];
        var offsets = new float[scale.Length];
        for (int c = 0; c < factors.Length; c++)
        {
            double factor = scale[c] / Math.Sqrt((double)variance[c] + epsilon);
            (factors[c], offsets[c]) = ((float)factor, (float)(bias[c] - (mean[c] * factor)));
        }

        int x = program.Input(node, 0), y = program.Output(node), rank = program.Shape(x).Length;
        int[] shape = NodeLowering.IsNhwc(node) || rank < 2 ? [factors.Length] : [factors.Length, .. Enumerable.Repeat(1, rank - 2)];
        Binary(node, program, FloatBinaryKind.Multiply, x, program.Constant(shape, factors), y);
        Binary(node, program, FloatBinaryKind.Add, y, program.Constant(shape, offsets), y);
    }

    private static float[] ConstantOf(Node node, int index) =>
        node.Input(index).Constant?.Floats ?? throw new InvalidDataException($"{node}: input {index} ('{node.Input(index).Name}') must be constant");
}
