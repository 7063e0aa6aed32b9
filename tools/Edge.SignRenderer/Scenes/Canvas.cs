using System.Numerics;
using Edge.SignRenderer.Images;

namespace Edge.SignRenderer.Scenes;

/// <summary>The picture that is being painted, with scratch memory for those who paint. One per thread.</summary>
internal sealed class Canvas
{
    /// <summary>Light that reaches the camera.</summary>
    public LinearImage Image { get; } = new();

    public NoiseField Noise { get; } = new();

    public NoiseField SecondNoise { get; } = new();

    public Filters Filters { get; } = new();

    public int Width => Image.Width;

    public int Height => Image.Height;

    /// <summary>Puts a colour on one pixel.</summary>
    public static void Cover(ref Vector4 pixel, Vector4 color, float coverage) =>
        pixel = Vector4.Lerp(pixel, color, Math.Clamp(coverage, 0, 1));

    /// <summary>0 below −½, 1 above ½: the coverage of a pixel at this signed distance inside an edge.</summary>
    public static float Edge(float distance) => Math.Clamp(distance + 0.5f, 0, 1);

    /// <summary>Cubic step from 0 at <paramref name="low"/> to 1 at <paramref name="high"/>.</summary>
    public static float Step(float low, float high, float value)
    {
        float t = Math.Clamp((value - low) / (high - low), 0, 1);
        return t * t * (3 - 2 * t);
    }
}
