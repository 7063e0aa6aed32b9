using System.Numerics;
using Edge.SignRenderer.Images;

namespace Edge.SignRenderer.Scenes;

/// <summary>Discs, rings, triangles and boxes in loud colours that mean nothing: lamps, advertisements, cars, clothes.</summary>
internal static class ColoredShapes
{
    private static readonly Vector4[] Colors =
    [
        Srgb.Color(0xC02018), Srgb.Color(0x1D4FA0), Srgb.Color(0xF0B410), Srgb.Color(0xF4F4F0), Srgb.Color(0x161616),
        Srgb.Color(0x2E8B57), Srgb.Color(0xE0701A), Srgb.Color(0x808488),
    ];

    public static void Paint(Canvas canvas, SampleRandom random)
    {
        int count = 1 + random.Below(4);
        for (int n = 0; n < count; n++)
            Shape(canvas, random);
    }

    private static void Shape(Canvas canvas, SampleRandom random)
    {
        int kind = random.Below(4);
        float radius = random.Range(0.08f, 0.5f) * canvas.Width, stretch = random.Range(0.5f, 2);
        Vector2 center = new(random.Range(0, canvas.Width), random.Range(0, canvas.Height));
        (float sin, float cos) = MathF.SinCos(random.Normal(0, 0.4f));
        Vector4 outer = random.Pick(Colors) * random.LogNormal(1, 0.4f), inner = random.Pick(Colors) * random.LogNormal(1, 0.4f);
        outer.W = inner.W = 1;
        float rim = random.Chance(0.5f) ? random.Range(0.1f, 0.5f) * radius : 0;
        for (int y = 0; y < canvas.Height; y++)
        {
            Span<Vector4> to = canvas.Image.Row(y);
            for (int x = 0; x < to.Length; x++)
            {
                float dx = x - center.X, dy = y - center.Y;
                float px = dx * cos + dy * sin, py = (dy * cos - dx * sin) * stretch;
                float inside = kind switch
                {
                    0 => radius - MathF.Sqrt(px * px + py * py),
                    1 => radius - MathF.Max(MathF.Abs(px), MathF.Abs(py)),
                    2 => radius / 2 - MathF.Max(py, MathF.Abs(px) * 0.866f - py * 0.5f),
                    _ => radius - (MathF.Abs(px) + MathF.Abs(py)),
                };
                Canvas.Cover(ref to[x], outer, Canvas.Edge(inside));
                if (rim > 0)
                    Canvas.Cover(ref to[x], inner, Canvas.Edge(inside - rim));
            }
        }
    }
}
