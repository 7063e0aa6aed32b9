using Edge.Runtime.Execution;

namespace Edge.Imaging.Codecs;

/// <summary>
/// Reads image files upright into a <see cref="PixelBuffer"/>, the same way in calibration, evaluation and on the device. The
/// format is told by the first bytes, not by the name. Reuses its memory; not thread-safe.
/// </summary>
public sealed class ImageReader : IDisposable
{
    /// <summary>Default of <see cref="MaxPixels"/>: 100 megapixels.</summary>
    public const long DefaultMaxPixels = 100_000_000;

    /// <summary>Upper bound of <see cref="MaxPixels"/>: 4 bytes per pixel still fit in one array.</summary>
    public const long LargestMaxPixels = 500_000_000;

    private readonly IImageDecoder[] _decoders;
    private readonly PixelBuffer _stored = new();
    private byte[] _file = [];

    /// <summary>
    /// Reads JPEG through libturbojpeg, PNG through libpng, and decoded pictures (PGM, PPM); with FullFeed, other formats through ImageSharp.
    /// </summary>
    public ImageReader()
#if FULL_FEED
        : this(new JpegDecoder(), new PngDecoder(), new PnmDecoder(), new ImageSharpDecoder())
#else
        : this(new JpegDecoder(), new PngDecoder(), new PnmDecoder())
#endif
    {
    }

    /// <param name="decoders">The formats to read; the reader disposes them.</param>
    public ImageReader(params IImageDecoder[] decoders) => _decoders = decoders;

    /// <summary>Largest width · height that is decoded: a file of a few bytes must not take all memory.</summary>
    public long MaxPixels
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, LargestMaxPixels);
            field = value;
        }
    } = DefaultMaxPixels;

    /// <summary>Reads one file. Any failure's message begins with its path.</summary>
    /// <param name="path">A JPEG, PNG, PGM or PPM file.</param>
    /// <param name="destination">Takes the upright image; undefined after an exception.</param>
    /// <exception cref="ImageFormatException">The file is absent, unreadable, damaged, too large or not an image.</exception>
    /// <exception cref="CodecUnavailableException">The format's native library is missing.</exception>
    public void Read(string path, PixelBuffer destination)
    {
        int length;
        try
        {
            length = Load(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ImageFormatException($"{path}: {Reason(path, e)}", e);
        }

        Decode(_file.AsSpan(0, length), path, destination);
    }

    /// <summary>Decodes a file that is in memory already.</summary>
    /// <param name="data">The whole file.</param>
    /// <param name="name">What the message of a failure calls it.</param>
    /// <param name="destination">Takes the upright image; undefined after an exception.</param>
    /// <exception cref="ImageFormatException">The data is damaged, too large or not an image.</exception>
    /// <exception cref="CodecUnavailableException">The format's native library is missing.</exception>
    public void Decode(ReadOnlySpan<byte> data, string name, PixelBuffer destination)
    {
        try
        {
            IImageDecoder decoder = Choose(data);
            ExifOrientation orientation = decoder.Decode(data, destination, MaxPixels);
            if (orientation == ExifOrientation.TopLeft)
                return;
            _stored.Reset(destination.Width, destination.Height, destination.Channels);
            destination.Pixels.CopyTo(_stored.Pixels);
            ExifOrientations.MakeUpright(_stored, destination, orientation);
        }
        catch (ImageFormatException e)
        {
            throw new ImageFormatException($"{name}: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        foreach (IImageDecoder decoder in _decoders)
            decoder.Dispose();
    }

    private int Load(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        long length = stream.Length;
        if (length > Array.MaxLength)
            throw new IOException("larger than 2 GiB");
        if (_file.Length < length)
            _file = ResidentPages.Allocate((int)length);
        return stream.ReadAtLeast(_file.AsSpan(0, (int)length), (int)length, throwOnEndOfStream: false);
    }

    private static string Reason(string path, Exception e) => e switch
    {
        _ when Directory.Exists(path) => "is a folder, not an image",
        FileNotFoundException or DirectoryNotFoundException => "no such file",
        UnauthorizedAccessException => "may not be read; check the file's permissions",
        _ => "cannot be read: " + e.Message.ReplaceLineEndings(" "),
    };

    private IImageDecoder Choose(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
            throw new ImageFormatException("is empty");
        foreach (IImageDecoder decoder in _decoders)
            if (decoder.Recognizes(data))
                return decoder;
        throw new ImageFormatException(
            ForeignFormat(data) is { } format
                ? $"is {format}; JPEG and PNG can be read, so convert it first"
                : "is neither a JPEG nor a PNG image");
    }

    private static string? ForeignFormat(ReadOnlySpan<byte> data) =>
        data.StartsWith("GIF8"u8) ? "a GIF image"
        : data.StartsWith("BM"u8) ? "a BMP image"
        : data.StartsWith("II*\0"u8) || data.StartsWith("MM\0*"u8) ? "a TIFF or camera raw image"
        : data.StartsWith("RIFF"u8) && data.Length >= 12 && data[8..].StartsWith("WEBP"u8) ? "a WebP image"
        : data.Length >= 12 && data[4..].StartsWith("ftypavi"u8) ? "an AVIF image"
        : data.Length >= 12 && (data[4..].StartsWith("ftyphei"u8) || data[4..].StartsWith("ftypmif1"u8)) ? "a HEIF image"
        : null;
}
