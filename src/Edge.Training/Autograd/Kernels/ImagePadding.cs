namespace Edge.Training.Autograd.Kernels;

/// <summary>
/// Puts images of few channels (colours, grey levels) into a border of zeros, so that the pixels under a row of the kernel are
/// one vector, long enough to be worth a loop.
/// </summary>
internal sealed class ImagePadding
{
    private readonly ConvolutionShape _shape;

    private ImagePadding(ConvolutionShape shape)
    {
        _shape = shape;
        Height = shape.Height + shape.PadTop + shape.PadBottom;
        Width = shape.Width + shape.PadLeft + shape.PadRight;
    }

    public int Height { get; }

    public int Width { get; }

    public int Elements => Height * Width * _shape.InputChannels;

    /// <summary>The padding for a convolution that gains by it, else null.</summary>
    public static ImagePadding? For(ConvolutionShape s) =>
        s.Groups == 1 && s.KernelWidth > 1 && s.DilationX == 1 && s.InputChannels <= 8 ? new ImagePadding(s) : null;

    /// <summary>Copies one image.</summary>
    public unsafe void Copy<T>(T* image, T* padded)
        where T : unmanaged
    {
        int channels = _shape.InputChannels, pitch = Width * channels, row = _shape.Width * channels;
        new Span<T>(padded, _shape.PadTop * pitch).Clear();
        T* to = padded + (_shape.PadTop * pitch);
        for (int y = 0; y < _shape.Height; y++, to += pitch)
        {
            new Span<T>(to, _shape.PadLeft * channels).Clear();
            new Span<T>(image + ((nint)y * row), row).CopyTo(new Span<T>(to + (_shape.PadLeft * channels), row));
            new Span<T>(to + (_shape.PadLeft * channels) + row, _shape.PadRight * channels).Clear();
        }

        new Span<T>(to, _shape.PadBottom * pitch).Clear();
    }
}
