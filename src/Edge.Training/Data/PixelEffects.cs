using Edge.Imaging;

namespace Edge.Training.Data;

internal static class Flips
{
    public static void Horizontal(PixelBuffer image)
    {
        int channels = image.Channels;
        for (int y = 0; y < image.Height; y++)
        {
            Span<byte> row = image.Row(y);
            row.Reverse();
            if (channels == 1)
                continue;
            for (int x = 0; x < row.Length; x += channels)
                row.Slice(x, channels).Reverse();
        }
    }

    public static void Vertical(PixelBuffer image)
    {
        for (int y = 0; y < image.Height / 2; y++)
        {
            Span<byte> upper = image.Row(y), lower = image.Row(image.Height - 1 - y);
            for (int i = 0; i < upper.Length; i++)
                (upper[i], lower[i]) = (lower[i], upper[i]);
        }
    }
}

internal static class Rotation
{
    /// <summary>Turns around the centre, bilinear; what comes in from outside gets the fill's grey level.</summary>
    public static void Turn(PixelBuffer source, PixelBuffer destination, double degrees, byte fill)
    {
        (int width, int height, int channels) = (source.Width, source.Height, source.Channels);
        destination.Reset(width, height, channels);
        (double sin, double cos) = Math.SinCos(degrees * Math.PI / 180);
        double centreX = (width - 1) / 2.0, centreY = (height - 1) / 2.0;
        ReadOnlySpan<byte> from = source.Pixels;
        Span<byte> to = destination.Pixels;
        int written = 0;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++, written += channels)
            {
                double sourceX = centreX + (cos * (x - centreX)) + (sin * (y - centreY));
                double sourceY = centreY - (sin * (x - centreX)) + (cos * (y - centreY));
                int left = (int)Math.Floor(sourceX), top = (int)Math.Floor(sourceY);
                float right = (float)(sourceX - left), lower = (float)(sourceY - top);
                for (int c = 0; c < channels; c++)
                {
                    float upperRow = Mix(At(from, left, top, c), At(from, left + 1, top, c), right);
                    float lowerRow = Mix(At(from, left, top + 1, c), At(from, left + 1, top + 1, c), right);
                    to[written + c] = (byte)(Mix(upperRow, lowerRow, lower) + 0.5f);
                }
            }
        }

        float At(ReadOnlySpan<byte> pixels, int x, int y, int c) =>
            (uint)x < (uint)width && (uint)y < (uint)height ? pixels[(((y * width) + x) * channels) + c] : fill;

        static float Mix(float a, float b, float share) => a + ((b - a) * share);
    }
}

internal static class Noise
{
    /// <summary>Adds Gaussian noise of one standard deviation, in grey levels, to every channel on its own.</summary>
    public static void Add(PixelBuffer image, double deviation, ref SampleRandom random)
    {
        foreach (ref byte level in image.Pixels)
        {
            // The sum of four uniform 16-bit numbers has variance 4/12 of their range squared: close enough to normal, and fast.
            ulong bits = random.Next();
            double sum = (ushort)bits + (double)(ushort)(bits >> 16) + (ushort)(bits >> 32) + (ushort)(bits >> 48);
            double normal = ((sum / 65535) - 2) * Math.Sqrt(3);
            level = (byte)Math.Clamp(level + (normal * deviation) + 0.5, 0, 255);
        }
    }
}

internal static class Cutout
{
    private const byte Grey = 128;

    /// <summary>Hides a square whose centre lies anywhere in the image.</summary>
    public static void Hide(PixelBuffer image, double share, ref SampleRandom random)
    {
        int side = Math.Max(1, (int)Math.Round(Math.Min(image.Width, image.Height) * share));
        int x = random.Below(image.Width) - (side / 2), y = random.Below(image.Height) - (side / 2);
        int left = Math.Max(x, 0) * image.Channels, right = Math.Min(x + side, image.Width) * image.Channels;
        for (int row = Math.Max(y, 0); row < Math.Min(y + side, image.Height); row++)
            image.Row(row)[left..right].Fill(Grey);
    }
}

/// <summary>Gaussian blur along both axes; edges repeat.</summary>
internal sealed class Blur
{
    private float[] _between = [];

    /// <param name="image">Blurred in place.</param>
    /// <param name="sigma">Pixels; below 0.2 nothing happens.</param>
    public void Apply(PixelBuffer image, double sigma)
    {
        if (sigma < 0.2)
            return;
        int radius = (int)Math.Ceiling(3 * sigma), channels = image.Channels, width = image.Width, height = image.Height;
        Span<float> kernel = stackalloc float[(2 * radius) + 1];
        float sum = 0;
        for (int i = -radius; i <= radius; i++)
            sum += kernel[i + radius] = (float)Math.Exp(-i * i / (2 * sigma * sigma));
        foreach (ref float weight in kernel)
            weight /= sum;
        Span<byte> pixels = image.Pixels;
        if (_between.Length < pixels.Length)
            _between = new float[pixels.Length];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                for (int c = 0; c < channels; c++)
                {
                    float value = 0;
                    for (int i = -radius; i <= radius; i++)
                        value += kernel[i + radius] * pixels[(((y * width) + Math.Clamp(x + i, 0, width - 1)) * channels) + c];
                    _between[(((y * width) + x) * channels) + c] = value;
                }
            }
        }

        int stride = width * channels;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < stride; x++)
            {
                float value = 0;
                for (int i = -radius; i <= radius; i++)
                    value += kernel[i + radius] * _between[(Math.Clamp(y + i, 0, height - 1) * stride) + x];
                pixels[(y * stride) + x] = (byte)Math.Clamp(value + 0.5f, 0, 255);
            }
        }
    }
}
