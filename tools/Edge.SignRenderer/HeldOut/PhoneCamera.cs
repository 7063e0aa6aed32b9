using System.Numerics;
using Edge.Imaging;
using Edge.SignRenderer.Cameras;
using Edge.SignRenderer.Images;
using Edge.SignRenderer.Scenes;

namespace Edge.SignRenderer.HeldOut;

/// <summary>
/// The held-out set's camera: disc-shaped defocus, a shaken hand, colour fringes, vignetting, coarse grain and banding, a filmic
/// tone curve, JPEG always.
/// </summary>
internal sealed class PhoneCamera : IFrameCamera
{
    private readonly ToneCurve _curve = new();
    private readonly JpegRoundTrip _jpeg = new();
    private readonly LinearImage _sensor = new();
    private readonly LinearImage _grain = new();
    private float _exposure;

    public void Shoot(Canvas canvas, in Framing framing, SampleRandom random, PixelBuffer destination)
    {
        float oversampling = (float)framing.SceneWidth / framing.Width;
        if (random.Chance(0.5f))
        {
            float radius = MathF.Min(random.Range(0.3f, 0.035f * framing.SignSide + 0.4f), 2.5f);
            canvas.Filters.Disc(canvas.Image, radius * oversampling);
        }

        if (random.Chance(0.3f))
        {
            float reach = MathF.Min(random.Range(0, 0.08f) * framing.SignSide, 5) * oversampling;
            float angle = random.Range(0, MathF.PI);
            canvas.Filters.Motion(canvas.Image, reach, angle);
            canvas.Filters.Motion(canvas.Image, reach / 2, angle + random.Range(-1, 1));
        }

        canvas.Filters.Shrink(canvas.Image, _sensor, framing.Width, framing.Height);
        Expose(random);
        Fringe(random);
        Grain(canvas, random);
        float toe = random.Range(0, 0.2f) * _exposure, white = random.Range(1.2f, 4);
        _curve.Prepare(light =>
        {
            // Reinhard et al. (2002), equation 4: the highlights roll off and reach 1 at full scale.
            float x = (light < toe ? light * light / (2 * toe) : light - toe / 2) * white;
            return Srgb.FromLinear(x * (1 + x / (white * white)) / (1 + x));
        });
        _curve.Develop(_sensor, destination);
        _jpeg.Apply(destination, 45 + random.Below(50), halfChroma: true);
    }

    public void Dispose() => _jpeg.Dispose();

    private void Expose(SampleRandom random)
    {
        float peak = 0;
        foreach (Vector4 pixel in _sensor.Pixels)
            peak = MathF.Max(peak, Srgb.Luminance(pixel));
        float stops = random.Chance(0.25f) ? random.Range(-4.5f, -2) : random.Range(-2.5f, 0.3f);
        _exposure = MathF.Pow(2, stops);
        Vector3 balance = new(random.Range(0.8f, 1.25f), 1, random.Range(0.8f, 1.25f));
        Matrix4x4 transform = ColorTransform.Saturation(random.Range(0.6f, 1.3f))
            * ColorTransform.Gains(balance * (_exposure / MathF.Max(peak, 1e-3f)));
        float vignette = random.Range(0, 0.3f), flare = random.Chance(0.25f) ? random.Range(0, 0.15f) * _exposure : 0;
        for (int y = 0; y < _sensor.Height; y++)
        {
            Span<Vector4> row = _sensor.Row(y);
            for (int x = 0; x < row.Length; x++)
            {
                float dx = 2f * x / row.Length - 1, dy = 2f * y / _sensor.Height - 1;
                float falloff = 1 - vignette * (dx * dx + dy * dy) / 2;
                Vector4 light = Vector4.Transform(row[x], transform) * falloff + new Vector4(flare);
                row[x] = Vector4.Clamp(light, Vector4.Zero, Vector4.One);
            }
        }
    }

    /// <summary>Moves red and blue apart by part of a pixel: lateral chromatic aberration.</summary>
    private void Fringe(SampleRandom random)
    {
        Vector2 shift = new Vector2(random.Normal(), random.Normal()) * 0.3f;
        _grain.CopyFrom(_sensor);
        for (int y = 0; y < _sensor.Height; y++)
        {
            Span<Vector4> row = _sensor.Row(y);
            for (int x = 0; x < row.Length; x++)
            {
                row[x].X = _grain.Bilinear(x + shift.X, y + shift.Y).X;
                row[x].Z = _grain.Bilinear(x - shift.X, y - shift.Y).Z;
            }
        }
    }

    /// <summary>Grain of about two pixels, relative to the light, and rows that are brighter or darker as a whole.</summary>
    private void Grain(Canvas canvas, SampleRandom random)
    {
        float strength = random.Chance(0.6f) ? random.Range(0, 0.18f) : 0;
        float banding = random.Chance(0.2f) ? random.Range(0, 0.06f) : 0;
        _grain.Reset(_sensor.Width, _sensor.Height);
        foreach (ref Vector4 pixel in _grain.Pixels)
            pixel = random.Normal4();
        canvas.Filters.Gaussian(_grain, 0.6f);
        for (int y = 0; y < _sensor.Height; y++)
        {
            float band = 1 + banding * random.Normal();
            Span<Vector4> row = _sensor.Row(y);
            ReadOnlySpan<Vector4> grain = _grain.Row(y);
            for (int x = 0; x < row.Length; x++)
                row[x] = Vector4.Clamp(row[x] * (Vector4.One * band + grain[x] * strength), Vector4.Zero, Vector4.One);
        }
    }
}
