using System.Numerics;
using Edge.SignRenderer.Images;

namespace Edge.SignRenderer.Signs;

/// <summary>Makes a drawing bolder or finer: grey-scale dilation and erosion of its colours; its outline stays.</summary>
internal static class StrokeWeight
{
    /// <param name="image">The drawing.</param>
    /// <param name="pixels">How far dark grows into light; below 0: light into dark. Parts of a pixel blend.</param>
    public static LinearImage Change(LinearImage image, float pixels)
    {
        bool bolder = pixels > 0;
        float left = MathF.Abs(pixels);
        for (; left > 0; left -= 1)
        {
            LinearImage next = Extreme(image, bolder);
            Blend(next, image, MathF.Min(1, left));
            image = next;
        }

        return image;
    }

    /// <summary>The darkest or lightest of each colour among a pixel and its four neighbours on the sign.</summary>
    private static LinearImage Extreme(LinearImage image, bool darkest)
    {
        LinearImage result = new();
        result.Reset(image.Width, image.Height);
        ReadOnlySpan<(int X, int Y)> neighbours = [(-1, 0), (1, 0), (0, -1), (0, 1)];
        for (int y = 0; y < image.Height; y++)
        {
            Span<Vector4> to = result.Row(y);
            for (int x = 0; x < to.Length; x++)
            {
                Vector4 own = image.Row(y)[x];
                to[x] = own;
                if (own.W <= 0)
                    continue;
                Vector4 color = own / own.W;
                foreach ((int dx, int dy) in neighbours)
                {
                    int nx = x + dx, ny = y + dy;
                    if (nx < 0 || ny < 0 || nx >= image.Width || ny >= image.Height)
                        continue;
                    Vector4 other = image.Row(ny)[nx];
                    // Thinly covered pixels at the rim have no colour to speak of.
                    if (other.W >= 0.9f)
                        color = darkest ? Vector4.Min(color, other / other.W) : Vector4.Max(color, other / other.W);
                }

                to[x] = color * own.W;
                to[x].W = own.W;
            }
        }

        return result;
    }

    private static void Blend(LinearImage image, LinearImage before, float share)
    {
        Span<Vector4> to = image.Pixels;
        ReadOnlySpan<Vector4> from = before.Pixels;
        for (int i = 0; i < to.Length; i++)
            to[i] = Vector4.Lerp(from[i], to[i], share);
    }
}
