namespace Edge.Imaging.Codecs;

/// <summary>One image format. Not thread-safe: a decoder keeps its working memory for the next image.</summary>
public interface IImageDecoder : IDisposable
{
    /// <summary>Whether these are the first bytes of the decoder's format.</summary>
    /// <param name="data">The beginning of a file, at least 16 bytes where the file has them.</param>
    bool Recognizes(ReadOnlySpan<byte> data);

    /// <summary>
    /// Decodes a whole file as stored: colour to R G B, grey to one channel, alpha dropped, 16 bits rounded to 8, colour
    /// profiles ignored.
    /// </summary>
    /// <param name="data">The file.</param>
    /// <param name="destination">Takes the image's size and pixels; undefined after an exception.</param>
    /// <param name="maxPixels">Largest width · height that is decoded.</param>
    /// <returns>How the pixels lie; the caller makes them upright.</returns>
    /// <exception cref="ImageFormatException">Damaged, cut short, too large or of an unsupported kind.</exception>
    /// <exception cref="CodecUnavailableException">The native library is missing.</exception>
    ExifOrientation Decode(ReadOnlySpan<byte> data, PixelBuffer destination, long maxPixels);
}
