using System.Numerics;
using Edge.SignRenderer.Images;

namespace Edge.SignRenderer.Scenes.Backgrounds;

/// <summary>Coloured shapes far out of focus, over a smooth base; with few of them, a plain surface or the night.</summary>
internal sealed class Bokeh : IBackground
{
    public void Paint(Canvas canvas, SampleRandom random)
    {
        canvas.Noise.Fill(random, canvas.Width, canvas.Height, random.Range(0.5f, 4), 3, 0.6f);
        ReadOnlySpan<float> noise = canvas.Noise.Values;
        Vector4 dark = Tone(random, 0.02f), light = Tone(random, 0.25f);
        Span<Vector4> pixels = canvas.Image.Pixels;
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = Vector4.Lerp(dark, light, noise[i]);
            pixels[i].W = 1;
        }

        int blobs = random.Below(9);
        for (int b = 0; b < blobs; b++)
            Blob(canvas, random);
    }

    private static Vector4 Tone(SampleRandom random, float median)
    {
        float level = random.LogNormal(median, 0.9f);
        Vector4 tint = Vector4.One + random.Normal4() * 0.15f;
        return Vector4.Max(Vector4.Zero, tint) * level;
    }

    private static void Blob(Canvas canvas, SampleRandom random)
    {
        float cx = random.Range(0, canvas.Width), cy = random.Range(0, canvas.Height);
        float rx = random.Range(0.05f, 0.4f) * canvas.Width, ry = rx * random.Range(0.5f, 2), soft = random.Range(0.1f, 0.9f);
        Vector4 color = Tone(random, 0.2f);
        color.W = 1;
        int top = Math.Max(0, (int)(cy - ry)), bottom = Math.Min(canvas.Height, (int)(cy + ry) + 1);
        int left = Math.Max(0, (int)(cx - rx)), right = Math.Min(canvas.Width, (int)(cx + rx) + 1);
        for (int y = top; y < bottom; y++)
        {
            Span<Vector4> row = canvas.Image.Row(y);
            for (int x = left; x < right; x++)
            {
                float dx = (x - cx) / rx, dy = (y - cy) / ry;
                Canvas.Cover(ref row[x], color, Canvas.Step(1, 1 - soft, dx * dx + dy * dy));
            }
        }
    }
}
