namespace Edge.Imaging.Codecs;

/// <summary>
/// Decoded pictures as programs hand them on: binary PGM (P5, grey) and PPM (P6, colour) of 8 bits (Netpbm's pgm(5), ppm(5)). Only
/// the first picture of a file is read.
/// </summary>
public sealed class PnmDecoder : IImageDecoder
{
    private const int LargestLevel = 255;

    public bool Recognizes(ReadOnlySpan<byte> data) =>
        data.Length > 2 && data[0] == 'P' && data[1] is (byte)'5' or (byte)'6' && IsSpace(data[2]);

    public ExifOrientation Decode(ReadOnlySpan<byte> data, PixelBuffer destination, long maxPixels)
    {
        int channels = data[1] == '6' ? 3 : 1, at = 2;
        long width = Number(data, ref at), height = Number(data, ref at), levels = Number(data, ref at);
        if (levels != LargestLevel)
            throw new ImageFormatException($"is a PNM image of {levels} levels; only {LargestLevel} can be read, so convert it first");
        NativeCodec.CheckSize(width, height, maxPixels);

        // One space ends the header; the next byte is a pixel, whatever it looks like.
        ReadOnlySpan<byte> pixels = data[Math.Min(at + 1, data.Length)..];
        long length = width * height * channels;
        if (pixels.Length < length)
            throw new ImageFormatException("is a PNM image that is cut short; copy the file again");
        destination.Reset((int)width, (int)height, channels);
        pixels[..(int)length].CopyTo(destination.Pixels);
        return ExifOrientation.TopLeft;
    }

    public void Dispose()
    {
    }

    /// <summary>A number of the header, behind spaces and comments (# to the end of the line).</summary>
    private static long Number(ReadOnlySpan<byte> data, ref int at)
    {
        while (at < data.Length && (IsSpace(data[at]) || data[at] == '#'))
        {
            if (data[at] == '#')
                while (at < data.Length && data[at] is not ((byte)'\n' or (byte)'\r'))
                    at++;
            else
                at++;
        }

        int start = at;
        long value = 0;
        for (; at < data.Length && data[at] is >= (byte)'0' and <= (byte)'9' && value <= int.MaxValue; at++)
            value = (value * 10) + data[at] - '0';
        return at > start && at < data.Length && IsSpace(data[at])
            ? value
            : throw new ImageFormatException("is a damaged PNM image: its header has no size; copy or save the file again");
    }

    private static bool IsSpace(byte b) => b is (byte)' ' or >= 9 and <= 13;
}
