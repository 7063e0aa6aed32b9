using System.Numerics;
using Edge.SignRenderer.Images;

namespace Edge.SignRenderer.Scenes;

/// <summary>Things in front of a sign: leaves that reach in from an edge, bars and wires.</summary>
internal static class Occluders
{
    public static void Leaves(Canvas canvas, SampleRandom random)
    {
        canvas.Noise.Fill(random, canvas.Width, canvas.Height, random.Range(4, 12), 3, 0.6f);
        canvas.SecondNoise.Fill(random, canvas.Width, canvas.Height, random.Range(4, 10), 2, 0.6f);
        ReadOnlySpan<float> shape = canvas.Noise.Values, shade = canvas.SecondNoise.Values;
        (float sin, float cos) = MathF.SinCos(random.Range(0, 2 * MathF.PI));
        float reach = random.Range(-0.05f, 0.3f), level = random.LogNormal(0.7f, 0.5f);
        Vector4 green = new Vector4(random.Range(0.05f, 0.2f), random.Range(0.1f, 0.25f), random.Range(0.01f, 0.08f), 0) * level;
        for (int y = 0; y < canvas.Height; y++)
        {
            Span<Vector4> to = canvas.Image.Row(y);
            for (int x = 0; x < to.Length; x++)
            {
                int i = y * canvas.Width + x;
                // From 0.5 at the edge where the leaves come from to −0.5 at the opposite one.
                float towards = ((float)x / canvas.Width - 0.5f) * cos + ((float)y / canvas.Height - 0.5f) * sin;
                float coverage = Canvas.Step(-0.03f, 0.03f, towards - 0.5f + reach + 0.8f * (shape[i] - 0.5f));
                Vector4 color = green * (0.3f + 1.4f * shade[i]);
                color.W = 1;
                Canvas.Cover(ref to[x], color, coverage);
            }
        }
    }

    public static void Bar(Canvas canvas, SampleRandom random)
    {
        (float sin, float cos) = MathF.SinCos(random.Chance(0.5f) ? random.Normal(0, 0.15f) : random.Range(0, MathF.PI));
        // Near the border of the crop more often than across its middle.
        float at = (0.5f + random.Sign() * MathF.Sqrt(random.Unit()) * 0.5f) * canvas.Width;
        float half = random.Range(0.008f, 0.06f) * canvas.Width;
        Vector4 color = Vector4.Abs(Vector4.One + random.Normal4() * 0.15f) * random.LogNormal(0.12f, 1);
        color.W = 1;
        float middle = canvas.Height / 2f;
        for (int y = 0; y < canvas.Height; y++)
        {
            Span<Vector4> to = canvas.Image.Row(y);
            for (int x = 0; x < to.Length; x++)
                Canvas.Cover(ref to[x], color, Canvas.Edge(half - MathF.Abs((x - at) * cos + (y - middle) * sin)));
        }
    }
}
