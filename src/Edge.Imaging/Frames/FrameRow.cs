namespace Edge.Imaging.Frames;

/// <summary>One row of a frame, column by column.</summary>
internal readonly unsafe struct FrameRow
{
    private readonly byte* _first, _second, _third;
    private readonly SampleChannel _firstChannel, _secondChannel, _thirdChannel;

    /// <param name="frame">A frame that fits its description.</param>
    /// <param name="description">Of the frame.</param>
    /// <param name="y">The row.</param>
    public FrameRow(in CameraFrame frame, in FrameDescription description, int y)
    {
        (_firstChannel, _secondChannel, _thirdChannel) = (description.Channel(0), description.Channel(1), description.Channel(2));
        _first = Samples(frame, _firstChannel, y);
        _second = Samples(frame, _secondChannel, y);
        _third = Samples(frame, _thirdChannel, y);
    }

    /// <summary>Column <paramref name="x"/> as R G B.</summary>
    public (byte Red, byte Green, byte Blue) Pixel(in FrameConversion conversion, int x)
    {
        (sbyte red, sbyte green, sbyte blue) = conversion.Levels(
            Word(_first, _firstChannel, x), Word(_second, _secondChannel, x), Word(_third, _thirdChannel, x));
        return ((byte)(red + 128), (byte)(green + 128), (byte)(blue + 128));
    }

    private static byte* Samples(in CameraFrame frame, in SampleChannel channel, int y)
    {
        FramePlane plane = frame.Plane(channel.Plane);
        return plane.Data + ((nint)(y >> channel.RowShift) * plane.Stride) + channel.First;
    }

    private static int Word(byte* samples, in SampleChannel channel, int x) =>
        (samples[(x >> channel.ColumnShift) * channel.Step] - 128) * 256;
}
