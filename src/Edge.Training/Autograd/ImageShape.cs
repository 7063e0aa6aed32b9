namespace Edge.Training.Autograd;

/// <summary>
/// The shape of one image's activations, stored NHWC. Vectors are 1×1 images; [c, l] of a one-dimensional network is a 1×l image.
/// </summary>
/// <param name="Height">Pixels.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Channels">Numbers of one pixel.</param>
public readonly record struct ImageShape(int Height, int Width, int Channels)
{
    public int Pixels => Height * Width;

    /// <summary>Numbers of one image.</summary>
    public int Elements => Height * Width * Channels;

    /// <summary>
    /// The NHWC shape of a value with the graph's NCHW shape: [1, c, h, w], [1, c, l], [1, c], or fewer axes. More than four
    /// axes have no image; they are kept as one vector in the graph's order.
    /// </summary>
    public static ImageShape From(ReadOnlySpan<int> shape) => shape.Length switch
    {
        4 => new ImageShape(shape[2], shape[3], shape[1]),
        3 => new ImageShape(1, shape[2], shape[1]),
        2 => new ImageShape(1, 1, shape[1]),
        _ => new ImageShape(1, 1, Edge.Quantizer.Graph.Tensor.Volume(shape)),
    };

    public override string ToString() => $"{Height}×{Width}×{Channels}";
}
