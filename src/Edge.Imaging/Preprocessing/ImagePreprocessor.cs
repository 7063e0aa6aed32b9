using Edge.Runtime.Format;

namespace Edge.Imaging.Preprocessing;

/// <summary>
/// The one way from an upright image to a model's input, in every program: resize, crop, reorder channels, normalise and, for a
/// packed model, quantize. Reuses its memory: a frame of a size seen before allocates nothing. Not thread-safe.
/// </summary>
public sealed class ImagePreprocessor
{
    private readonly BilinearResizer _resizer = new();
    private readonly PixelBuffer _window = new();
    private readonly PixelBuffer _input = new();
    private readonly LevelTables _tables;

    /// <exception cref="ImageFormatException">The description contradicts itself; the message says where.</exception>
    public ImagePreprocessor(InputPreprocessing preprocessing)
    {
        _tables = new LevelTables(preprocessing);
        Preprocessing = preprocessing;
    }

    /// <param name="preprocessing">The model's description of its input.</param>
    /// <param name="scale">Quantization step of the model's input tensor, finite and positive.</param>
    /// <param name="zeroPoint">Zero point of the model's input tensor, −128 to 127.</param>
    /// <exception cref="ImageFormatException">The description contradicts itself; the message says where.</exception>
    public ImagePreprocessor(InputPreprocessing preprocessing, float scale, int zeroPoint)
    {
        _tables = new LevelTables(preprocessing, scale, zeroPoint);
        Preprocessing = preprocessing;
    }

    public InputPreprocessing Preprocessing { get; }

    /// <summary>Values of one input: height · width · channels.</summary>
    public int InputLength => Preprocessing.Height * Preprocessing.Width * Preprocessing.Channels;

    /// <summary>Resizes and crops: the model's input as grey levels, still R G B (or one luma channel).</summary>
    /// <returns>A buffer of this object, valid until the next call.</returns>
    public PixelBuffer ToPixels(PixelBuffer image)
    {
        ResizeGeometry geometry = ResizeGeometry.For(Preprocessing, image.Width, image.Height);
        _resizer.Resize(image, geometry, _window);
        if (geometry.Width == Preprocessing.Width && geometry.Height == Preprocessing.Height && image.Channels == Preprocessing.Channels)
            return _window;
        _input.Reset(Preprocessing.Width, Preprocessing.Height, Preprocessing.Channels);
        if (geometry.Width != Preprocessing.Width || geometry.Height != Preprocessing.Height)
            _input.Pixels.Fill(Preprocessing.PadValue);
        for (int y = 0; y < geometry.Height; y++)
            CopyRow(_window.Row(y), _window.Channels, _input.Row(geometry.PadY + y)[(geometry.PadX * _input.Channels)..]);
        return _input;
    }

    /// <summary>Writes x = (pixel − mean[c]) · scale[c], NHWC, in the model's channel order.</summary>
    /// <param name="image">Upright.</param>
    /// <param name="destination"><see cref="InputLength"/> values.</param>
    public void Run(PixelBuffer image, Span<float> destination) => Map(ToPixels(image).Pixels, _tables.Real, destination);

    /// <summary>Writes q = roundTiesToEven(clamp(x / s, −128 − z, 127 − z)) + z, NHWC, in the model's channel order.</summary>
    /// <param name="image">Upright.</param>
    /// <param name="destination"><see cref="InputLength"/> values.</param>
    /// <exception cref="InvalidOperationException">This object was made without scale and zero point.</exception>
    public void Run(PixelBuffer image, Span<sbyte> destination)
    {
        if (_tables.Codes.Length == 0)
            throw new InvalidOperationException("the preprocessor was made without the input tensor's scale and zero point");
        Map(ToPixels(image).Pixels, _tables.Codes, destination);
    }

    /// <summary>Maps pixels that have the input's size already, as <see cref="ToPixels"/> returns them.</summary>
    /// <param name="pixels">R G B or luma.</param>
    /// <param name="destination"><see cref="InputLength"/> values, NHWC, in the model's channel order.</param>
    internal void Normalize(ReadOnlySpan<byte> pixels, Span<float> destination) => Map(pixels, _tables.Real, destination);

    private unsafe void Map<T>(ReadOnlySpan<byte> pixels, ReadOnlySpan<T> table, Span<T> destination)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, InputLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pixels.Length, InputLength);
        if (Preprocessing.Channels == 1)
        {
            for (int i = 0; i < pixels.Length; i++)
                destination[i] = table[pixels[i]];
            return;
        }

        (int red, int blue) = Preprocessing.Order == ChannelOrder.Bgr ? (2, 0) : (0, 2);
        const int Levels = LevelTables.Levels;
        fixed (byte* from = pixels)
        fixed (T* first = table[..Levels], second = table.Slice(Levels, Levels), third = table.Slice(2 * Levels, Levels), to = destination)
        {
            for (int i = 0; i + 2 < pixels.Length; i += 3)
            {
                to[i] = first[from[i + red]];
                to[i + 1] = second[from[i + 1]];
                to[i + 2] = third[from[i + blue]];
            }
        }
    }

    /// <summary>Luma is taken after resizing, as the golden inputs were made.</summary>
    private void CopyRow(ReadOnlySpan<byte> from, int channels, Span<byte> to)
    {
        if (channels == Preprocessing.Channels)
        {
            from.CopyTo(to);
        }
        else if (channels == 3)
        {
            // Pillow's "L": 0.299 R + 0.587 G + 0.114 B in 16-bit fixed point.
            for (int i = 0, x = 0; i < from.Length; i += 3, x++)
                to[x] = (byte)((from[i] * 19595 + from[i + 1] * 38470 + from[i + 2] * 7471 + 0x8000) >> 16);
        }
        else
        {
            for (int x = 0; x < from.Length; x++)
                to.Slice(3 * x, 3).Fill(from[x]);
        }
    }
}
