using Edge.Imaging;
using Edge.Imaging.Codecs;

namespace Edge.SignRenderer.Cameras;

/// <summary>Gives an image the artefacts of JPEG compression. Not thread-safe.</summary>
internal sealed class JpegRoundTrip : IDisposable
{
    private readonly JpegEncoder _encoder = new();
    private readonly JpegDecoder _decoder = new();

    /// <param name="image">R G B; changed.</param>
    /// <param name="quality">1 … 100.</param>
    /// <param name="halfChroma">4:2:0 instead of 4:4:4.</param>
    public void Apply(PixelBuffer image, int quality, bool halfChroma) =>
        _decoder.Decode(_encoder.Encode(image, quality, halfChroma), image, ImageReader.DefaultMaxPixels);

    public void Dispose()
    {
        _encoder.Dispose();
        _decoder.Dispose();
    }
}
