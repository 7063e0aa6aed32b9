using System.Numerics;
using Edge.Imaging;
using Edge.Quantizer;
using Edge.SignRenderer.Images;

namespace Edge.SignRenderer.Signs;

/// <summary>A drawn sign as albedo in linear light, with coverage, in halving resolutions.</summary>
internal sealed class SignTexture
{
    private const int Directions = 48;

    private readonly LinearImage[] _levels;

    /// <param name="rasterizer">Draws it.</param>
    /// <param name="drawing">The sign.</param>
    /// <param name="style">How it is drawn.</param>
    /// <param name="size">Width and height of the drawing in pixels, a power of two.</param>
    /// <param name="largest">Larger textures than this are not kept.</param>
    /// <exception cref="UserException">The sign cannot be drawn.</exception>
    public SignTexture(SvgRasterizer rasterizer, SignDrawing drawing, DrawingStyle style, int size, int largest)
    {
        // On two backgrounds: the difference gives the coverage.
        string sheet = style.StyleSheet ?? "";
        List<LinearImage> levels =
        [
            FromPictures(
                rasterizer.Rasterize(drawing, sheet, size, "black"), rasterizer.Rasterize(drawing, sheet, size, "white")),
        ];
        if (style.Weight != 0)
            levels[0] = StrokeWeight.Change(levels[0], style.Weight);
        for (size /= 2; size >= 8; size /= 2)
            levels.Add(Half(levels[^1]));
        Outline = FindOutline(levels[0]);
        _levels = [.. levels.Where(level => level.Width <= largest)];
    }

    /// <summary>The sign's extreme points in 48 directions, in plane coordinates: their hull contains the sign.</summary>
    public IReadOnlyList<Vector2> Outline { get; }

    /// <summary>Picks the resolution for a view.</summary>
    /// <param name="pixelsPerUnit">How many pixels the view gives to one plane unit; the texture has two units a side.</param>
    public LinearImage Level(float pixelsPerUnit)
    {
        int level = 0;
        while (level + 1 < _levels.Length && _levels[level + 1].Width >= 2 * pixelsPerUnit)
            level++;
        return _levels[level];
    }

    /// <summary>Albedo and coverage at a plane position; nothing outside [−1, 1]².</summary>
    public static Vector4 Sample(LinearImage level, float x, float y) =>
        MathF.Abs(x) < 1 && MathF.Abs(y) < 1
            ? level.Bilinear((x + 1) * 0.5f * level.Width - 0.5f, (y + 1) * 0.5f * level.Height - 0.5f)
            : Vector4.Zero;

    private static LinearImage FromPictures(PixelBuffer onBlack, PixelBuffer onWhite)
    {
        LinearImage image = new();
        image.Reset(onBlack.Width, onBlack.Height);
        Span<Vector4> to = image.Pixels;
        ReadOnlySpan<byte> black = onBlack.Pixels, white = onWhite.Pixels;
        for (int i = 0; i < to.Length; i++)
        {
            int transparency = 0;
            for (int c = 0; c < 3; c++)
                transparency = Math.Max(transparency, white[3 * i + c] - black[3 * i + c]);
            float coverage = 1 - transparency / 255f;
            if (coverage <= 0)
            {
                to[i] = Vector4.Zero;
                continue;
            }

            Vector4 color = new(
                Straight(black[3 * i], coverage), Straight(black[3 * i + 1], coverage), Straight(black[3 * i + 2], coverage), 1);
            to[i] = color * coverage;
        }

        return image;
    }

    private static float Straight(byte onBlack, float coverage) => Srgb.ToLinear(Math.Min(1, onBlack / (255 * coverage)));

    private static LinearImage Half(LinearImage image)
    {
        LinearImage half = new();
        half.Reset(image.Width / 2, image.Height / 2);
        for (int y = 0; y < half.Height; y++)
        {
            ReadOnlySpan<Vector4> upper = image.Row(2 * y), lower = image.Row(2 * y + 1);
            Span<Vector4> to = half.Row(y);
            for (int x = 0; x < to.Length; x++)
                to[x] = (upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1]) / 4;
        }

        return half;
    }

    private static Vector2[] FindOutline(LinearImage image)
    {
        Vector2[] extremes = new Vector2[Directions];
        Vector2[] directions =
        [
            .. Enumerable.Range(0, Directions).Select(d => d * 2 * MathF.PI / Directions)
                .Select(angle => new Vector2(MathF.Cos(angle), MathF.Sin(angle))),
        ];
        float[] reach = new float[Directions];
        Array.Fill(reach, float.MinValue);
        for (int y = 0; y < image.Height; y++)
        {
            ReadOnlySpan<Vector4> row = image.Row(y);
            for (int x = 0; x < row.Length; x++)
            {
                // Only the first and last covered pixel of a row can be extreme.
                bool inside = x > 0 && x + 1 < row.Length && row[x - 1].W >= 0.5f && row[x + 1].W >= 0.5f;
                if (row[x].W < 0.5f || inside)
                    continue;
                Vector2 point = new((2 * x + 1f) / image.Width - 1, (2 * y + 1f) / image.Height - 1);
                for (int d = 0; d < Directions; d++)
                {
                    float along = Vector2.Dot(point, directions[d]);
                    if (along > reach[d])
                        (reach[d], extremes[d]) = (along, point);
                }
            }
        }

        return extremes;
    }
}
