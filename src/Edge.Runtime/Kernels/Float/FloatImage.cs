using Edge.Runtime.Execution;

namespace Edge.Runtime.Kernels.Float;

/// <summary>A float32 NHWC image (or a batch of them) at its address.</summary>
internal readonly unsafe struct FloatImage
{
    public FloatImage(TensorView view)
    {
        int[] shape = view.Shape;
        if (shape.Length != 4)
            throw new NotSupportedException($"tensor '{view.Definition.Name}' has {shape.Length} dimensions; an image has [batch, height, width, channels]");
        Data = view.Float32;
        (Batch, Height, Width, Channels, Stride) = (shape[0], shape[1], shape[2], shape[3], view.RowStride);
    }

    public float* Data { get; }

    public int Batch { get; }

    public int Height { get; }

    public int Width { get; }

    public int Channels { get; }

    /// <summary>Elements from one pixel to the next.</summary>
    public nint Stride { get; }

    public int Pixels => Batch * Height * Width;

    public float* Pixel(int n, int y, int x) => Data + (((((nint)n * Height) + y) * Width) + x) * Stride;
}
