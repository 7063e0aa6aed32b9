using System.Numerics;
using Edge.SignRenderer.Images;

namespace Edge.SignRenderer.Scenes.Backgrounds;

/// <summary>
/// The backgrounds of the training set: one of the family, or two that meet at an edge; then poles, wires and branches in front.
/// </summary>
internal sealed class Surroundings : IBackground
{
    private readonly Sky _sky = new();
    private readonly Foliage _foliage = new();
    private readonly Facade _facade = new();
    private readonly Street _street = new();
    private readonly Bokeh _bokeh = new();
    private readonly LinearImage _other = new();

    public void Paint(Canvas canvas, SampleRandom random)
    {
        Pick(random).Paint(canvas, random);
        if (random.Chance(0.35f))
        {
            _other.CopyFrom(canvas.Image);
            Pick(random).Paint(canvas, random);
            Join(canvas, random);
        }

        canvas.Filters.Gaussian(canvas.Image, random.Chance(0.5f) ? random.Range(0, 0.025f) * canvas.Width : 0);
        if (random.Chance(0.25f))
            Bars(canvas, random);
        float light = random.LogNormal(1, 0.35f);
        foreach (ref Vector4 pixel in canvas.Image.Pixels)
        {
            pixel *= light;
            pixel.W = 1;
        }
    }

    private IBackground Pick(SampleRandom random) => random.Unit() switch
    {
        < 0.27f => _sky,
        < 0.55f => _foliage,
        < 0.70f => _facade,
        < 0.82f => _street,
        _ => _bokeh,
    };

    /// <summary>Keeps the other picture on one side of a ragged line.</summary>
    private void Join(Canvas canvas, SampleRandom random)
    {
        float angle = random.Chance(0.5f) ? random.Normal(0, 0.2f) : random.Range(0, 2 * MathF.PI);
        (float sin, float cos) = MathF.SinCos(angle);
        float offset = random.Range(-0.4f, 0.4f) * canvas.Height;
        float ragged = random.Chance(0.5f) ? random.Range(0, 0.4f) * canvas.Height : 0;
        canvas.Noise.Fill(random, canvas.Width, canvas.Height, random.Range(2, 8), 3, 0.6f);
        ReadOnlySpan<float> noise = canvas.Noise.Values;
        ReadOnlySpan<Vector4> other = _other.Pixels;
        for (int y = 0; y < canvas.Height; y++)
        {
            Span<Vector4> to = canvas.Image.Row(y);
            for (int x = 0; x < to.Length; x++)
            {
                int i = y * canvas.Width + x;
                float along = (x - canvas.Width / 2f) * sin + (y - canvas.Height / 2f) * cos;
                float distance = along - offset + ragged * (noise[i] - 0.5f);
                Canvas.Cover(ref to[x], other[i], Canvas.Edge(distance));
            }
        }
    }

    private static void Bars(Canvas canvas, SampleRandom random)
    {
        int count = 1 + random.Below(4);
        for (int bar = 0; bar < count; bar++)
        {
            (float sin, float cos) = MathF.SinCos(random.Chance(0.6f) ? random.Normal(0, 0.06f) : random.Range(0, MathF.PI));
            float at = random.Range(0, canvas.Width) * cos, half = random.LogNormal(0.015f, 0.7f) * canvas.Width;
            Vector4 color = new(random.LogNormal(0.08f, 1));
            color.W = 1;
            for (int y = 0; y < canvas.Height; y++)
            {
                Span<Vector4> to = canvas.Image.Row(y);
                for (int x = 0; x < to.Length; x++)
                {
                    float inside = half - MathF.Abs(x * cos + y * sin - at);
                    if (inside > -0.5f)
                        Canvas.Cover(ref to[x], color, Canvas.Edge(inside));
                }
            }
        }
    }
}
