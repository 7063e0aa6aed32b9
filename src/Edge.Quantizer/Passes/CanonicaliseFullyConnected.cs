using Edge.Quantizer.Graph;

namespace Edge.Quantizer.Passes;

/// <summary>
/// One form for a fully connected layer: Gemm with inputs x [m, k], constant weights [n, k], constant bias [n] and
/// alpha = beta = 1, transA = 0, transB = 1. Comes from any Gemm with constant weights, and from a MatMul by a constant
/// matrix (with the Add of a bias behind it) whose left operand is a matrix or has one row. A Gemm whose weights are computed
/// becomes MatMul, Mul and Add.
/// </summary>
public sealed class CanonicaliseFullyConnected : IGraphPass
{
    private static readonly int[] ExchangeAxes = [1, 0];

    public string Name => nameof(CanonicaliseFullyConnected);

    public static bool IsCanonical(Node node) =>
        node.OpType == OpTypes.Gemm
        && node.Attributes.Int("transA", 0) == 0
        && node.Attributes.Int("transB", 0) == 1
        && node.Attributes.Float("alpha", 1) == 1
        && node.Attributes.Float("beta", 1) == 1
        && node.InputOrNull(1)?.Constant is { Rank: 2 } weights
        && node.InputOrNull(2)?.Constant is { Rank: 1 } bias
        && bias.Count == weights.Shape[0];

    public int Run(ModelGraph graph)
    {
        int changes = graph.Nodes.ToArray().Count(node => node.OpType switch
        {
            OpTypes.Gemm when !IsCanonical(node) && !node.IsBounded() =>
                node.Input(1).IsConstant ? Normalise(graph, node) : Decompose(graph, node),
            OpTypes.MatMul => FromMatMul(graph, node),
            _ => false,
        });
        return changes;
    }

    private static bool Normalise(ModelGraph graph, Node node)
    {
        Attributes a = node.Attributes;
        float alpha = a.Float("alpha", 1);
        float beta = a.Float("beta", 1);
        Tensor matrix = node.Input(1).Constant!;
        bool transposed = a.Int("transB", 0) == 1;
        int n = matrix.Shape[transposed ? 0 : 1];
        if (a.Int("transA", 0) == 1)
            node.Inputs[0] = TransposeBefore(graph, node, node.Input(0));
        node.Inputs[1] = Weights(graph, node.Input(1), transposed, alpha);
        Value? c = node.InputOrNull(2);
        float[] bias = BiasOrNull(c, n, beta) ?? new float[n];
        if (c is not null && BiasOrNull(c, n, beta) is null)
            AddAfter(graph, node, c, beta);
        SetCanonical(graph, node, bias);
        return true;
    }

    private static bool FromMatMul(ModelGraph graph, Node node)
    {
        if (node.Input(1).Constant is not { Rank: 2 } matrix)
            return false;
        if (node.Input(0) is not { IsConstant: false, Shape: { Length: >= 1 } shape } x)
            return false;
        int k = shape[^1];
        int rows = Tensor.Volume(shape) / Math.Max(k, 1);
        if (shape.Length != 2 && rows != 1)
            return false;
        int n = matrix.Shape[1];
        float[] bias = new float[n];
        Value result = node.Output;
        if (graph.HasSingleUse(result)
            && graph.Consumers(result)[0] is { OpType: OpTypes.Add } add
            && !add.IsBounded()
            && add.Input(0) == result
            && GraphEditing.SameShape(result, add.Output)
            && LastAxisOrNull(add.Input(1), n) is { } vector)
        {
            bias = vector;
            graph.Absorb(node, add);
            result = add.Output;
        }

        Value input = shape.Length == 2 ? x : graph.ReshapeBefore(node, x, $"{result.Name}/row", [rows, k]);
        Value weights = Weights(graph, node.Input(1), transposed: false, alpha: 1);
        if (shape.Length == 2)
        {
            node.OpType = OpTypes.Gemm;
            node.Inputs.Clear();
            node.Inputs.AddRange([input, weights]);
            SetCanonical(graph, node, bias);
            return true;
        }

        Value row = graph.NewValue($"{result.Name}/gemm", [rows, n]);
        var gemm = new Node(node.Name, OpTypes.Gemm, [input, weights], [row]);
        var reshape = new Node(result.Name, OpTypes.Reshape, [row], [result], new Attributes().Set("shape", result.Shape!));
        graph.Replace(node, gemm, reshape);
        SetCanonical(graph, gemm, bias);
        return true;
    }

    private static bool Decompose(ModelGraph graph, Node node)
    {
        Attributes a = node.Attributes;
        Value left = a.Int("transA", 0) == 1 ? TransposeBefore(graph, node, node.Input(0)) : node.Input(0);
        Value right = a.Int("transB", 0) == 1 ? TransposeBefore(graph, node, node.Input(1)) : node.Input(1);
        float alpha = a.Float("alpha", 1);
        if (node.InputOrNull(2) is { } c)
            AddAfter(graph, node, c, a.Float("beta", 1));
        if (alpha != 1)
        {
            Value product = graph.NewValue($"{node.Output.Name}/product", node.Output.Shape!);
            Value factor = graph.NewConstant($"{node.Name}/alpha", Tensor.Scalar(alpha));
            Value result = node.Output;
            GraphEditing.Redirect(node, 0, product);
            graph.InsertAfter(node, new Node(result.Name, OpTypes.Mul, [product, factor], [result]));
        }

        foreach (string name in a.Values.Keys.ToArray())
            a.Remove(name);
        node.OpType = OpTypes.MatMul;
        node.Inputs.Clear();
        node.Inputs.AddRange([left, right]);
        return true;
    }

    /// <summary>Makes the node compute a new value and adds c · beta to it for the old one.</summary>
    private static void AddAfter(ModelGraph graph, Node node, Value c, float beta)
    {
        Value result = node.Output;
        Value product = graph.NewValue($"{result.Name}/unbiased", result.Shape!);
        GraphEditing.Redirect(node, 0, product);
        var add = new Node(result.Name, OpTypes.Add, [product, c], [result]);
        graph.InsertAfter(node, add);
        if (beta != 1)
        {
            Value factor = graph.NewConstant($"{node.Name}/beta", Tensor.Scalar(beta));
            add.Inputs[1] = graph.EmitBefore(add, OpTypes.Mul, $"{c.Name}/scaled", c.Shape!, [c, factor]);
        }
    }

    private static Value TransposeBefore(ModelGraph graph, Node node, Value matrix) =>
        graph.EmitBefore(
            node, OpTypes.Transpose, $"{matrix.Name}/transposed", [matrix.Shape![1], matrix.Shape[0]], [matrix],
            new Attributes().Set("perm", ExchangeAxes));

    private static void SetCanonical(ModelGraph graph, Node gemm, float[] bias)
    {
        gemm.Attributes.Set("alpha", 1f).Set("beta", 1f).Set("transA", 0).Set("transB", 1);
        Value constant = graph.NewConstant(gemm.InputOrNull(2)?.Name ?? $"{gemm.Name}/bias", new Tensor([bias.Length], bias));
        if (gemm.Inputs.Count > 2)
            gemm.Inputs[2] = constant;
        else
            gemm.Inputs.Add(constant);
    }

    /// <summary>The matrix times alpha as [n, k].</summary>
    private static Value Weights(ModelGraph graph, Value matrix, bool transposed, float alpha)
    {
        Tensor t = matrix.Constant!;
        if (transposed && alpha == 1)
            return matrix;
        int n = t.Shape[transposed ? 0 : 1];
        int k = t.Shape[transposed ? 1 : 0];
        float[] data = new float[t.Count];
        for (int row = 0; row < n; row++)
        {
            for (int column = 0; column < k; column++)
                data[(row * k) + column] = alpha * t.Floats[transposed ? (row * k) + column : (column * n) + row];
        }

        return graph.NewConstant(matrix.Name, new Tensor([n, k], data));
    }

    /// <summary>c · beta as a vector [n], when c is a constant that is the same in every row; null otherwise.</summary>
    private static float[]? BiasOrNull(Value? c, int n, float beta) =>
        c is not null && LastAxisOrNull(c, n) is { } vector ? Array.ConvertAll(vector, v => v * beta) : null;

    /// <summary>A constant that broadcasts along the last axis only (or is one number), as a vector [n].</summary>
    private static float[]? LastAxisOrNull(Value value, int n) => value.Constant switch
    {
        { Type: DataType.Float32, Count: 1 } scalar => [.. Enumerable.Repeat(scalar.Floats[0], n)],
        { Type: DataType.Float32, Rank: > 0 } t when t.Count == n && t.Shape[^1] == n => t.Floats,
        _ => null,
    };
}
