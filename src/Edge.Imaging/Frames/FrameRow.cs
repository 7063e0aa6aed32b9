namespace Edge.Imaging.Frames;

/// <summary>The samples of one row of a frame: where column 0 lies in each plane.</summary>
internal unsafe struct FrameRow
{
    public byte* First;
    public byte* Second;
    public byte* Third;

    public static FrameRow At(in CameraFrame frame, in FrameDescription description, int y)
    {
        nint chromaRow = y >> description.ChromaRowShift;
        return new()
        {
            First = frame.First.Data + ((nint)y * frame.First.Stride),
            Second = frame.Second.Data + (chromaRow * frame.Second.Stride),
            Third = frame.Third.Data + (chromaRow * frame.Third.Stride),
        };
    }

    /// <summary>Column <paramref name="x"/> as R G B. This is what every vector form computes.</summary>
    public readonly (byte Red, byte Green, byte Blue) Pixel(FrameFormat format, in FrameConversion conversion, int x)
    {
        int pair = x >> 1;
        switch (format)
        {
            case FrameFormat.Rgb24:
                return (First[3 * x], First[(3 * x) + 1], First[(3 * x) + 2]);
            case FrameFormat.Bgr24:
                return (First[(3 * x) + 2], First[(3 * x) + 1], First[3 * x]);
            case FrameFormat.Yuyv:
                return conversion.Rgb(First[2 * x], First[(4 * pair) + 1], First[(4 * pair) + 3]);
            case FrameFormat.Uyvy:
                return conversion.Rgb(First[(2 * x) + 1], First[4 * pair], First[(4 * pair) + 2]);
            case FrameFormat.Nv12:
                return conversion.Rgb(First[x], Second[2 * pair], Second[(2 * pair) + 1]);
            case FrameFormat.Nv21:
                return conversion.Rgb(First[x], Second[(2 * pair) + 1], Second[2 * pair]);
            case FrameFormat.I444:
                return conversion.Rgb(First[x], Second[x], Third[x]);
            case FrameFormat.Grey:
                byte grey = conversion.Grey(First[x]);
                return (grey, grey, grey);
            default:
                return conversion.Rgb(First[x], Second[pair], Third[pair]);
        }
    }
}
