using System.Buffers.Binary;

namespace Edge.Imaging.Codecs;

/// <summary>
/// JPEG through libturbojpeg: baseline, progressive and arithmetic-coded; grey, YCbCr, RGB, CMYK and YCCK. The pixels equal
/// those of Pillow with libjpeg-turbo (exact inverse DCT, smooth chroma upsampling).
/// </summary>
public sealed unsafe class JpegDecoder : IImageDecoder
{
    private const string CutShort = "is a JPEG that is cut short; copy the file again";

    private TurboJpeg.DecompressorHandle? _handle;
    private byte[] _cmyk = [];

    public bool Recognizes(ReadOnlySpan<byte> data) => data.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]);

    public ExifOrientation Decode(ReadOnlySpan<byte> data, PixelBuffer destination, long maxPixels)
    {
        (int width, int height, int components, ExifOrientation orientation) = ReadHeader(data);
        NativeCodec.CheckSize(width, height, maxPixels);
        try
        {
            switch (components)
            {
                case 1:
                    destination.Reset(width, height, 1);
                    Decompress(data, destination.Pixels, width, height, 1, TurboJpeg.PixelFormatGray);
                    break;
                case 3:
                    destination.Reset(width, height, 3);
                    Decompress(data, destination.Pixels, width, height, 3, TurboJpeg.PixelFormatRgb);
                    break;
                case 4:
                    destination.Reset(width, height, 3);
                    int length = width * height * 4;
                    if (_cmyk.Length < length)
                        _cmyk = GC.AllocateUninitializedArray<byte>(length);
                    Decompress(data, _cmyk, width, height, 4, TurboJpeg.PixelFormatCmyk);
                    InvertedCmykToRgb(_cmyk.AsSpan(0, length), destination.Pixels);
                    break;
                default:
                    throw new ImageFormatException($"is a JPEG with {components} colour components; 1, 3 or 4 can be read");
            }
        }
        catch (Exception e) when (NativeCodec.IsLoaderFailure(e))
        {
            throw NativeCodec.Unavailable(TurboJpeg.Library, "JPEG", "libturbojpeg0 (on Ubuntu: libturbojpeg)", e);
        }

        return orientation;
    }

    public void Dispose() => _handle?.Dispose();

    private static (int Width, int Height, int Components, ExifOrientation Orientation) ReadHeader(ReadOnlySpan<byte> data)
    {
        ExifOrientation orientation = ExifOrientation.TopLeft;
        bool exifSeen = false;
        ReadOnlySpan<byte> frame = default;
        JpegSegments segments = new(data);
        while (segments.MoveNext() && segments.Marker is not (JpegSegments.StartOfScan or JpegSegments.EndOfImage))
        {
            if (segments.Marker == JpegSegments.App1 && !exifSeen && segments.Payload.StartsWith("Exif\0\0"u8))
            {
                orientation = ExifOrientations.Read(segments.Payload[6..]);
                exifSeen = true;
            }
            else if (segments.IsFrameHeader && frame.IsEmpty)
            {
                frame = segments.Payload;
            }
        }

        // Precision, height, width, number of components.
        if (frame.Length < 6)
            throw new ImageFormatException(
                EndsProperly(data)
                    ? "is a damaged JPEG: the frame header is missing; copy or save the file again"
                    : CutShort);
        if (frame[0] != 8)
            throw new ImageFormatException($"is a JPEG with {frame[0]} bits per sample; only 8 can be read, so convert it first");
        int height = BinaryPrimitives.ReadUInt16BigEndian(frame[1..]);
        int width = BinaryPrimitives.ReadUInt16BigEndian(frame[3..]);
        return (width, height, frame[5], orientation);
    }

    private void Decompress(ReadOnlySpan<byte> data, Span<byte> pixels, int width, int height, int channels, int format)
    {
        _handle ??= TurboJpeg.InitDecompress();
        if (_handle.IsInvalid)
            throw new CodecUnavailableException($"{TurboJpeg.Library} gives no decoder: out of memory");
        int result;
        fixed (byte* from = data, to = pixels)
        {
            result = TurboJpeg.Decompress(
                _handle, from, (nuint)data.Length, to, width, width * channels, height, format,
                TurboJpeg.FlagAccurateDct | TurboJpeg.FlagLimitScans);
        }

        if (result == 0)
            return;
        bool complete = EndsProperly(data);
        if (complete && TurboJpeg.EndedHarmlessly(_handle))
            return;
        throw new ImageFormatException(
            complete
                ? $"is a damaged JPEG ({TurboJpeg.ErrorMessage(_handle)}); copy or save the file again"
                : CutShort);
    }

    private static bool EndsProperly(ReadOnlySpan<byte> data)
    {
        JpegSegments segments = new(data);
        while (segments.MoveNext())
        {
        }

        return segments.Marker == JpegSegments.EndOfImage;
    }

    /// <summary>
    /// CMYK as Adobe stores it in JPEG files: inverted, 255 is no ink. R = K − round((255 − C)·K / 255) of the stored values, which
    /// is Pillow's rounding; like Pillow, also for files without Adobe's marker.
    /// </summary>
    private static void InvertedCmykToRgb(ReadOnlySpan<byte> cmyk, Span<byte> rgb)
    {
        for (int from = 0, to = 0; from < cmyk.Length; from += 4, to += 3)
        {
            int k = cmyk[from + 3];
            for (int c = 0; c < 3; c++)
            {
                int ink = (255 - cmyk[from + c]) * k + 128;
                rgb[to + c] = (byte)(k - (((ink >> 8) + ink) >> 8));
            }
        }
    }
}
