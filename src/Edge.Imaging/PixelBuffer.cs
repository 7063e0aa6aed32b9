using Edge.Runtime.Execution;

namespace Edge.Imaging;

/// <summary>
/// An 8-bit image in memory: rows from top to bottom without gaps, pixels interleaved, R G B or one grey level. One buffer
/// serves many images; its memory only grows.
/// </summary>
public sealed class PixelBuffer
{
    /// <summary>
    /// Bytes behind the last pixel that may be read (never written), so that vector loads need no special last pixel.
    /// </summary>
    internal const int OverreadBytes = 32;

    private byte[] _storage = [];

    public PixelBuffer()
    {
    }

    /// <inheritdoc cref="Reset"/>
    public PixelBuffer(int width, int height, int channels) => Reset(width, height, channels);

    /// <summary>Pixels.</summary>
    public int Width { get; private set; }

    /// <summary>Pixels.</summary>
    public int Height { get; private set; }

    /// <summary>3 (R G B) or 1 (grey).</summary>
    public int Channels { get; private set; }

    /// <summary>Bytes from one row to the next.</summary>
    public int Stride => Width * Channels;

    /// <summary>Height · width · channels bytes.</summary>
    public Span<byte> Pixels => _storage.AsSpan(0, Width * Height * Channels);

    /// <summary>Gives the buffer another size. The content is undefined afterwards; memory is allocated only to grow.</summary>
    /// <param name="width">At least 1.</param>
    /// <param name="height">At least 1.</param>
    /// <param name="channels">1 or 3.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range, or the image exceeds 2 GiB.</exception>
    public void Reset(int width, int height, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (channels is not (1 or 3))
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "1 or 3");
        long bytes = (long)width * height * channels + OverreadBytes;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Array.MaxLength, nameof(width));
        if (_storage.Length < bytes)
            _storage = ResidentPages.Allocate((int)bytes);
        (Width, Height, Channels) = (width, height, channels);
    }

    public Span<byte> Row(int y) => Pixels.Slice(y * Stride, Stride);
}
