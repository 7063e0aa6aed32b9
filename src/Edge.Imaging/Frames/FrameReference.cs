using Edge.Imaging.Preprocessing;
using Edge.Runtime.Format;

namespace Edge.Imaging.Frames;

/// <summary>The steps of <see cref="FramePreprocessor"/>, one after the other: slow, readable, never optimised.</summary>
internal static class FrameReference
{
    /// <inheritdoc cref="FramePreprocessor.Run"/>
    public static sbyte[] Run(
        in CameraFrame frame, in FrameDescription description, InputPreprocessing preprocessing, float scale, int zeroPoint,
        FrameRegion? region = null, ExifOrientation orientation = ExifOrientation.TopLeft)
    {
        frame.Validate(description);
        FrameGeometry geometry = new(description, preprocessing, region, orientation);
        PixelBuffer rgb = Convert(frame, description, geometry.Region);
        PixelBuffer resized = Resize(rgb, geometry.Rows, geometry.Columns);
        PixelBuffer upright = new();
        ExifOrientations.MakeUpright(resized, upright, orientation);
        return Quantize(upright, geometry.Resize, preprocessing, new LevelTables(preprocessing, scale, zeroPoint));
    }

    /// <summary>Step 1: the region as R G B.</summary>
    public static PixelBuffer Convert(in CameraFrame frame, in FrameDescription description, FrameRegion region)
    {
        FrameConversion conversion = new(description.Matrix, description.Range);
        PixelBuffer rgb = new(region.Width, region.Height, 3);
        for (int y = 0; y < region.Height; y++)
        {
            FrameRow row = FrameRow.At(frame, description, region.Y + y);
            Span<byte> to = rgb.Row(y);
            for (int x = 0; x < region.Width; x++)
                (to[3 * x], to[(3 * x) + 1], to[(3 * x) + 2]) = row.Pixel(description.Format, conversion, region.X + x);
        }

        return rgb;
    }

    /// <summary>Step 2: along the columns in units of 1/256 level, then along the rows.</summary>
    private static PixelBuffer Resize(PixelBuffer image, AxisFilter rows, AxisFilter columns)
    {
        PixelBuffer resized = new(rows.Length, columns.Length, 3);
        int[] words = new int[image.Stride];
        for (int y = 0; y < columns.Length; y++)
        {
            Array.Clear(words);
            ReadOnlySpan<short> weights = columns.Weights(y);
            for (int t = 0; t < weights.Length; t++)
            {
                ReadOnlySpan<byte> row = image.Row(columns.First(y) + t);
                for (int i = 0; i < words.Length; i++)
                    words[i] += (((row[i] - 128) * 256 * weights[t]) + (1 << 14)) >> 15;
            }

            for (int i = 0; i < resized.Stride; i++)
            {
                int sum = 0, first = rows.First(i / 3);
                weights = rows.Weights(i / 3);
                for (int t = 0; t < weights.Length; t++)
                    sum += words[((first + t) * 3) + (i % 3)] * weights[t];
                resized.Row(y)[i] = (byte)(((sum + (1 << 22)) >> 23) + 128);
            }
        }

        return resized;
    }

    /// <summary>Steps 3 and 4.</summary>
    private static sbyte[] Quantize(PixelBuffer image, in ResizeGeometry geometry, InputPreprocessing model, LevelTables tables)
    {
        sbyte[] input = new sbyte[model.Height * model.Width * model.Channels];
        for (int i = 0; i < input.Length; i++)
        {
            int c = i % model.Channels;
            int x = (i / model.Channels % model.Width) - geometry.PadX, y = (i / model.Channels / model.Width) - geometry.PadY;
            bool inside = x >= 0 && x < geometry.Width && y >= 0 && y < geometry.Height;
            byte level = inside ? Level(image.Row(y).Slice(3 * x, 3), c, model.Order) : model.PadValue;
            input[i] = tables.Codes[(c * LevelTables.Levels) + level];
        }

        return input;
    }

    private static byte Level(ReadOnlySpan<byte> rgb, int channel, ChannelOrder order) => order switch
    {
        ChannelOrder.Rgb => rgb[channel],
        ChannelOrder.Bgr => rgb[2 - channel],
        _ => (byte)(((rgb[0] * 19595) + (rgb[1] * 38470) + (rgb[2] * 7471) + (1 << 15)) >> 16),
    };
}
