using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Imaging.Preprocessing;
using Edge.Runtime.Format;

namespace Edge.Training.Data;

/// <summary>
/// Turns one image into the network's input: as the quantizer and the device see it, or varied for training. Not thread-safe;
/// several readers may share caches.
/// </summary>
internal sealed class SampleReader(
    ImageSet images, InputPreprocessing input, Augmentation augmentation, SampleCaches caches) : IDisposable
{
    private readonly ImageReader _reader = new();
    private readonly PixelBuffer _decoded = new();
    private readonly ImagePreprocessor _preprocessor = new(input);
    private readonly Augmenter _augmenter = new(augmentation, input);

    public int InputLength => _preprocessor.InputLength;

    /// <summary>As <see cref="ImagePreprocessor.Run(PixelBuffer, Span{float})"/> of the decoded image.</summary>
    public void Evaluation(int index, Span<float> destination) => _preprocessor.Normalize(
        EvaluationPixels(index).Pixels, destination);

    /// <summary>The input as grey levels. Valid until the next call.</summary>
    public PixelBuffer EvaluationPixels(int index)
    {
        if (caches.Evaluation.Find(index) is { } kept)
            return kept;
        images.Read(index, _reader, _decoded);
        PixelBuffer pixels = _preprocessor.ToPixels(_decoded);
        caches.Evaluation.Add(index, pixels);
        return pixels;
    }

    /// <summary>One varied view.</summary>
    /// <param name="index">Which image.</param>
    /// <param name="random">Decides what happens to it.</param>
    /// <param name="destination">h · w · c values.</param>
    public void Training(int index, SampleRandom random, Span<float> destination) =>
        _preprocessor.Normalize(_augmenter.Run(Source(index), ref random).Pixels, destination);

    public void Dispose() => _reader.Dispose();

    private PixelBuffer Source(int index)
    {
        if (caches.Training.Find(index) is { } kept)
            return kept;
        images.Read(index, _reader, _decoded);
        PixelBuffer source = Shrink(_decoded);
        caches.Training.Add(index, source);
        return source;
    }

    /// <summary>A photograph of many megapixels is kept no larger than its crops need.</summary>
    private PixelBuffer Shrink(PixelBuffer image)
    {
        double most = 1.25 * Math.Max(input.Width, input.Height) / Math.Sqrt(Math.Max(augmentation.Crop, 0.15));
        double shorter = Math.Min(image.Width, image.Height);
        if (shorter <= most)
            return image;
        InputPreprocessing smaller = new()
        {
            Width = (int)Math.Round(image.Width * most / shorter),
            Height = (int)Math.Round(image.Height * most / shorter),
            Order = image.Channels == 3 ? ChannelOrder.Rgb : ChannelOrder.Luma,
            Mean = new float[image.Channels],
            Scale = [.. Enumerable.Repeat(1f, image.Channels)],
            Resize = ResizeRule.Stretch,
        };
        return new ImagePreprocessor(smaller).ToPixels(image);
    }
}

/// <summary>Pixels that the readers of one image set share.</summary>
internal sealed class SampleCaches(long bytes)
{
    /// <summary>Inputs as evaluation sees them.</summary>
    public PixelCache Evaluation { get; } = new(bytes / 2);

    /// <summary>Images that training views are cut from.</summary>
    public PixelCache Training { get; } = new(bytes / 2);
}
