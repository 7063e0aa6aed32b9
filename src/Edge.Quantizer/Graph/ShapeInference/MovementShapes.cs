namespace Edge.Quantizer.Graph.ShapeInference;

/// <summary>Operators that move elements to other places: concatenate, cut, pad, transpose, resample.</summary>
internal static class MovementShapes
{
    public static int[] Concat(Node node)
    {
        int[] y = [.. Shapes.InputShape(node, 0)];
        int axis = Axis(node, y);
        for (int i = 1; i < node.Inputs.Count; i++)
        {
            int[] x = Shapes.InputShape(node, i);
            for (int d = 0; d < y.Length; d++)
            {
                if (x.Length != y.Length || (d != axis && x[d] != y[d]))
                {
                    throw new InvalidDataException(
                        $"{node}: input {i} {Shapes.Text(x)} does not fit {Shapes.Text(y)} on axis {axis}");
                }
            }

            y[axis] = checked(y[axis] + x[axis]);
        }

        return y;
    }

    public static int[][] Split(Node node)
    {
        int[] x = Shapes.InputShape(node, 0);
        int axis = Axis(node, x);
        int[] sizes = Required(node, "split");
        if (sizes.Any(s => s < 0) || sizes.Sum(s => (long)s) != x[axis])
        {
            throw new InvalidDataException(
                $"{node}: split {Shapes.Text(sizes)} does not add up to {x[axis]}, axis {axis} of {Shapes.Text(x)}");
        }

        return Array.ConvertAll(sizes, size =>
        {
            int[] y = [.. x];
            y[axis] = size;
            return y;
        });
    }

    /// <summary>Proves that every axis' first and last element lie inside the input.</summary>
    public static int[] Slice(Node node)
    {
        int[] x = Shapes.InputShape(node, 0);
        int[] starts = OnePerAxis(node, "starts", x.Length);
        int[] steps = OnePerAxis(node, "steps", x.Length);
        int[] sizes = OnePerAxis(node, "sizes", x.Length);
        for (int i = 0; i < x.Length; i++)
        {
            long last = starts[i] + ((sizes[i] - 1L) * steps[i]);
            if (sizes[i] < 0 || steps[i] == 0
                || (sizes[i] > 0 && (starts[i] < 0 || starts[i] >= x[i] || last < 0 || last >= x[i])))
            {
                throw new InvalidDataException(
                    $"{node}: start {starts[i]}, step {steps[i]}, size {sizes[i]} leave axis {i} of {Shapes.Text(x)}");
            }
        }

        return sizes;
    }

    public static int[] Pad(Node node)
    {
        int[] x = Shapes.InputShape(node, 0);
        int[] pads = OnePerAxis(node, "pads", 2 * x.Length);
        string mode = node.Attributes.Text("mode", "constant");
        int[] y = new int[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            (int before, int after) = (pads[i], pads[x.Length + i]);
            y[i] = checked(x[i] + before + after);
            if (y[i] < 0 || (mode == "reflect" && (before >= x[i] || after >= x[i])))
            {
                throw new InvalidDataException(
                    $"{node}: pads {Shapes.Text(pads)} ({mode}) do not fit the input {Shapes.Text(x)}");
            }
        }

        return y;
    }

    public static int[] Transpose(Node node)
    {
        int[] x = Shapes.InputShape(node, 0);
        int[] perm = OnePerAxis(node, "perm", x.Length);
        if (!perm.Order().SequenceEqual(Enumerable.Range(0, x.Length)))
            throw new InvalidDataException($"{node}: perm {Shapes.Text(perm)} is no permutation of {x.Length} axes");
        return Array.ConvertAll(perm, p => x[p]);
    }

    public static int[] Resize(Node node)
    {
        int[] x = Shapes.InputShape(node, 0);
        int[] sizes = OnePerAxis(node, "sizes", x.Length);
        if (sizes.Any(s => s < 1))
            throw new InvalidDataException($"{node}: sizes {Shapes.Text(sizes)} must be at least 1");
        return sizes;
    }

    public static int[] ChannelShuffle(Node node)
    {
        int[] x = Shapes.InputShape(node, 0);
        int group = node.Attributes.Int("group", 0);
        int channels = x.Length > 1 ? x[Shapes.ChannelAxis(node, x.Length)] : 0;
        if (group < 1 || channels % group != 0)
            throw new InvalidDataException($"{node}: {channels} channels do not divide into {group} groups");
        return x;
    }

    private static int Axis(Node node, int[] shape)
    {
        int axis = node.Attributes.Int("axis", 0);
        return axis >= 0 && axis < shape.Length
            ? axis
            : throw new InvalidDataException($"{node}: axis {axis} is outside the input {Shapes.Text(shape)}");
    }

    private static int[] OnePerAxis(Node node, string name, int length)
    {
        int[] values = Required(node, name);
        return values.Length == length
            ? values
            : throw new InvalidDataException($"{node}: {name} has {values.Length} entries, expected {length}");
    }

    private static int[] Required(Node node, string name) =>
        node.Attributes.Ints(name) ?? throw new InvalidDataException($"{node} has no {name}");
}
