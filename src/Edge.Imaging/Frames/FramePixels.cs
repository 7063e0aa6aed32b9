using System.Buffers;

namespace Edge.Imaging.Frames;

/// <summary>Frames as R G B images: for pictures that people look at.</summary>
public static class FramePixels
{
    /// <summary>Converts a whole frame by the formula of <see cref="FramePreprocessor"/>, pixel by pixel; those that share a sample of chroma share its value.</summary>
    /// <param name="frame">Planes as the description says.</param>
    /// <param name="description">Of the frame.</param>
    /// <param name="image">Gets the frame's size, divided by <paramref name="step"/>, and three channels.</param>
    /// <param name="step">
    /// 1 keeps all pixels. A larger one makes one pixel of every square of step × step: the mean of its diagonal, so that the
    /// cost falls with the step and thin lines do not vanish.
    /// </param>
    /// <exception cref="ImageFormatException">A plane is too short or its stride too small.</exception>
    public static void ToRgb(in CameraFrame frame, in FrameDescription description, PixelBuffer image, int step = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        frame.Validate(description);
        var conversion = new FrameConversion(description);
        if (step > 1)
        {
            ToSmallerRgb(frame, description, conversion, image, step);
            return;
        }

        image.Reset(description.Width, description.Height, 3);
        for (int y = 0; y < description.Height; y++)
        {
            FrameRow row = new(frame, description, y);
            Span<byte> to = image.Row(y);
            for (int x = 0; x < description.Width; x++)
                (to[3 * x], to[(3 * x) + 1], to[(3 * x) + 2]) = row.Pixel(conversion, x);
        }
    }

    private static void ToSmallerRgb(
        in CameraFrame frame, in FrameDescription description, in FrameConversion conversion, PixelBuffer image, int step)
    {
        // Narrow frames: a square is no larger than the frame.
        int squareWidth = Math.Min(step, description.Width), squareHeight = Math.Min(step, description.Height);
        int samples = Math.Min(squareWidth, squareHeight);
        image.Reset(description.Width / squareWidth, description.Height / squareHeight, 3);
        int[] sums = ArrayPool<int>.Shared.Rent(image.Stride);
        for (int y = 0; y < image.Height; y++)
        {
            Array.Clear(sums, 0, image.Stride);
            for (int i = 0; i < samples; i++)
            {
                FrameRow row = new(frame, description, (y * squareHeight) + i);
                for (int x = 0; x < image.Width; x++)
                {
                    (byte r, byte g, byte b) = row.Pixel(conversion, (x * squareWidth) + i);
                    sums[3 * x] += r;
                    sums[(3 * x) + 1] += g;
                    sums[(3 * x) + 2] += b;
                }
            }

            Span<byte> to = image.Row(y);
            for (int k = 0; k < to.Length; k++)
                to[k] = (byte)((sums[k] + (samples / 2)) / samples);
        }

        ArrayPool<int>.Shared.Return(sums);
    }
}
