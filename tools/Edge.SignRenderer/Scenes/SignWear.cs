using System.Numerics;
using Edge.SignRenderer.Images;

namespace Edge.SignRenderer.Scenes;

/// <summary>What years do to a sign, and the light that falls on it, for the training set.</summary>
internal static class SignWear
{
    /// <summary>Albedo: paints of different make, faded, dirty, with stickers or snow.</summary>
    public static void Age(SignLayer layer, Canvas canvas, SampleRandom random)
    {
        float saturation = Math.Clamp(random.Normal(0.97f, 0.18f), 0.3f, 1.3f);
        float lift = random.Chance(0.2f) ? random.Range(0.02f, 0.14f) : random.Range(0, 0.03f);
        Matrix4x4 paint = ColorTransform.Saturation(saturation) * ColorTransform.Crosstalk(random, 0.04f)
            * ColorTransform.Veil(new(0.55f, 0.53f, 0.5f), lift) * ColorTransform.Gains(new(random.Range(0.6f, 0.95f)));
        if (random.Chance(0.25f))
            paint *= ColorTransform.FadedRed(random.Range(0, 0.35f), random.Range(0, 0.3f));
        layer.Recolor(paint);
        if (random.Chance(0.2f))
            Dirt(layer, canvas, random);
        if (random.Chance(0.06f))
            Stickers(layer, random);
        if (random.Chance(0.02f))
            Snow(layer, canvas, random);
    }

    /// <summary>Light on the sign alone: gradients, cast shadows, leaves' shadows, reflections.</summary>
    public static void Illuminate(SignLayer layer, Canvas canvas, SampleRandom random)
    {
        if (random.Chance(0.5f))
            Gradient(layer, random);
        if (random.Chance(0.14f))
            CastShadow(layer, random);
        if (random.Chance(0.1f))
            Dapple(layer, canvas, random);
        if (random.Chance(0.12f))
            Reflection(layer, random);
    }

    private static void Dirt(SignLayer layer, Canvas canvas, SampleRandom random)
    {
        canvas.Noise.Fill(random, canvas.Width, canvas.Height, random.Range(1.5f, 6), 4, 0.65f, random.Range(0.3f, 1));
        ReadOnlySpan<float> noise = canvas.Noise.Values;
        Span<Vector4> pixels = layer.Image.Pixels;
        Vector4 color = new Vector4(0.10f, 0.09f, 0.07f, 0) * random.Range(0.4f, 2.5f);
        float start = random.Range(0.35f, 0.6f), strength = random.Range(0.2f, 0.75f);
        for (int i = 0; i < pixels.Length; i++)
        {
            float amount = strength * Canvas.Step(start, start + 0.3f, noise[i]);
            float coverage = pixels[i].W;
            pixels[i] = Vector4.Lerp(pixels[i], color * coverage, amount);
            pixels[i].W = coverage;
        }
    }

    private static void Stickers(SignLayer layer, SampleRandom random)
    {
        int count = 1 + random.Below(2);
        for (int n = 0; n < count; n++)
        {
            Vector2 center = new(random.Normal(0, 0.45f), random.Normal(0, 0.45f));
            (float sin, float cos) = MathF.SinCos(random.Range(0, MathF.PI));
            float halfX = random.Range(0.04f, 0.16f), halfY = random.Range(0.03f, 0.12f);
            Vector4 color = new(random.Range(0.02f, 0.9f), random.Range(0.02f, 0.9f), random.Range(0.02f, 0.9f), 1);
            Span<Vector4> pixels = layer.Image.Pixels;
            ReadOnlySpan<Vector2> positions = layer.Positions;
            for (int i = 0; i < pixels.Length; i++)
            {
                Vector2 p = positions[i] - center;
                if (MathF.Abs(p.X * cos + p.Y * sin) < halfX && MathF.Abs(p.Y * cos - p.X * sin) < halfY)
                    pixels[i] = color * pixels[i].W;
            }
        }
    }

    private static void Snow(SignLayer layer, Canvas canvas, SampleRandom random)
    {
        canvas.Noise.Fill(random, canvas.Width, canvas.Height, random.Range(2, 8), 4, 0.6f);
        ReadOnlySpan<float> noise = canvas.Noise.Values;
        Span<Vector4> pixels = layer.Image.Pixels;
        ReadOnlySpan<Vector2> positions = layer.Positions;
        float level = random.Range(-1, 0), side = random.Sign();
        for (int i = 0; i < pixels.Length; i++)
        {
            float depth = level + 0.5f * (noise[i] - 0.5f) - positions[i].Y * side;
            Canvas.Cover(ref pixels[i], new Vector4(0.85f, 0.87f, 0.9f, 1) * pixels[i].W, Canvas.Step(-0.05f, 0.1f, depth));
        }
    }

    private static void Gradient(SignLayer layer, SampleRandom random)
    {
        (float sin, float cos) = MathF.SinCos(random.Range(0, 2 * MathF.PI));
        float slope = MathF.Abs(random.Normal(0, 0.25f));
        Multiply(layer, p => Math.Max(0.1f, 1 + slope * (p.X * cos + p.Y * sin)));
    }

    private static void CastShadow(SignLayer layer, SampleRandom random)
    {
        (float sin, float cos) = MathF.SinCos(random.Range(0, 2 * MathF.PI));
        float at = random.Normal(0, 0.4f), soft = random.Range(0.02f, 0.2f), shade = random.Range(0.15f, 0.6f);
        bool band = random.Chance(0.4f);
        float width = random.Range(0.1f, 0.8f);
        Multiply(layer, p =>
        {
            float d = p.X * cos + p.Y * sin - at;
            float inside = band ? Canvas.Step(-soft, soft, width / 2 - MathF.Abs(d)) : Canvas.Step(-soft, soft, d);
            return 1 - (1 - shade) * inside;
        });
    }

    private static void Dapple(SignLayer layer, Canvas canvas, SampleRandom random)
    {
        canvas.Noise.Fill(random, canvas.Width, canvas.Height, random.Range(2.5f, 9), 2, 0.5f);
        ReadOnlySpan<float> noise = canvas.Noise.Values;
        Span<Vector4> pixels = layer.Image.Pixels;
        float start = random.Range(0.35f, 0.6f), soft = random.Range(0.04f, 0.15f), shade = random.Range(0.2f, 0.7f);
        for (int i = 0; i < pixels.Length; i++)
        {
            float coverage = pixels[i].W;
            pixels[i] *= 1 - (1 - shade) * Canvas.Step(start, start + soft, noise[i]);
            pixels[i].W = coverage;
        }
    }

    private static void Reflection(SignLayer layer, SampleRandom random)
    {
        Vector2 center = new(random.Normal(0, 0.6f), random.Normal(0, 0.6f));
        float radius = random.Range(0.3f, 1.5f), strength = random.Range(0.1f, 0.8f);
        Span<Vector4> pixels = layer.Image.Pixels;
        ReadOnlySpan<Vector2> positions = layer.Positions;
        for (int i = 0; i < pixels.Length; i++)
        {
            float coverage = pixels[i].W;
            if (coverage <= 0)
                continue;
            float amount = strength * MathF.Exp(-Vector2.DistanceSquared(positions[i], center) / (radius * radius));
            pixels[i] += new Vector4(amount * coverage);
            pixels[i].W = coverage;
        }
    }

    private static void Multiply(SignLayer layer, Func<Vector2, float> light)
    {
        Span<Vector4> pixels = layer.Image.Pixels;
        ReadOnlySpan<Vector2> positions = layer.Positions;
        for (int i = 0; i < pixels.Length; i++)
        {
            float coverage = pixels[i].W;
            if (coverage <= 0)
                continue;
            pixels[i] *= light(positions[i]);
            pixels[i].W = coverage;
        }
    }
}
