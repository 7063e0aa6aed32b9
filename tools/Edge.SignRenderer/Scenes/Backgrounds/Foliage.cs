using System.Numerics;
using Edge.SignRenderer.Images;

namespace Edge.SignRenderer.Scenes.Backgrounds;

/// <summary>Trees, hedges and grass: rough texture between two greens, sometimes with the sky shining through.</summary>
internal sealed class Foliage : IBackground
{
    private static readonly Vector4[] Darks =
        [Srgb.Color(0x141C0E), Srgb.Color(0x25301A), Srgb.Color(0x2C2A1C), Srgb.Color(0x1C241F), Srgb.Color(0x33291C)];

    private static readonly Vector4[] Lights =
    [
        Srgb.Color(0x6E8B3D), Srgb.Color(0x4F6B35), Srgb.Color(0x93A05A), Srgb.Color(0x7B6E4A), Srgb.Color(0x9A8A5E),
        Srgb.Color(0x5D6E55),
    ];

    public void Paint(Canvas canvas, SampleRandom random)
    {
        Vector4 dark = random.Pick(Darks), light = random.Pick(Lights) * random.Range(0.7f, 1.5f);
        float sharpness = random.Range(0.1f, 0.35f), holes = random.Chance(0.3f) ? random.Range(0.55f, 0.7f) : 2;
        float shine = random.Range(0.6f, 1.5f);
        Vector4 sky = new(shine, shine, shine * random.Range(1, 1.2f), 1);
        canvas.Noise.Fill(random, canvas.Width, canvas.Height, random.Range(2, 9), 5, random.Range(0.55f, 0.85f));
        ReadOnlySpan<float> noise = canvas.Noise.Values;
        Span<Vector4> pixels = canvas.Image.Pixels;
        for (int i = 0; i < pixels.Length; i++)
        {
            Vector4 color = Vector4.Lerp(dark, light, Canvas.Step(0.5f - sharpness, 0.5f + sharpness, noise[i]));
            color = Vector4.Lerp(color, sky, Canvas.Step(holes, holes + 0.06f, noise[i]));
            color.W = 1;
            pixels[i] = color;
        }
    }
}
