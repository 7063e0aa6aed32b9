namespace Edge.Quantizer.Graph.ShapeInference;

/// <summary>
/// The sliding window of a convolution or pooling node, one entry per spatial axis (1-D, 2-D or 3-D), checked: kernels, strides
/// and dilations are at least 1, pads at least 0.
/// </summary>
public sealed record WindowAttributes
{
    public required int[] Kernel { get; init; }

    public required int[] Strides { get; init; }

    public required int[] Dilations { get; init; }

    /// <summary>Padding in front of each spatial axis (top, left).</summary>
    public required int[] PadsBegin { get; init; }

    /// <summary>Padding behind each spatial axis (bottom, right).</summary>
    public required int[] PadsEnd { get; init; }

    /// <summary>Pools only: the last window may hang over the end padding.</summary>
    public bool CeilMode { get; init; }

    /// <summary>Average pools only: whether declared padding counts in the divisor.</summary>
    public bool CountIncludePad { get; init; }

    public int SpatialRank => Kernel.Length;

    public bool HasPadding => PadsBegin.Any(p => p != 0) || PadsEnd.Any(p => p != 0);

    /// <summary>Elements in one window.</summary>
    public int KernelVolume => Tensor.Volume(Kernel);

    /// <summary>
    /// Reads kernel_shape, strides, dilations, pads, ceil_mode and count_include_pad; absent ones mean 1, 1, 0, 0 and 0.
    /// </summary>
    /// <exception cref="InvalidDataException">kernel_shape is absent, or an attribute has a wrong length or range.</exception>
    public static WindowAttributes From(Node node)
    {
        int[] kernel = node.Attributes.Ints("kernel_shape") ?? throw new InvalidDataException($"{node} has no kernel_shape");
        int rank = kernel.Length;
        int[] pads = PerAxis(node, "pads", 2 * rank, 0, 0);
        return new WindowAttributes
        {
            Kernel = PerAxis(node, "kernel_shape", rank, 1, 1),
            Strides = PerAxis(node, "strides", rank, 1, 1),
            Dilations = PerAxis(node, "dilations", rank, 1, 1),
            PadsBegin = pads[..rank],
            PadsEnd = pads[rank..],
            CeilMode = node.Attributes.Int("ceil_mode", 0) != 0,
            CountIncludePad = node.Attributes.Int("count_include_pad", 0) != 0,
        };
    }

    /// <summary>Input positions that a window spans on an axis: dilation · (kernel − 1) + 1.</summary>
    public int Extent(int axis) => checked((Dilations[axis] * (Kernel[axis] - 1)) + 1);

    /// <summary>
    /// Windows that fit on a spatial axis of this many elements. In ceil mode the last window must start inside the input or
    /// the front padding (ONNX opset 19, ONNX Runtime). Not positive when not even one window fits.
    /// </summary>
    public int OutputSize(int axis, int inputSize)
    {
        long room = (long)inputSize + PadsBegin[axis] + PadsEnd[axis] - Extent(axis);
        long stride = Strides[axis];
        if (room < 0)
            return 0;
        long count = (CeilMode ? room + stride - 1 : room) / stride + 1;
        if (CeilMode && (count - 1) * stride >= (long)inputSize + PadsBegin[axis])
            count--;
        return checked((int)count);
    }

    private static int[] PerAxis(Node node, string name, int length, int fallback, int smallest)
    {
        int[]? values = node.Attributes.Ints(name);
        if (values is null)
        {
            values = new int[length];
            Array.Fill(values, fallback);
        }

        if (values.Length != length)
            throw new InvalidDataException($"{node}: {name} has {values.Length} entries, expected {length}");
        if (values.Any(v => v < smallest))
            throw new InvalidDataException($"{node}: {name} [{string.Join(", ", values)}] must be at least {smallest}");
        return values;
    }
}
