using System.Numerics;

namespace Edge.SignRenderer.Images;

/// <summary>Affine colour transforms for <see cref="Vector4.Transform(Vector4, Matrix4x4)"/> of premultiplied pixels.</summary>
internal static class ColorTransform
{
    /// <summary>Moves colours towards (below 1) or away from (above 1) grey of the same luminance.</summary>
    public static Matrix4x4 Saturation(float amount)
    {
        float r = 0.2126f * (1 - amount), g = 0.7152f * (1 - amount), b = 0.0722f * (1 - amount);
        return new(
            r + amount, r, r, 0,
            g, g + amount, g, 0,
            b, b, b + amount, 0,
            0, 0, 0, 1);
    }

    /// <summary>
    /// Lets red paint fade towards orange and pink: moves green and blue towards red. Greys are kept.
    /// </summary>
    public static Matrix4x4 FadedRed(float green, float blue) => new(
        1, green, blue, 0,
        0, 1 - green, 0, 0,
        0, 0, 1 - blue, 0,
        0, 0, 0, 1);

    /// <summary>Multiplies the channels.</summary>
    public static Matrix4x4 Gains(Vector3 gains) => Matrix4x4.CreateScale(gains);

    /// <summary>Lays a veil of light over everything: (1 − amount) · colour + amount · veil.</summary>
    public static Matrix4x4 Veil(Vector3 veil, float amount)
    {
        Matrix4x4 transform = Matrix4x4.CreateScale(1 - amount);
        transform.Translation = veil * amount;
        return transform;
    }

    /// <summary>Lets the channels leak into each other by random amounts, white kept: paints and sensors differ.</summary>
    public static Matrix4x4 Crosstalk(SampleRandom random, float deviation)
    {
        Vector4 a = random.Normal4() * deviation, b = random.Normal4() * deviation;
        return new(
            1 - a.X - a.Y, a.Z, b.X, 0,
            a.X, 1 - a.Z - a.W, b.Y, 0,
            a.Y, a.W, 1 - b.X - b.Y, 0,
            0, 0, 0, 1);
    }
}
