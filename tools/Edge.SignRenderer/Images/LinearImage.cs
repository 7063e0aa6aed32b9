using System.Numerics;

namespace Edge.SignRenderer.Images;

/// <summary>
/// An image in linear light: X Y Z of a pixel are R G B (1 = white paper in full light), W is coverage, with colours already
/// multiplied by it. Rows from top to bottom. One instance serves many images; its memory only grows.
/// </summary>
internal sealed class LinearImage
{
    private Vector4[] _storage = [];

    public int Width { get; private set; }

    public int Height { get; private set; }

    public Span<Vector4> Pixels => _storage.AsSpan(0, Width * Height);

    /// <summary>Gives the image another size; the content is undefined afterwards.</summary>
    public void Reset(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (_storage.Length < width * height)
            _storage = GC.AllocateUninitializedArray<Vector4>(width * height);
        (Width, Height) = (width, height);
    }

    public Span<Vector4> Row(int y) => _storage.AsSpan(y * Width, Width);

    public void CopyFrom(LinearImage source)
    {
        Reset(source.Width, source.Height);
        source.Pixels.CopyTo(Pixels);
    }

    /// <summary>
    /// The pixel at a real position, pixel centres at integers, by bilinear interpolation; edges are continued.
    /// </summary>
    public Vector4 Bilinear(float x, float y)
    {
        x = Math.Clamp(x, 0, Width - 1);
        y = Math.Clamp(y, 0, Height - 1);
        int x0 = (int)x, y0 = (int)y;
        int x1 = Math.Min(x0 + 1, Width - 1), y1 = Math.Min(y0 + 1, Height - 1);
        float fx = x - x0, fy = y - y0;
        Vector4 top = Vector4.Lerp(_storage[y0 * Width + x0], _storage[y0 * Width + x1], fx);
        Vector4 bottom = Vector4.Lerp(_storage[y1 * Width + x0], _storage[y1 * Width + x1], fx);
        return Vector4.Lerp(top, bottom, fy);
    }

    /// <summary>Puts a layer of the same size on top: Porter and Duff's "over".</summary>
    public void Compose(LinearImage layer)
    {
        Span<Vector4> to = Pixels;
        ReadOnlySpan<Vector4> from = layer.Pixels;
        for (int i = 0; i < to.Length; i++)
        {
            if (from[i].W > 0)
                to[i] = from[i] + to[i] * (1 - from[i].W);
        }
    }
}
