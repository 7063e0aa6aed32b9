using System.Numerics;
using Edge.SignRenderer.Images;
using Edge.SignRenderer.Scenes;

namespace Edge.SignRenderer.HeldOut;

/// <summary>Wear of the held-out set: scratches, rust spots, paint bleached from one end.</summary>
internal static class Rust
{
    private static readonly Vector4 Brown = Srgb.Color(0x6B3A1E);

    public static void Apply(SignLayer layer, SampleRandom random)
    {
        float bleach = random.Chance(0.3f) ? random.Range(0.1f, 0.5f) : 0, dim = random.Range(0.55f, 0.9f);
        float side = random.Sign();
        int scratches = random.Chance(0.3f) ? 1 + random.Below(6) : 0, spots = random.Chance(0.25f) ? 1 + random.Below(6) : 0;
        Span<Vector4> pixels = layer.Image.Pixels;
        ReadOnlySpan<Vector2> positions = layer.Positions;
        for (int i = 0; i < pixels.Length; i++)
        {
            float coverage = pixels[i].W;
            float amount = bleach * Math.Clamp((side * positions[i].Y + 1) / 2, 0, 1);
            pixels[i] = Vector4.Lerp(pixels[i], new Vector4(0.7f) * coverage, amount) * dim;
            pixels[i].W = coverage;
        }

        for (int n = 0; n < scratches; n++)
            Scratch(layer, random);
        for (int n = 0; n < spots; n++)
            Spot(layer, random);
    }

    private static void Scratch(SignLayer layer, SampleRandom random)
    {
        Vector2 from = new(random.Range(-1, 1), random.Range(-1, 1)), to = new(random.Range(-1, 1), random.Range(-1, 1));
        Vector2 direction = Vector2.Normalize(to - from + new Vector2(1e-3f));
        float length = Vector2.Distance(from, to), width = random.Range(0.01f, 0.03f), level = random.Range(0.05f, 0.8f);
        Span<Vector4> pixels = layer.Image.Pixels;
        ReadOnlySpan<Vector2> positions = layer.Positions;
        for (int i = 0; i < pixels.Length; i++)
        {
            Vector2 p = positions[i] - from;
            float along = Vector2.Dot(p, direction);
            if (along > 0 && along < length && MathF.Abs(p.X * direction.Y - p.Y * direction.X) < width)
                pixels[i] = new Vector4(level, level, level, 1) * pixels[i].W;
        }
    }

    private static void Spot(SignLayer layer, SampleRandom random)
    {
        Vector2 center = new(random.Range(-1, 1), random.Range(-1, 1));
        float radius = random.Range(0.02f, 0.12f);
        Span<Vector4> pixels = layer.Image.Pixels;
        ReadOnlySpan<Vector2> positions = layer.Positions;
        for (int i = 0; i < pixels.Length; i++)
        {
            float coverage = pixels[i].W * Canvas.Step(radius, 0.6f * radius, Vector2.Distance(positions[i], center));
            Canvas.Cover(ref pixels[i], Brown * pixels[i].W, coverage);
        }
    }
}
