namespace Edge.Quantizer.Graph.ShapeInference;

/// <summary>Convolutions and pools of one, two or three spatial axes; NCHW, or NHWC after the layout pass.</summary>
internal static class WindowShapes
{
    /// <summary>x [N, C, …], w [O, C/group, kernel…], bias [O] gives [N, O, …].</summary>
    public static int[] Conv(Node node)
    {
        int[] x = Shapes.InputShape(node, 0);
        int[] w = Shapes.InputShape(node, 1);
        WindowAttributes window = WindowAttributes.From(node);
        int group = node.Attributes.Int("group", 1);
        if (x.Length != window.SpatialRank + 2 || w.Length != x.Length)
        {
            throw new InvalidDataException(
                $"{node}: input {Shapes.Text(x)} and weights {Shapes.Text(w)} do not fit a {window.SpatialRank}-D kernel");
        }

        if (!w.AsSpan(2).SequenceEqual(window.Kernel))
        {
            throw new InvalidDataException(
                $"{node}: weights {Shapes.Text(w)} do not have kernel_shape {Shapes.Text(window.Kernel)}");
        }

        int channels = x[Shapes.ChannelAxis(node, x.Length)];
        if (group < 1 || (long)w[1] * group != channels || w[0] % group != 0 || w[0] == 0)
        {
            throw new InvalidDataException(
                $"{node}: input {Shapes.Text(x)}, weights {Shapes.Text(w)} and group {group} do not fit: expected "
                + $"{channels} = group · {w[1]} input channels");
        }

        if (node.InputOrNull(2) is not null && Shapes.InputShape(node, 2) is var bias && (bias.Length != 1 || bias[0] != w[0]))
            throw new InvalidDataException($"{node}: bias {Shapes.Text(bias)}, expected [{w[0]}]");
        return Slide(node, x, window, w[0]);
    }

    public static int[] Pool(Node node)
    {
        int[] x = Shapes.InputShape(node, 0);
        WindowAttributes window = WindowAttributes.From(node);
        if (x.Length != window.SpatialRank + 2)
            throw new InvalidDataException($"{node}: input {Shapes.Text(x)} does not fit a {window.SpatialRank}-D kernel");
        for (int i = 0; i < window.SpatialRank; i++)
        {
            if (window.PadsBegin[i] >= window.Extent(i) || window.PadsEnd[i] >= window.Extent(i))
            {
                throw new InvalidDataException(
                    $"{node}: a padding is not smaller than the kernel, so a window would hold padding only");
            }
        }

        return Slide(node, x, window, x[Shapes.ChannelAxis(node, x.Length)]);
    }

    public static int[] GlobalPool(Node node)
    {
        int[] x = Shapes.InputShape(node, 0);
        if (x.Length < 3)
            throw new InvalidDataException($"{node}: input {Shapes.Text(x)} has no spatial axis");
        int channelAxis = Shapes.ChannelAxis(node, x.Length);
        int[] y = new int[x.Length];
        for (int i = 0; i < y.Length; i++)
            y[i] = i == 0 || i == channelAxis ? x[i] : 1;
        return y;
    }

    private static int[] Slide(Node node, int[] x, WindowAttributes window, int channels)
    {
        int channelAxis = Shapes.ChannelAxis(node, x.Length);
        int firstSpatial = channelAxis == 1 ? 2 : 1;
        int[] y = new int[x.Length];
        y[0] = x[0];
        y[channelAxis] = channels;
        for (int i = 0; i < window.SpatialRank; i++)
        {
            int size = window.OutputSize(i, x[firstSpatial + i]);
            if (size < 1)
            {
                throw new InvalidDataException(
                    $"{node}: kernel {Shapes.Text(window.Kernel)} with dilations {Shapes.Text(window.Dilations)} is larger "
                    + $"than the padded input {Shapes.Text(x)}");
            }

            y[firstSpatial + i] = size;
        }

        return y;
    }
}
