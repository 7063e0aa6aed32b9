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
        PixelBuffer resized = Resize(frame, description, geometry);
        PixelBuffer upright = new();
        ExifOrientations.MakeUpright(resized, upright, orientation);
        return Quantize(upright, geometry.Resize, preprocessing, new LevelTables(preprocessing, scale, zeroPoint));
    }

    /// <summary>Steps 1 and 2.</summary>
    private static PixelBuffer Resize(in CameraFrame frame, in FrameDescription description, FrameGeometry geometry)
    {
        FrameConversion conversion = new(description);
        PixelBuffer resized = new(geometry.Rows.Length, geometry.Columns.Length, 3);
        int[][,] words = [.. from c in (int[])[0, 1, 2] select new int[resized.Height, resized.Width]];
        for (int c = 0; c < 3; c++)
            Resize(frame, description.Channel(c), geometry, words[c]);
        for (int y = 0; y < resized.Height; y++)
            for (int x = 0; x < resized.Width; x++)
            {
                (sbyte red, sbyte green, sbyte blue) = conversion.Levels(words[0][y, x], words[1][y, x], words[2][y, x]);
                Span<byte> pixel = resized.Row(y).Slice(3 * x, 3);
                (pixel[0], pixel[1], pixel[2]) = ((byte)(red + 128), (byte)(green + 128), (byte)(blue + 128));
            }

        return resized;
    }

    /// <summary>Step 1 of one channel: along the columns in units of 1/256, then along the rows.</summary>
    private static unsafe void Resize(in CameraFrame frame, in SampleChannel channel, FrameGeometry geometry, int[,] resized)
    {
        FramePlane plane = frame.Plane(channel.Plane);
        AxisFilter rows = geometry.Rows.Fold(geometry.Region.X, channel.ColumnShift);
        AxisFilter columns = geometry.Columns.Fold(geometry.Region.Y, channel.RowShift);
        int[] words = new int[rows.End];
        for (int y = 0; y < columns.Length; y++)
        {
            Array.Clear(words);
            ReadOnlySpan<short> weights = columns.Weights(y);
            for (int t = 0; t < weights.Length; t++)
            {
                byte* samples = plane.Data + ((nint)(columns.First(y) + t) * plane.Stride) + channel.First;
                for (int i = rows.Start; i < rows.End; i++)
                    words[i] += (((samples[i * channel.Step] - 128) * 256 * weights[t]) + (1 << 14)) >> 15;
            }

            for (int x = 0; x < rows.Length; x++)
            {
                int sum = 1 << 14, first = rows.First(x);
                weights = rows.Weights(x);
                for (int t = 0; t < weights.Length; t++)
                    sum += words[first + t] * weights[t];
                resized[y, x] = sum >> 15;
            }
        }
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
