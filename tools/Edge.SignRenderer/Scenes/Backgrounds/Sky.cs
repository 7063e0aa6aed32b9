using System.Numerics;
using Edge.SignRenderer.Images;

namespace Edge.SignRenderer.Scenes.Backgrounds;

/// <summary>A gradient from zenith to horizon with clouds: usually the brightest thing in the picture.</summary>
internal sealed class Sky : IBackground
{
    private static readonly Vector4[] Zeniths =
        [Srgb.Color(0x5B8FD9), Srgb.Color(0x8FB4E0), Srgb.Color(0xC9CFD6), Srgb.Color(0xE8ECEF), Srgb.Color(0x7C8794)];

    private static readonly Vector4[] Horizons =
        [Srgb.Color(0xC8DCF0), Srgb.Color(0xE6E9EB), Srgb.Color(0xF5EFE2), Srgb.Color(0xA9B2BB)];

    public void Paint(Canvas canvas, SampleRandom random)
    {
        Vector4 zenith = random.Pick(Zeniths), horizon = random.Pick(Horizons);
        float brightness = random.Range(0.7f, 1.8f), clouds = random.Chance(0.6f) ? random.Range(0.1f, 0.6f) : 0;
        canvas.Noise.Fill(random, canvas.Width, canvas.Height, random.Range(0.7f, 2.5f), 4, 0.5f, random.Range(1, 2.5f));
        ReadOnlySpan<float> noise = canvas.Noise.Values;
        Span<Vector4> pixels = canvas.Image.Pixels;
        for (int i = 0; i < pixels.Length; i++)
        {
            float down = (float)(i / canvas.Width) / canvas.Height;
            float cloud = clouds * Canvas.Step(0.4f, 0.7f, noise[i]);
            Vector4 color = Vector4.Lerp(Vector4.Lerp(zenith, horizon, down), new(0.9f), cloud) * brightness;
            color.W = 1;
            pixels[i] = color;
        }
    }
}
