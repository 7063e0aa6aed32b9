using System.Numerics;
using Edge.SignRenderer.Images;
using Edge.SignRenderer.Signs;

namespace Edge.SignRenderer.Scenes;

/// <summary>
/// How a detector cut a sign out of a frame. Follows the German benchmark (Stallkamp et al., "Man vs. computer", 2012): signs of
/// 15 to 250 pixels, a margin of a tenth of the sign but at least 5 pixels around it, crops not always square.
/// </summary>
/// <param name="View">From the sign's plane to scene pixels.</param>
/// <param name="SceneWidth">Width of the picture to paint: the crop, oversampled.</param>
/// <param name="SceneHeight">Height of the picture to paint.</param>
/// <param name="Width">Of the crop in the camera's pixels.</param>
/// <param name="Height">Of the crop in the camera's pixels.</param>
/// <param name="SignSide">Larger side of the sign in the camera's pixels.</param>
internal readonly record struct Framing(
    Projection View, int SceneWidth, int SceneHeight, int Width, int Height, float SignSide)
{
    /// <summary>The benchmark's margin relative to the sign, and its least width in pixels.</summary>
    public const float Margin = 0.1f;
    private const float LeastMargin = 5;

    /// <summary>Camera pixels beyond which more detail cannot be seen at a network's input of at most 64.</summary>
    public const float LargestCrop = 112;

    /// <summary>Cuts with the benchmark's margins.</summary>
    /// <param name="texture">The sign.</param>
    /// <param name="turned">The sign's view about pixel (0, 0).</param>
    /// <param name="side">Larger side of the sign's bounding box, camera pixels.</param>
    /// <param name="marginScale">Multiplies the margin.</param>
    /// <param name="square">Whether the shorter side of the crop is widened.</param>
    /// <param name="shift">How far the crop's centre misses the sign's, in sign sides.</param>
    /// <param name="largest">Larger crops are scaled down to this, pixels.</param>
    public static Framing Around(
        SignTexture texture, in Projection turned, float side, float marginScale, bool square, Vector2 shift,
        float largest = LargestCrop)
    {
        Vector2 low = new(float.MaxValue), high = new(float.MinValue);
        foreach (Vector2 point in texture.Outline)
        {
            Vector2 seen = turned.Map(point.X, point.Y);
            low = Vector2.Min(low, seen);
            high = Vector2.Max(high, seen);
        }

        float scale = side / MathF.Max(high.X - low.X, high.Y - low.Y);
        Vector2 margin = new(MathF.Max(LeastMargin, Margin * side) * marginScale);
        Vector2 crop = (high - low) * scale + 2 * margin;
        if (square)
            crop = new(MathF.Max(crop.X, crop.Y));
        float shrink = MathF.Min(1, largest / MathF.Max(crop.X, crop.Y));
        (scale, crop) = (scale * shrink, crop * shrink);
        int width = Math.Max(8, (int)MathF.Round(crop.X)), height = Math.Max(8, (int)MathF.Round(crop.Y));
        int oversampling = Math.Max(width, height) switch
        {
            <= 36 => 3,
            <= 60 => 2,
            _ => 1,
        };
        Vector2 center = new Vector2(width, height) / 2 + shift * side * shrink - (low + high) / 2 * scale;
        Projection view = turned.Then(
            scale * oversampling, scale * oversampling, center.X * oversampling - 0.5f, center.Y * oversampling - 0.5f);
        return new(view, width * oversampling, height * oversampling, width, height, side * shrink);
    }
}
