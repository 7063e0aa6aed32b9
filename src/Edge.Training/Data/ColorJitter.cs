using Edge.Imaging;

namespace Edge.Training.Data;

/// <summary>Brightness, contrast, saturation and hue as one affine map of R, G and B.</summary>
internal static class ColorJitter
{
    // ITU-R BT.601 luma.
    private const float LumaRed = 0.299f, LumaGreen = 0.587f, LumaBlue = 0.114f;

    public static void Apply(PixelBuffer image, Augmentation augmentation, ref SampleRandom random)
    {
        float brightness = Factor(augmentation.Brightness, ref random);
        float contrast = Factor(augmentation.Contrast, ref random);
        float saturation = Factor(augmentation.Saturation, ref random);
        double hue = augmentation.Hue > 0 ? random.Uniform(-1, 1) * augmentation.Hue : 0;
        if (brightness == 1 && contrast == 1 && saturation == 1 && hue == 0)
            return;
        float gain = brightness * contrast;
        float offset = (1 - contrast) * brightness * (contrast == 1 ? 0 : MeanLuma(image));
        if (image.Channels == 1)
        {
            foreach (ref byte level in image.Pixels)
                level = Level((gain * level) + offset);
            return;
        }

        Map(image, gain, offset, saturation, hue);
    }

    private static float Factor(double range, ref SampleRandom random) =>
        range > 0 ? (float)random.Uniform(1 - range, 1 + range) : 1;

    /// <summary>
    /// In YIQ (NTSC 1953) the hue is the angle and the saturation the length of (I, Q); luma stays.
    /// </summary>
    private static void Map(PixelBuffer image, float gain, float offset, float saturation, double hue)
    {
        (double sin, double cos) = Math.SinCos(2 * Math.PI * hue);
        float s = (float)sin * saturation, c = (float)cos * saturation;
        Span<byte> pixels = image.Pixels;
        for (int p = 0; p + 2 < pixels.Length; p += 3)
        {
            (float red, float green, float blue) = (pixels[p], pixels[p + 1], pixels[p + 2]);
            float y = (LumaRed * red) + (LumaGreen * green) + (LumaBlue * blue);
            float i = (0.596f * red) - (0.274f * green) - (0.322f * blue);
            float q = (0.211f * red) - (0.523f * green) + (0.312f * blue);
            (float turnedI, float turnedQ) = ((c * i) - (s * q), (s * i) + (c * q));
            pixels[p] = Level((gain * (y + (0.956f * turnedI) + (0.621f * turnedQ))) + offset);
            pixels[p + 1] = Level((gain * (y - (0.272f * turnedI) - (0.647f * turnedQ))) + offset);
            pixels[p + 2] = Level((gain * (y - (1.106f * turnedI) + (1.703f * turnedQ))) + offset);
        }
    }

    private static float MeanLuma(PixelBuffer image)
    {
        ReadOnlySpan<byte> pixels = image.Pixels;
        long sum = 0;
        if (image.Channels == 1)
        {
            foreach (byte level in pixels)
                sum += level;
            return (float)sum / pixels.Length;
        }

        for (int p = 0; p + 2 < pixels.Length; p += 3)
            sum += (299 * pixels[p]) + (587 * pixels[p + 1]) + (114 * pixels[p + 2]);
        return sum / (1000f * (pixels.Length / 3));
    }

    private static byte Level(float value) => (byte)Math.Clamp(value + 0.5f, 0, 255);
}
