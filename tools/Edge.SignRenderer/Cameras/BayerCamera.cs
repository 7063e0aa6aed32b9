using System.Numerics;
using Edge.Imaging;
using Edge.SignRenderer.Images;
using Edge.SignRenderer.Scenes;

namespace Edge.SignRenderer.Cameras;

/// <summary>
/// The training set's camera, after the one that recorded the German benchmark: automatic exposure in a moving car, one colour
/// filter per pixel, interpolated; often dark, hazy, moved or with wrong colours.
/// </summary>
/// <param name="light">What the pictures must cope with.</param>
internal sealed class BayerCamera(LightConditions light) : IFrameCamera
{
    private readonly ToneCurve _curve = new();
    private readonly JpegRoundTrip _jpeg = new();
    private readonly LinearImage _sensor = new();
    private readonly LinearImage _mosaic = new();

    public void Shoot(Canvas canvas, in Framing framing, SampleRandom random, PixelBuffer destination)
    {
        float oversampling = (float)framing.SceneWidth / framing.Width;
        bool good = light == LightConditions.Good;
        Expose(canvas.Image, good, random);
        Optics(canvas, oversampling, framing.SignSide, good, random);
        canvas.Filters.Shrink(canvas.Image, _sensor, framing.Width, framing.Height);
        float noise = random.Chance(0.75f) ? random.LogNormal(0.005f, 0.7f) : 0;
        if (random.Chance(0.5f))
        {
            Mosaic(random, noise);
            Demosaic();
        }
        else
        {
            AddNoise(random, noise * 0.7f);
        }

        if (random.Chance(0.2f))
            canvas.Filters.Sharpen(_sensor, random.Range(0.3f, 1.5f), canvas.Image);
        float gamma = 1 / random.Range(1.7f, 2.6f), bend = random.Chance(0.5f) ? random.Range(0, 0.8f) : 0;
        _curve.Prepare(linear =>
        {
            float value = MathF.Pow(linear, gamma);
            return value + bend * (value * value * (3 - 2 * value) - value);
        });
        _curve.Develop(_sensor, destination);
        if (random.Chance(0.3f))
            _jpeg.Apply(destination, 25 + random.Below(70), random.Chance(0.7f));
    }

    public void Dispose() => _jpeg.Dispose();

    /// <summary>
    /// Scales the light so that the crop's mean comes out at a drawn grey level, and applies white balance, saturation and
    /// haze. The sensor's full scale is 1.
    /// </summary>
    private static void Expose(LinearImage scene, bool good, SampleRandom random)
    {
        (float mean, float middle) = Meter(scene);
        // Mean grey levels of the benchmark's crops lie around 75, a sixth of them below 45 and some above 200.
        float grey = good ? random.Range(95, 140) : Math.Clamp(random.LogNormal(84, 0.52f), 14, 225);
        float exposure = Srgb.ToLinear(grey / 255) / (random.Chance(0.5f) ? mean : middle);
        // A sign of which nothing is left teaches nothing.
        exposure = Math.Clamp(exposure, 0.004f / middle, random.Range(0.45f, 0.8f) / middle);

        bool dark = grey < 45;
        float saturation = Math.Clamp(random.Normal(dark ? 0.85f : 1, 0.25f), 0.1f, 1.6f);
        float warm = random.Normal(0, dark ? 0.16f : 0.1f), green = random.Normal(0, 0.05f);
        float haze = !good && random.Chance(0.2f) ? MathF.Min(0.6f, MathF.Abs(random.Normal(0, 0.25f))) : random.Range(0, 0.03f);
        float veil = mean * random.Range(0.6f, 1.6f);
        Vector3 gains = new Vector3(1 + warm, 1 + green, 1 - warm) * exposure;
        Matrix4x4 transform = ColorTransform.Veil(new Vector3(1, 1, random.Range(1, 1.15f)) * veil, haze)
            * ColorTransform.Saturation(saturation) * ColorTransform.Crosstalk(random, 0.05f) * ColorTransform.Gains(gains);
        foreach (ref Vector4 pixel in scene.Pixels)
            pixel = Vector4.Clamp(Vector4.Transform(pixel, transform), Vector4.Zero, new Vector4(4));
    }

    /// <summary>Mean luminance of the whole crop, and of its middle where the sign is.</summary>
    private static (float Whole, float Middle) Meter(LinearImage scene)
    {
        Vector4 whole = Vector4.Zero, middle = Vector4.Zero;
        int top = scene.Height / 4, left = scene.Width / 4;
        int count = 0;
        for (int y = 0; y < scene.Height; y++)
        {
            ReadOnlySpan<Vector4> row = scene.Row(y);
            foreach (Vector4 pixel in row)
                whole += Vector4.Min(pixel, new Vector4(3));
            if (y < top || y >= scene.Height - top)
                continue;
            foreach (Vector4 pixel in row[left..^left])
                middle += Vector4.Min(pixel, new Vector4(3));
            count += row.Length - 2 * left;
        }

        return (MathF.Max(1e-4f, Srgb.Luminance(whole) / scene.Pixels.Length), MathF.Max(1e-4f, Srgb.Luminance(middle) / count));
    }

    private static void Optics(Canvas canvas, float oversampling, float signSide, bool good, SampleRandom random)
    {
        float blur = !good && random.Chance(0.12f)
            ? MathF.Max(0.4f, random.Range(0.01f, 0.035f) * signSide)
            : random.Range(0.1f, 0.6f);
        canvas.Filters.Gaussian(canvas.Image, MathF.Min(blur, 3) * oversampling);
        if (good || !random.Chance(0.26f))
            return;
        float length = MathF.Min(MathF.Abs(random.Normal(0, 0.06f)) * signSide + random.Range(0, 1.5f), 9);
        float angle = random.Chance(0.6f) ? random.Normal(0, 0.15f) : random.Range(0, MathF.PI);
        canvas.Filters.Motion(canvas.Image, length * oversampling, angle);
    }

    /// <summary>Photons (variance proportional to light) and the read-out (constant), in units of full scale.</summary>
    private void AddNoise(SampleRandom random, float noise)
    {
        float shot = noise * noise * 4, read = noise * noise * 0.08f;
        foreach (ref Vector4 pixel in _sensor.Pixels)
        {
            Vector4 signal = Vector4.Min(pixel, Vector4.One);
            pixel = Vector4.Max(Vector4.Zero, signal + random.Normal4() * Vector4.SquareRoot(signal * shot + new Vector4(read)));
        }
    }

    /// <summary>Keeps one noisy colour of each pixel: R G over G B.</summary>
    private void Mosaic(SampleRandom random, float noise)
    {
        AddNoise(random, noise);
        _mosaic.Reset(_sensor.Width, _sensor.Height);
        for (int y = 0; y < _sensor.Height; y++)
        {
            ReadOnlySpan<Vector4> from = _sensor.Row(y);
            Span<Vector4> to = _mosaic.Row(y);
            for (int x = 0; x < from.Length; x++)
                to[x] = from[x] * Mask(x, y);
        }
    }

    /// <summary>Bilinear interpolation of the missing colours: a weighted mean over each pixel's 3×3 neighbours.</summary>
    private void Demosaic()
    {
        int width = _mosaic.Width, height = _mosaic.Height;
        for (int y = 0; y < height; y++)
        {
            Span<Vector4> to = _sensor.Row(y);
            for (int x = 0; x < width; x++)
            {
                Vector4 sum = Vector4.Zero, weights = Vector4.Zero;
                for (int j = Math.Max(0, y - 1); j <= Math.Min(height - 1, y + 1); j++)
                {
                    ReadOnlySpan<Vector4> row = _mosaic.Row(j);
                    float vertical = j == y ? 2 : 1;
                    for (int i = Math.Max(0, x - 1); i <= Math.Min(width - 1, x + 1); i++)
                    {
                        float weight = i == x ? 2 * vertical : vertical;
                        sum += row[i] * weight;
                        weights += Mask(i, j) * weight;
                    }
                }

                to[x] = sum / weights;
                to[x].W = 1;
            }
        }
    }

    private static Vector4 Mask(int x, int y) => ((x & 1) + (y & 1)) switch
    {
        0 => new(1, 0, 0, 1),
        1 => new(0, 1, 0, 1),
        _ => new(0, 0, 1, 1),
    };
}
