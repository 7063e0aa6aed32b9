using System.Numerics;
using Edge.SignRenderer.Images;
using Edge.SignRenderer.Scenes;
using Edge.SignRenderer.Signs;

namespace Edge.SignRenderer.HeldOut;

/// <summary>
/// Paints the held-out set's scenes: a worn sign before dead leaves, sometimes with another sign or a box in front.
/// </summary>
internal sealed class HeldOutScene(SignLibrary library)
{
    private readonly DeadLeaves _background = new();
    private readonly SignLayer _layer = new();

    public Framing Paint(Canvas canvas, int label, SampleRandom random)
    {
        bool empty = label == SignLibrary.None && random.Chance(0.5f);
        SignTexture texture = random.Pick(library[label]);
        float side = random.Range(4, 10);
        side *= side * random.Range(0.8f, 1.5f);
        Projection turned = Projection.Turned(
            random.Range(-0.5f, 0.5f), random.Range(-0.2f, 0.2f), random.Range(-0.15f, 0.15f), random.Range(3, 12));
        Vector2 shift = new(random.Range(-0.05f, 0.05f), random.Range(-0.05f, 0.05f));
        Framing framing = Framing.Around(texture, turned, side, random.Range(0.6f, 1.5f), random.Chance(0.5f), shift);
        canvas.Image.Reset(framing.SceneWidth, framing.SceneHeight);
        _background.Paint(canvas, random);
        if (empty)
            return framing;
        if (random.Chance(0.2f))
        {
            SignTexture neighbour = random.Pick(library[random.Below(SignLibrary.SignClasses)]);
            Put(canvas, neighbour, framing.View.Of(0, 2.1f * random.Sign(), 1), random);
        }

        Put(canvas, texture, framing.View, random);
        if (random.Chance(0.08f))
            Cover(canvas, random);
        return framing;
    }

    private void Put(Canvas canvas, SignTexture texture, in Projection view, SampleRandom random)
    {
        _layer.Draw(texture, view, canvas.Width, canvas.Height);
        Rust.Apply(_layer, random);
        float light = MathF.Pow(2, random.Range(-1.5f, 0.8f)), slope = random.Range(-0.3f, 0.3f);
        Span<Vector4> pixels = _layer.Image.Pixels;
        ReadOnlySpan<Vector2> positions = _layer.Positions;
        for (int i = 0; i < pixels.Length; i++)
        {
            float coverage = pixels[i].W;
            pixels[i] *= light * (1 + slope * Math.Clamp(positions[i].X, -1, 1));
            pixels[i].W = coverage;
        }

        canvas.Image.Compose(_layer.Image);
    }

    /// <summary>A plain box over one corner.</summary>
    private static void Cover(Canvas canvas, SampleRandom random)
    {
        int width = (int)(random.Range(0.1f, 0.3f) * canvas.Width), height = (int)(random.Range(0.1f, 0.5f) * canvas.Height);
        int left = random.Chance(0.5f) ? 0 : canvas.Width - width, top = random.Chance(0.5f) ? 0 : canvas.Height - height;
        Vector4 color = new(random.Range(0.02f, 0.5f), random.Range(0.02f, 0.5f), random.Range(0.02f, 0.5f), 1);
        for (int y = top; y < top + height; y++)
            canvas.Image.Row(y).Slice(left, width).Fill(color);
    }
}
