using System.Numerics;
using Edge.SignRenderer.Images;
using Edge.SignRenderer.Scenes;
using Edge.SignRenderer.Scenes.Backgrounds;

namespace Edge.SignRenderer.HeldOut;

/// <summary>
/// The dead leaves model of natural images (Lee, Mumford and Huang, 2001): opaque shapes of all sizes that hide each other, with
/// radii by an inverse power law. Shares nothing with the training set's surroundings.
/// </summary>
internal sealed class DeadLeaves : IBackground
{
    private static readonly int[][] Palettes =
    [
        [0x3B4A2A, 0x6A7B3C, 0x20261A, 0x8C8F5A, 0xB7C0A0, 0x4D3F2C],
        [0x9AA6B2, 0xC9D3DC, 0xE9EEF2, 0x6F7C8A, 0x54606B, 0xB0A998],
        [0x7A6A58, 0xA89682, 0x54463A, 0xC8BBA8, 0x8F4A36, 0x2E2A28],
        [0x303338, 0x5A5E63, 0x8C8F92, 0x1B1C1F, 0xB6B8BA, 0x6B6256],
        [0x86A8D0, 0xDDE8F2, 0x4E6A45, 0x2F4030, 0xA8A293, 0x77736C],
    ];

    public void Paint(Canvas canvas, SampleRandom random)
    {
        int[] palette = random.Pick(Palettes);
        Vector4 ground = Srgb.Color(random.Pick(palette));
        canvas.Image.Pixels.Fill(ground);
        int leaves = 20 + random.Below(120);
        float smallest = 0.02f * canvas.Width, coarseness = random.Range(0, 0.5f);
        for (int leaf = 0; leaf < leaves; leaf++)
        {
            // Radii r with density r⁻³ above the smallest: inverse of the cumulative distribution.
            float radius = MathF.Min(smallest / MathF.Sqrt(1 - random.Range(coarseness, 0.999f)), 0.6f * canvas.Width);
            Leaf(canvas, random, radius, Srgb.Color(random.Pick(palette)) * random.Range(0.4f, 1.4f));
        }
    }

    private static void Leaf(Canvas canvas, SampleRandom random, float radius, Vector4 color)
    {
        Vector2 center = new(random.Range(0, canvas.Width), random.Range(0, canvas.Height));
        (float sin, float cos) = MathF.SinCos(random.Range(0, MathF.PI));
        bool box = random.Chance(0.5f);
        float length = radius * random.Range(1, 3), slope = random.Range(-0.4f, 0.4f) / radius;
        int reach = (int)(length * 1.5f) + 1;
        int top = Math.Max(0, (int)center.Y - reach), bottom = Math.Min(canvas.Height, (int)center.Y + reach + 1);
        int left = Math.Max(0, (int)center.X - reach), right = Math.Min(canvas.Width, (int)center.X + reach + 1);
        for (int y = top; y < bottom; y++)
        {
            Span<Vector4> row = canvas.Image.Row(y);
            for (int x = left; x < right; x++)
            {
                float along = (x - center.X) * cos + (y - center.Y) * sin, across = (y - center.Y) * cos - (x - center.X) * sin;
                float inside = box
                    ? MathF.Min(length - MathF.Abs(along), radius - MathF.Abs(across))
                    : (1 - MathF.Sqrt(along * along / (length * length) + across * across / (radius * radius))) * radius;
                if (inside <= -0.5f)
                    continue;
                Vector4 shaded = color * MathF.Max(0.2f, 1 + slope * across);
                shaded.W = 1;
                Canvas.Cover(ref row[x], shaded, Canvas.Edge(inside));
            }
        }
    }
}
