using System.Numerics;
using Edge.SignRenderer.Images;

namespace Edge.SignRenderer.Scenes.Backgrounds;

/// <summary>Asphalt with a lane mark, verges, a horizon with a dark tree line, and the sky.</summary>
internal sealed class Street : IBackground
{
    private readonly Sky _sky = new();

    public void Paint(Canvas canvas, SampleRandom random)
    {
        _sky.Paint(canvas, random);
        float horizon = random.Range(0.1f, 1) * canvas.Height, tilt = random.Normal(0, 0.05f);
        float trees = random.Range(0, 0.35f) * canvas.Height;
        Vector4 treeColor = new Vector4(0.03f, 0.045f, 0.025f, 0) * random.Range(0.5f, 2.5f);
        Vector4 asphalt = new Vector4(0.14f, 0.14f, 0.15f, 0) * random.Range(0.4f, 2.2f);
        Vector4 verge = new Vector4(0.09f, 0.12f, 0.04f, 0) * random.Range(0.4f, 2);
        float vanish = random.Range(-0.5f, 1.5f) * canvas.Width;
        float halfRoad = random.Range(0.5f, 2.5f), mark = random.Range(-0.6f, 0.6f);
        canvas.SecondNoise.Fill(random, canvas.Width, canvas.Height, random.Range(3, 8), 4, 0.7f, random.Range(1, 3));
        ReadOnlySpan<float> noise = canvas.SecondNoise.Values;
        for (int y = 0; y < canvas.Height; y++)
        {
            Span<Vector4> to = canvas.Image.Row(y);
            for (int x = 0; x < to.Length; x++)
            {
                float n = noise[y * canvas.Width + x];
                float below = y - horizon - tilt * x;
                Vector4 color = to[x];
                Canvas.Cover(ref color, treeColor * (0.4f + 1.2f * n), Canvas.Edge(below + trees * (0.4f + n)));
                if (below > 0)
                {
                    float across = (x - vanish) / (below + 2) / halfRoad;
                    color = (MathF.Abs(across) < 1 ? asphalt : verge) * (0.6f + 0.8f * n);
                    if (MathF.Abs(across - mark) < 0.03f)
                        color = new(0.55f);
                }

                color.W = 1;
                to[x] = color;
            }
        }
    }
}
