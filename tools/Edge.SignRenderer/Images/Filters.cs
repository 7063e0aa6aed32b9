using System.Numerics;

namespace Edge.SignRenderer.Images;

/// <summary>Blurs and resampling of <see cref="LinearImage"/>; edges are continued. Reuses its memory; not thread-safe.</summary>
internal sealed class Filters
{
    private readonly LinearImage _between = new();
    private float[] _kernel = [];

    /// <summary>Gaussian blur in place.</summary>
    /// <param name="image">Changed.</param>
    /// <param name="sigma">Pixels; below 0.2 nothing happens.</param>
    public void Gaussian(LinearImage image, float sigma)
    {
        if (sigma < 0.2f)
            return;
        int radius = (int)MathF.Ceiling(2.5f * sigma);
        float[] kernel = Kernel(2 * radius + 1);
        float sum = 0;
        for (int i = 0; i <= 2 * radius; i++)
            sum += kernel[i] = MathF.Exp(-(i - radius) * (i - radius) / (2 * sigma * sigma));
        for (int i = 0; i <= 2 * radius; i++)
            kernel[i] /= sum;
        Separable(image, kernel, radius);
    }

    /// <summary>Averages along a line through each pixel, in place: a camera or sign that moves during the exposure.</summary>
    /// <param name="image">Changed.</param>
    /// <param name="length">Pixels; below 0.5 nothing happens.</param>
    /// <param name="angle">Radians; 0 is horizontal.</param>
    public void Motion(LinearImage image, float length, float angle)
    {
        if (length < 0.5f)
            return;
        int taps = (int)MathF.Ceiling(length) + 2;
        float dx = MathF.Cos(angle) * length / (taps - 1), dy = MathF.Sin(angle) * length / (taps - 1);
        _between.CopyFrom(image);
        for (int y = 0; y < image.Height; y++)
        {
            Span<Vector4> to = image.Row(y);
            for (int x = 0; x < to.Length; x++)
            {
                float px = x - dx * (taps - 1) / 2, py = y - dy * (taps - 1) / 2;
                Vector4 sum = Vector4.Zero;
                for (int tap = 0; tap < taps; tap++, px += dx, py += dy)
                    sum += _between.Bilinear(px, py);
                to[x] = sum / taps;
            }
        }
    }

    /// <summary>Averages over a disc, in place: a lens out of focus.</summary>
    /// <param name="image">Changed.</param>
    /// <param name="radius">Pixels; below 0.5 nothing happens.</param>
    public void Disc(LinearImage image, float radius)
    {
        if (radius < 0.5f)
            return;
        _between.CopyFrom(image);
        int reach = (int)MathF.Ceiling(radius);
        for (int y = 0; y < image.Height; y++)
        {
            Span<Vector4> to = image.Row(y);
            for (int x = 0; x < to.Length; x++)
            {
                Vector4 sum = Vector4.Zero;
                float weights = 0;
                for (int j = -reach; j <= reach; j++)
                {
                    ReadOnlySpan<Vector4> from = _between.Row(Math.Clamp(y + j, 0, image.Height - 1));
                    for (int i = -reach; i <= reach; i++)
                    {
                        float weight = Math.Clamp(radius + 0.5f - MathF.Sqrt(i * i + j * j), 0, 1);
                        sum += weight * from[Math.Clamp(x + i, 0, from.Length - 1)];
                        weights += weight;
                    }
                }

                to[x] = sum / weights;
            }
        }
    }

    /// <summary>Averages the area that each smaller pixel covers.</summary>
    public void Shrink(LinearImage source, LinearImage destination, int width, int height)
    {
        _between.Reset(width, source.Height);
        float step = (float)source.Width / width;
        for (int y = 0; y < source.Height; y++)
        {
            ReadOnlySpan<Vector4> from = source.Row(y);
            Span<Vector4> to = _between.Row(y);
            for (int x = 0; x < width; x++)
            {
                (int first, int last, float head, float tail) = Cover(x, step, from.Length);
                Vector4 sum = from[first] * head;
                for (int i = first + 1; i < last; i++)
                    sum += from[i];
                to[x] = (sum + from[last] * tail) / step;
            }
        }

        destination.Reset(width, height);
        step = (float)source.Height / height;
        for (int y = 0; y < height; y++)
        {
            (int first, int last, float head, float tail) = Cover(y, step, source.Height);
            Span<Vector4> to = destination.Row(y);
            for (int x = 0; x < width; x++)
            {
                Vector4 sum = _between.Row(first)[x] * head;
                for (int i = first + 1; i < last; i++)
                    sum += _between.Row(i)[x];
                to[x] = (sum + _between.Row(last)[x] * tail) / step;
            }
        }
    }

    /// <summary>Adds back what a blur would remove, in place: the halos of a camera's sharpening.</summary>
    /// <param name="image">Changed; never below 0.</param>
    /// <param name="amount">Share of the difference to the blurred image that is added.</param>
    /// <param name="scratch">Overwritten.</param>
    public void Sharpen(LinearImage image, float amount, LinearImage scratch)
    {
        scratch.CopyFrom(image);
        Gaussian(scratch, 1);
        Span<Vector4> to = image.Pixels;
        ReadOnlySpan<Vector4> soft = scratch.Pixels;
        for (int i = 0; i < to.Length; i++)
            to[i] = Vector4.Max(Vector4.Zero, to[i] + (to[i] - soft[i]) * amount);
    }

    /// <summary>First and last pixel under [index · step, (index + 1) · step) and how much of each is covered.</summary>
    private static (int First, int Last, float Head, float Tail) Cover(int index, float step, int length)
    {
        float start = index * step, end = Math.Min(start + step, length);
        int first = Math.Min((int)start, length - 1), last = Math.Min((int)MathF.Ceiling(end) - 1, length - 1);
        return last <= first ? (first, first, end - start, 0) : (first, last, first + 1 - start, end - last);
    }

    private float[] Kernel(int taps)
    {
        if (_kernel.Length < taps)
            _kernel = new float[taps];
        return _kernel;
    }

    private void Separable(LinearImage image, float[] kernel, int radius)
    {
        int width = image.Width, height = image.Height;
        _between.Reset(width, height);
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<Vector4> from = image.Row(y);
            Span<Vector4> to = _between.Row(y);
            for (int x = 0; x < width; x++)
            {
                Vector4 sum = Vector4.Zero;
                for (int i = -radius; i <= radius; i++)
                    sum += from[Math.Clamp(x + i, 0, width - 1)] * kernel[i + radius];
                to[x] = sum;
            }
        }

        for (int y = 0; y < height; y++)
        {
            Span<Vector4> to = image.Row(y);
            to.Clear();
            for (int i = -radius; i <= radius; i++)
            {
                ReadOnlySpan<Vector4> from = _between.Row(Math.Clamp(y + i, 0, height - 1));
                float weight = kernel[i + radius];
                for (int x = 0; x < to.Length; x++)
                    to[x] += from[x] * weight;
            }
        }
    }
}
