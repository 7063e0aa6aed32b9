namespace Edge.Imaging.Frames;

/// <summary>Frames as R G B images: for pictures that people look at.</summary>
public static class FramePixels
{
    /// <summary>Converts a whole frame as <see cref="FramePreprocessor"/> does in its first step.</summary>
    /// <param name="frame">Planes as the description says.</param>
    /// <param name="description">Of the frame.</param>
    /// <param name="image">Gets the frame's size and three channels.</param>
    /// <exception cref="ImageFormatException">A plane is too short or its stride too small.</exception>
    public static void ToRgb(in CameraFrame frame, in FrameDescription description, PixelBuffer image)
    {
        frame.Validate(description);
        var conversion = new FrameConversion(description.Matrix, description.Range);
        image.Reset(description.Width, description.Height, 3);
        for (int y = 0; y < description.Height; y++)
        {
            FrameRow row = FrameRow.At(frame, description, y);
            Span<byte> to = image.Row(y);
            for (int x = 0; x < description.Width; x++)
                (to[3 * x], to[(3 * x) + 1], to[(3 * x) + 2]) = row.Pixel(description.Format, conversion, x);
        }
    }
}
