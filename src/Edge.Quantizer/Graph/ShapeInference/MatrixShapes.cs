namespace Edge.Quantizer.Graph.ShapeInference;

/// <summary>Matrix products.</summary>
internal static class MatrixShapes
{
    /// <summary>a [M, K] and b [K, N], each possibly transposed, and c that broadcasts to [M, N].</summary>
    public static int[] Gemm(Node node)
    {
        int[] a = Shapes.InputShape(node, 0);
        int[] b = Shapes.InputShape(node, 1);
        if (a.Length != 2 || b.Length != 2)
            throw new InvalidDataException($"{node}: inputs {Shapes.Text(a)} and {Shapes.Text(b)} are not matrices");
        (int m, int ka) = node.Attributes.Int("transA", 0) != 0 ? (a[1], a[0]) : (a[0], a[1]);
        (int kb, int n) = node.Attributes.Int("transB", 0) != 0 ? (b[1], b[0]) : (b[0], b[1]);
        if (ka != kb)
        {
            throw new InvalidDataException(
                $"{node}: inner dimensions of {Shapes.Text(a)} and {Shapes.Text(b)} differ: {ka} and {kb}");
        }

        int[] y = [m, n];
        if (node.InputOrNull(2) is not null)
        {
            int[] c = Shapes.InputShape(node, 2);
            if (!ElementwiseShapes.Broadcast(node, y, c).AsSpan().SequenceEqual(y))
                throw new InvalidDataException($"{node}: input c {Shapes.Text(c)} does not broadcast to {Shapes.Text(y)}");
        }

        return y;
    }

    /// <summary>
    /// NumPy's matmul: the last two axes multiply, the others broadcast; a vector acts as a row (left) or column (right).
    /// </summary>
    public static int[] MatMul(Node node)
    {
        int[] a = Shapes.InputShape(node, 0);
        int[] b = Shapes.InputShape(node, 1);
        if (a.Length == 0 || b.Length == 0)
            throw new InvalidDataException($"{node}: a scalar is no matrix");
        int[] left = a.Length == 1 ? [1, a[0]] : a;
        int[] right = b.Length == 1 ? [b[0], 1] : b;
        if (left[^1] != right[^2])
        {
            throw new InvalidDataException(
                $"{node}: inner dimensions of {Shapes.Text(a)} and {Shapes.Text(b)} differ: {left[^1]} and {right[^2]}");
        }

        var y = new List<int>(ElementwiseShapes.Broadcast(node, left.AsSpan(..^2), right.AsSpan(..^2)));
        if (a.Length > 1)
            y.Add(left[^2]);
        if (b.Length > 1)
            y.Add(right[^1]);
        return [.. y];
    }
}
