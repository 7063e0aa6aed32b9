namespace Edge.Quantizer.Graph.ShapeInference;

/// <summary>
/// Operators that compute every output element from elements at the same place, with NumPy broadcasting where ONNX has it.
/// </summary>
internal static class ElementwiseShapes
{
    public static int[] Broadcast(Node node)
    {
        int[] shape = Shapes.InputShape(node, 0);
        for (int i = 1; i < node.Inputs.Count; i++)
            shape = Broadcast(node, shape, Shapes.InputShape(node, i));
        return shape;
    }

    public static int[] Broadcast(Node node, ReadOnlySpan<int> a, ReadOnlySpan<int> b) =>
        TryBroadcast(a, b)
            ?? throw new InvalidDataException($"{node}: shapes {Shapes.Text(a)} and {Shapes.Text(b)} do not broadcast");

    /// <summary>NumPy: shapes are aligned at the last axis; axes must be equal or 1. Null when they are not.</summary>
    public static int[]? TryBroadcast(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        int[] shape = new int[Math.Max(a.Length, b.Length)];
        for (int i = 1; i <= shape.Length; i++)
        {
            int da = i <= a.Length ? a[^i] : 1;
            int db = i <= b.Length ? b[^i] : 1;
            if (da != db && da != 1 && db != 1)
                return null;
            shape[^i] = da == 1 ? db : da;
        }

        return shape;
    }

    public static int[] PRelu(Node node)
    {
        int[] x = Shapes.InputShape(node, 0);
        int[] slope = Shapes.InputShape(node, 1);
        if (!Broadcast(node, x, slope).AsSpan().SequenceEqual(x))
        {
            throw new InvalidDataException(
                $"{node}: slope {Shapes.Text(slope)} does not broadcast to the input {Shapes.Text(x)}");
        }

        return x;
    }

    public static int[] BatchNormalization(Node node)
    {
        int[] x = Shapes.InputShape(node, 0);
        if (x.Length < 2)
            throw new InvalidDataException($"{node}: input {Shapes.Text(x)} has no channel axis");
        int channels = x[Shapes.ChannelAxis(node, x.Length)];
        for (int i = 1; i < 5; i++)
        {
            int[] parameter = Shapes.InputShape(node, i);
            if (parameter.Length != 1 || parameter[0] != channels)
            {
                throw new InvalidDataException(
                    $"{node}: '{node.Input(i).Name}' has shape {Shapes.Text(parameter)}, expected [{channels}]");
            }
        }

        return x;
    }

    public static int[] Softmax(Node node)
    {
        int[] x = Shapes.InputShape(node, 0);
        int axis = node.Attributes.Int("axis", -1);
        if (axis < 0 || axis >= x.Length)
            throw new InvalidDataException($"{node}: axis {axis} is outside the input {Shapes.Text(x)}");
        return x;
    }

    public static int[] Lrn(Node node)
    {
        int[] x = Shapes.InputShape(node, 0);
        if (x.Length < 2)
            throw new InvalidDataException($"{node}: input {Shapes.Text(x)} has no channel axis");
        if (node.Attributes.Int("size", 0) < 1)
            throw new InvalidDataException($"{node}: size must be at least 1");
        return x;
    }
}
