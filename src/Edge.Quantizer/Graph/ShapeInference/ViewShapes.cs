namespace Edge.Quantizer.Graph.ShapeInference;

/// <summary>Operators that drop, add or regroup axes.</summary>
internal static class ViewShapes
{
    public static int[] Reshape(Node node)
    {
        int[] x = Shapes.InputShape(node, 0);
        int[] y = node.Attributes.Ints("shape") ?? throw new InvalidDataException($"{node} has no shape");
        if (y.Any(d => d < 0) || Count(y) != Count(x))
            throw new InvalidDataException($"{node}: {Shapes.Text(x)} cannot become {Shapes.Text(y)}: the element counts differ");
        return y;
    }

    /// <summary>Always two axes: what lies in front of the axis, and the rest.</summary>
    public static int[] Flatten(Node node)
    {
        int[] x = Shapes.InputShape(node, 0);
        int axis = node.Attributes.Int("axis", 1);
        if (axis < 0 || axis > x.Length)
            throw new InvalidDataException($"{node}: axis {axis} is outside the input {Shapes.Text(x)}");
        return [Tensor.Volume(x.AsSpan(..axis)), Tensor.Volume(x.AsSpan(axis..))];
    }

    public static int[] Squeeze(Node node)
    {
        int[] x = Shapes.InputShape(node, 0);
        int[] axes = Axes(node, x.Length);
        if (axes.Any(a => x[a] != 1))
            throw new InvalidDataException($"{node}: axes {Shapes.Text(axes)} of {Shapes.Text(x)} are not all 1");
        return [.. x.Where((_, i) => !axes.Contains(i))];
    }

    public static int[] Unsqueeze(Node node)
    {
        int[] x = Shapes.InputShape(node, 0);
        int rank = x.Length + (node.Attributes.Ints("axes")?.Length ?? 0);
        int[] axes = Axes(node, rank);
        int next = 0;
        return [.. Enumerable.Range(0, rank).Select(i => axes.Contains(i) ? 1 : x[next++])];
    }

    public static int[] ReduceMean(Node node)
    {
        int[] x = Shapes.InputShape(node, 0);
        int[] axes = Axes(node, x.Length);
        bool keep = node.Attributes.Int("keepdims", 1) != 0;
        return [.. x.Select((d, i) => axes.Contains(i) ? (keep ? 1 : -1) : d).Where(d => d >= 0)];
    }

    private static int[] Axes(Node node, int rank)
    {
        int[] axes = node.Attributes.Ints("axes") ?? throw new InvalidDataException($"{node} has no axes");
        if (axes.Any(a => a < 0 || a >= rank) || axes.Distinct().Count() != axes.Length)
            throw new InvalidDataException($"{node}: axes {Shapes.Text(axes)} are not distinct axes of {rank}");
        return axes;
    }

    private static long Count(int[] shape) => shape.Aggregate(1L, (count, d) => checked(count * d));
}
