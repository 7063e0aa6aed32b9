using System.Collections.Concurrent;
using Edge.Imaging;

namespace Edge.Training.Data;

/// <summary>
/// Decoded images in memory, up to a bound; whatever does not fit is decoded each time. What is kept never changes a result.
/// </summary>
/// <param name="bytes">Pixels to keep, bytes.</param>
internal sealed class PixelCache(long bytes)
{
    private readonly ConcurrentDictionary<int, PixelBuffer> _images = new();
    private long _free = bytes;

    /// <returns>Null when the image is not here. Not to be changed.</returns>
    public PixelBuffer? Find(int index) => _images.GetValueOrDefault(index);

    /// <summary>Keeps a copy if there is room.</summary>
    public void Add(int index, PixelBuffer image)
    {
        int size = image.Pixels.Length;
        if (Interlocked.Add(ref _free, -size) < 0)
        {
            Interlocked.Add(ref _free, size);
            return;
        }

        var copy = new PixelBuffer(image.Width, image.Height, image.Channels);
        image.Pixels.CopyTo(copy.Pixels);
        if (!_images.TryAdd(index, copy))
            Interlocked.Add(ref _free, size);
    }
}
