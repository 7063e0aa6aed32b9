using System.Numerics;

namespace Edge.SignRenderer.Images;

/// <summary>The transfer function of IEC 61966-2-1, and colours given in it.</summary>
internal static class Srgb
{
    private static readonly float[] LinearOfByte = [.. Enumerable.Range(0, 256).Select(v => ToLinear(v / 255f))];

    public static float ToLinear(float value) =>
        value <= 0.04045f ? value / 12.92f : MathF.Pow((value + 0.055f) / 1.055f, 2.4f);

    public static float FromLinear(float value) =>
        value <= 0.0031308f ? value * 12.92f : 1.055f * MathF.Pow(value, 1 / 2.4f) - 0.055f;

    public static float ToLinear(byte value) => LinearOfByte[value];

    /// <summary>An opaque colour, 0xRRGGBB.</summary>
    public static Vector4 Color(int rgb) => new(
        LinearOfByte[(rgb >> 16) & 255], LinearOfByte[(rgb >> 8) & 255], LinearOfByte[rgb & 255], 1);

    /// <summary>Relative luminance (ITU-R BT.709 primaries).</summary>
    public static float Luminance(Vector4 color) => 0.2126f * color.X + 0.7152f * color.Y + 0.0722f * color.Z;
}
