using System.Numerics;
using Edge.SignRenderer.Images;

namespace Edge.SignRenderer.Scenes.Backgrounds;

/// <summary>Walls: plaster, bricks or panels in rows, often with windows.</summary>
internal sealed class Facade : IBackground
{
    private static readonly Vector4[] Walls =
    [
        Srgb.Color(0xB9AFA0), Srgb.Color(0x8E5A44), Srgb.Color(0xD9D2C4), Srgb.Color(0x7F7F7F), Srgb.Color(0xA88B62),
        Srgb.Color(0x565A5E), Srgb.Color(0xC7B9A0), Srgb.Color(0x6D3B2E),
    ];

    public void Paint(Canvas canvas, SampleRandom random)
    {
        Vector4 wall = random.Pick(Walls) * random.Range(0.5f, 1.2f);
        Vector4 joint = wall * random.Range(0.5f, 1.4f);
        bool bricks = random.Chance(0.4f), windows = random.Chance(0.6f);
        float row = random.Range(0.03f, 0.12f) * canvas.Height, column = row * random.Range(1.5f, 3);
        float pitchX = random.Range(0.25f, 0.7f) * canvas.Width, pitchY = random.Range(0.3f, 0.8f) * canvas.Height;
        float glassX = random.Range(0.3f, 0.75f), glassY = random.Range(0.4f, 0.8f);
        Vector4 glass = random.Chance(0.7f) ? new Vector4(random.Range(0.01f, 0.12f)) : new(random.Range(0.4f, 1));
        Vector2 shift = new(random.Range(0, 100), random.Range(0, 100));
        float slope = random.Normal(0, 0.08f);
        canvas.Noise.Fill(random, canvas.Width, canvas.Height, random.Range(2, 6), 4, 0.7f);
        ReadOnlySpan<float> noise = canvas.Noise.Values;
        for (int y = 0; y < canvas.Height; y++)
        {
            Span<Vector4> to = canvas.Image.Row(y);
            for (int x = 0; x < to.Length; x++)
            {
                float px = x + shift.X, py = y + shift.Y + slope * x;
                Vector4 color = wall;
                if (bricks)
                {
                    int brickRow = (int)(py / row);
                    float along = (px + (brickRow & 1) * column / 2) % column;
                    if (py % row < 0.18f * row || along < 0.1f * column)
                        color = joint;
                }

                if (windows)
                {
                    float inX = Math.Min(px % pitchX, glassX * pitchX - px % pitchX);
                    float inY = Math.Min(py % pitchY, glassY * pitchY - py % pitchY);
                    Canvas.Cover(ref color, glass, Canvas.Edge(Math.Min(inX, inY)));
                }

                color *= 0.7f + 0.6f * noise[y * canvas.Width + x];
                color.W = 1;
                to[x] = color;
            }
        }
    }
}
