using System.Numerics;
using Edge.SignRenderer.Images;
using Edge.SignRenderer.Scenes.Backgrounds;
using Edge.SignRenderer.Signs;

namespace Edge.SignRenderer.Scenes;

/// <summary>
/// Paints the training set's scenes: surroundings, pole, neighbours, the sign with its wear and light, occluders.
/// </summary>
/// <param name="library">The signs.</param>
internal sealed class SignScene(SignLibrary library)
{
    private readonly Surroundings _surroundings = new();
    private readonly SignLayer _sign = new();
    private readonly SignLayer _neighbour = new();

    /// <summary>A crop of a sign.</summary>
    public Framing PaintSign(Canvas canvas, int label, SampleRandom random) =>
        Paint(canvas, random.Pick(library[label]), random, new Vector2(random.Normal(), random.Normal()) * 0.025f);

    /// <summary>A photograph that someone took of a sign: large, and seen from the front.</summary>
    /// <param name="canvas">Painted.</param>
    /// <param name="label">Class of the sign.</param>
    /// <param name="side">Of the picture, pixels.</param>
    /// <param name="fill">Side of the sign relative to the picture's.</param>
    /// <param name="random">The picture's random numbers.</param>
    public Framing PaintPhotograph(Canvas canvas, int label, int side, float fill, SampleRandom random)
    {
        SignTexture texture = library[label][0];
        Projection turned = Projection.Turned(random.Normal(0, 0.15f), random.Normal(0, 0.06f), random.Normal(0, 0.04f), 8);
        float marginScale = (1 / fill - 1) / 2 / Framing.Margin;
        return Paint(
            canvas, texture, Framing.Around(texture, turned, side * fill, marginScale, square: true, Vector2.Zero, side), random);
    }

    /// <summary>
    /// A crop that shows no sign of the classes: another sign, most of a sign missing, a coloured shape, or nothing.
    /// </summary>
    public Framing PaintNone(Canvas canvas, SampleRandom random)
    {
        float kind = random.Unit();
        if (kind < 0.38f)
            return Paint(canvas, random.Pick(library[SignLibrary.None]), random, Vector2.Zero);
        if (kind < 0.55f)
        {
            (float sin, float cos) = MathF.SinCos(random.Range(0, 2 * MathF.PI));
            return Paint(
                canvas, random.Pick(library[random.Below(SignLibrary.SignClasses)]), random,
                new Vector2(cos, sin) * random.Range(0.62f, 1));
        }

        Framing framing = Frame(random.Pick(library[SignLibrary.None]), random, Vector2.Zero);
        canvas.Image.Reset(framing.SceneWidth, framing.SceneHeight);
        _surroundings.Paint(canvas, random);
        if (kind < 0.72f)
            ColoredShapes.Paint(canvas, random);
        return framing;
    }

    private static Framing Frame(SignTexture texture, SampleRandom random, Vector2 shift)
    {
        float side = Math.Clamp(random.LogNormal(35, 0.5f), 13, 200);
        float marginScale = random.Unit() switch
        {
            < 0.10f => random.Range(0, 0.6f),
            < 0.20f => random.Range(1.4f, 2.4f),
            < 0.24f => random.Range(2.4f, 4),
            _ => random.Range(0.75f, 1.3f),
        };
        float roll = random.Chance(0.15f) ? random.Normal(0, 0.14f) : random.Normal(0, 0.05f);
        Projection turned = Projection.Turned(
            Math.Clamp(random.Normal(0, 0.28f), -0.9f, 0.9f), random.Normal(0, 0.12f), roll, random.Range(4, 20));
        return Framing.Around(texture, turned, side, marginScale, random.Chance(0.4f), shift);
    }

    private Framing Paint(Canvas canvas, SignTexture texture, SampleRandom random, Vector2 shift) =>
        Paint(canvas, texture, Frame(texture, random, shift), random);

    private Framing Paint(Canvas canvas, SignTexture texture, in Framing framing, SampleRandom random)
    {
        canvas.Image.Reset(framing.SceneWidth, framing.SceneHeight);
        _surroundings.Paint(canvas, random);
        // Sun from behind the camera, or against the light: then the sky outshines the sign.
        float light = random.Chance(0.25f) ? random.LogNormal(0.4f, 0.5f) : random.LogNormal(1, 0.4f);
        if (random.Chance(0.6f))
            Pole(canvas, framing.View, light, random);
        if (random.Chance(0.35f))
            Neighbours(canvas, framing.View, light, random);
        if (random.Chance(0.5f))
            Back(canvas, texture, framing.View, light, random);
        _sign.Draw(texture, framing.View, canvas.Width, canvas.Height, Dents.Draw(random));
        SignWear.Age(_sign, canvas, random);
        _sign.Recolor(ColorTransform.Gains(new(light)));
        SignWear.Illuminate(_sign, canvas, random);
        canvas.Image.Compose(_sign.Image);
        if (random.Chance(0.07f))
            Occluders.Leaves(canvas, random);
        if (random.Chance(0.05f))
            Occluders.Bar(canvas, random);
        return framing;
    }

    /// <summary>A galvanised tube behind the sign, from its middle downwards and often past its top.</summary>
    private static void Pole(Canvas canvas, in Projection view, float light, SampleRandom random)
    {
        Projection back = view.Inverse();
        float at = random.Chance(0.85f) ? random.Normal(0, 0.04f) : random.Range(-1, 1), half = random.Range(0.05f, 0.11f);
        float top = random.Chance(0.5f) ? -10 : 0, level = random.LogNormal(0.25f, 0.5f) * light, side = random.Sign();
        for (int y = 0; y < canvas.Height; y++)
        {
            Span<Vector4> to = canvas.Image.Row(y);
            for (int x = 0; x < to.Length; x++)
            {
                Vector2 p = back.Map(x, y);
                float across = (p.X - at) / half;
                if (MathF.Abs(across) > 1 || p.Y < top)
                    continue;
                float shade = level * (0.6f + 0.4f * side * across);
                to[x] = new(shade, shade, shade * 1.03f, 1);
            }
        }
    }

    /// <summary>Other signs and plates on the same pole, above and below; only their rims reach into a usual crop.</summary>
    private void Neighbours(Canvas canvas, in Projection view, float light, SampleRandom random)
    {
        bool both = random.Chance(0.2f);
        float first = random.Sign();
        for (int n = 0; n < (both ? 2 : 1); n++)
        {
            int label = random.Chance(0.35f) ? SignLibrary.None : random.Below(SignLibrary.SignClasses);
            float scale = random.Range(0.85f, 1.1f), gap = random.Range(1.01f, 1.15f);
            float sideways = random.Chance(0.1f) ? random.Sign() * gap * (1 + scale) : random.Normal(0, 0.03f);
            float along = MathF.Abs(sideways) > 1 ? 0 : (n == 0 ? first : -first) * gap * (1 + scale) * 0.97f;
            _neighbour.Draw(random.Pick(library[label]), view.Of(sideways, along, scale), canvas.Width, canvas.Height);
            SignWear.Age(_neighbour, canvas, random);
            _neighbour.Recolor(ColorTransform.Gains(new(light * random.Range(0.7f, 1.3f))));
            canvas.Image.Compose(_neighbour.Image);
        }
    }

    /// <summary>
    /// The grey edge and back of the metal sheet, seen beside the sign, or the sign's shadow on what is behind it.
    /// </summary>
    private void Back(Canvas canvas, SignTexture texture, in Projection view, float light, SampleRandom random)
    {
        Projection moved = view.Of(random.Normal(0, 0.025f), random.Normal(0, 0.025f), random.Range(1, 1.04f));
        _neighbour.Draw(texture, moved, canvas.Width, canvas.Height);
        float level = random.LogNormal(0.12f, 0.8f) * light;
        foreach (ref Vector4 pixel in _neighbour.Image.Pixels)
            pixel = new(level * pixel.W, level * pixel.W, level * pixel.W, pixel.W);
        canvas.Image.Compose(_neighbour.Image);
    }
}
