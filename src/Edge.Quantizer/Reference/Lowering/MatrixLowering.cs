using Edge.Quantizer.Graph;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Reference.Lowering;

/// <summary>Matrix products. One with a constant second matrix is a pointwise convolution, whose weights are packed once.</summary>
internal static class MatrixLowering
{
    /// <summary>alpha·A·B + beta·C, either matrix transposed where told.</summary>
    public static void Gemm(Node node, FloatProgram program)
    {
        int a = program.Input(node, 0), y = program.Output(node);
        float alpha = node.Attributes.Float("alpha", 1), beta = node.Attributes.Float("beta", 1);
        bool transposeB = node.Attributes.Int("transB", 0) != 0;
        if (node.Attributes.Int("transA", 0) != 0)
            a = Transposed(program, a);
        int[] shape = program.Shape(y);
        (int rows, int columns, int depth) = (shape[0], shape[1], program.Shape(a)[1]);
        Value? c = node.InputOrNull(2);
        (float? low, float? high) = NodeLowering.Bounds(node) ?? (null, null);

        if (node.Input(1).Constant is { } b)
        {
            float[]? bias = c is null ? new float[columns] : BiasOrNull(c, columns, beta);
            Product(node, program, program.View(a, 1, 1, rows, depth), program.View(y, 1, 1, rows, columns),
                () => Weights(b.Floats, depth, columns, transposeB, alpha), bias ?? new float[columns], bias is null ? (null, null) : (low, high));
            if (bias is not null)
                return;
        }
        else
        {
            int right = transposeB ? Transposed(program, program.Input(node, 1)) : program.Input(node, 1);
            program.Emit(new FloatMatMulOperator { Name = node.Name, Inputs = [a, right], Outputs = [y] });
            if (alpha != 1)
                ElementwiseLowering.Binary(node, program, FloatBinaryKind.Multiply, y, program.Constant([1], [alpha]), y);
        }

        if (c is not null)
        {
            int added = program.SlotOf(c);
            if (beta != 1)
            {
                int scaled = program.Temporary(program.Shape(added));
                ElementwiseLowering.Binary(node, program, FloatBinaryKind.Multiply, added, program.Constant([1], [beta]), scaled);
                added = scaled;
            }

            ElementwiseLowering.Binary(node, program, FloatBinaryKind.Add, y, added, y);
        }

        if (low is not null || high is not null)
            NodeLowering.Clip(node, program, y, low, high);
    }

    public static void MatMul(Node node, FloatProgram program)
    {
        int a = program.Input(node, 0), y = program.Output(node);
        if (node.Input(1).Constant is { Rank: 2 } b && Tensor.Volume(program.Shape(y)) > 0)
        {
            (int depth, int columns) = (b.Shape[0], b.Shape[1]);
            int rows = Tensor.Volume(program.Shape(y)) / columns;
            Product(node, program, program.View(a, 1, 1, rows, depth), program.View(y, 1, 1, rows, columns),
                () => Weights(b.Floats, depth, columns, transposed: false, 1), new float[columns], (null, null));
            return;
        }

        program.Emit(new FloatMatMulOperator { Name = node.Name, Inputs = [a, program.Input(node, 1)], Outputs = [y] });
    }

    private static void Product(
        Node node, FloatProgram program, int x, int y, Func<float[]> weights, float[] bias, (float? Low, float? High) bounds) =>
        program.Emit(new FloatConvOperator
        {
            Name = node.Name,
            Inputs = [x],
            Outputs = [y],
            Window = new Window { KernelHeight = 1, KernelWidth = 1 },
            Weights = program.Weights(weights),
            Bias = program.Weights(() => bias),
            Low = bounds.Low,
            High = bounds.High,
        });

    /// <summary>[depth, columns] (or its transpose, where told) as [columns, depth], times a factor.</summary>
    private static float[] Weights(float[] b, int depth, int columns, bool transposed, float factor)
    {
        if (transposed && factor == 1)
            return b;
        var weights = new float[b.Length];
        for (int column = 0; column < columns; column++)
        {
            for (int k = 0; k < depth; k++)
                weights[(column * depth) + k] = factor * b[transposed ? (column * depth) + k : (k * columns) + column];
        }

        return weights;
    }

    /// <summary>A constant that adds the same to every row, times beta; null for any other.</summary>
    private static float[]? BiasOrNull(Value c, int columns, float beta)
    {
        if (c.Constant is not { } t || (t.Count != 1 && (t.Count != columns || t.Shape[^1] != columns)))
            return null;
        var bias = new float[columns];
        for (int i = 0; i < columns; i++)
            bias[i] = beta * t.Floats[t.Count == 1 ? 0 : i];
        return bias;
    }

    private static int Transposed(FloatProgram program, int matrix)
    {
        int[] shape = program.Shape(matrix);
        int result = program.Temporary(shape[1], shape[0]);
        program.Transpose(matrix, result, 1, 0);
        return result;
    }
}
