namespace Edge.Imaging.Frames;

/// <summary>What a camera delivers, frame after frame.</summary>
/// <param name="Format">Layout of the samples.</param>
/// <param name="Width">Pixels, 1 to <see cref="MaxSide"/>; even for <see cref="FrameFormat.Yuyv"/> and Uyvy.</param>
/// <param name="Height">Pixels, 1 to <see cref="MaxSide"/>.</param>
/// <param name="Matrix">Without meaning for grey and RGB frames.</param>
/// <param name="Range">Without meaning for RGB frames.</param>
public readonly record struct FrameDescription(
    FrameFormat Format, int Width, int Height, ColorMatrix Matrix = ColorMatrix.Bt601, ColorRange Range = ColorRange.Limited)
{
    /// <summary>Pixels; no sensor is larger, and a frame's offsets fit in 32 bits.</summary>
    public const int MaxSide = 16384;

    /// <summary>1 to 3.</summary>
    public int Planes => Format switch
    {
        FrameFormat.Nv12 or FrameFormat.Nv21 => 2,
        FrameFormat.I420 or FrameFormat.I422 or FrameFormat.I444 => 3,
        _ => 1,
    };

    /// <summary>1 for grey frames, otherwise 3: Y U V, or R G B.</summary>
    internal int Channels => Format == FrameFormat.Grey ? 1 : 3;

    internal bool HasChroma => Channels == 3 && !IsRgb;

    internal bool IsRgb => Format is FrameFormat.Rgb24 or FrameFormat.Bgr24;

    /// <summary>Where the samples of a channel lie.</summary>
    /// <param name="channel">0 to 2; grey frames give their luma for each.</param>
    internal SampleChannel Channel(int channel)
    {
        bool second = channel == 1;
        return Format switch
        {
            FrameFormat.Grey => new(0),
            FrameFormat.Rgb24 => new(0, channel, 3),
            FrameFormat.Bgr24 => new(0, 2 - channel, 3),
            FrameFormat.Yuyv => channel == 0 ? new(0, 0, 2) : new(0, second ? 1 : 3, 4, ColumnShift: 1),
            FrameFormat.Uyvy => channel == 0 ? new(0, 1, 2) : new(0, second ? 0 : 2, 4, ColumnShift: 1),
            FrameFormat.Nv12 when channel > 0 => new(1, second ? 0 : 1, 2, ColumnShift: 1, RowShift: 1),
            FrameFormat.Nv21 when channel > 0 => new(1, second ? 1 : 0, 2, ColumnShift: 1, RowShift: 1),
            FrameFormat.I420 when channel > 0 => new(channel, ColumnShift: 1, RowShift: 1),
            FrameFormat.I422 when channel > 0 => new(channel, ColumnShift: 1),
            _ => new(channel),
        };
    }

    /// <summary>Bytes of a row that hold samples.</summary>
    public int RowBytes(int plane) => Format switch
    {
        FrameFormat.Yuyv or FrameFormat.Uyvy => Width * 2,
        FrameFormat.Rgb24 or FrameFormat.Bgr24 => Width * 3,
        FrameFormat.Nv12 or FrameFormat.Nv21 when plane == 1 => (Width + 1) / 2 * 2,
        FrameFormat.I420 or FrameFormat.I422 when plane > 0 => (Width + 1) / 2,
        _ => Width,
    };

    /// <summary>Rows of a plane.</summary>
    public int Rows(int plane) => plane > 0 && Format is FrameFormat.Nv12 or FrameFormat.Nv21 or FrameFormat.I420 ? (Height + 1) / 2 : Height;

    /// <exception cref="ImageFormatException">No frame has this size or format.</exception>
    public void Validate()
    {
        if (!Enum.IsDefined(Format) || !Enum.IsDefined(Matrix) || !Enum.IsDefined(Range))
            throw new ImageFormatException($"frames of format {Format}, matrix {Matrix} and range {Range} are unknown");
        if (Width is < 1 or > MaxSide || Height is < 1 or > MaxSide)
            throw new ImageFormatException(
                $"a frame of {Width} × {Height} pixels cannot be used; both sides must be 1 to {MaxSide}");
        if (Format is FrameFormat.Yuyv or FrameFormat.Uyvy && Width % 2 != 0)
            throw new ImageFormatException($"{Format} frames have an even width, not {Width} pixels; choose another camera mode");
    }

    public override string ToString() => $"{Width} × {Height} {Format}";
}

/// <summary>A rectangle of a frame in pixels, any offsets, odd ones too.</summary>
public readonly record struct FrameRegion(int X, int Y, int Width, int Height)
{
    /// <summary>The pixels that this rectangle touches in a frame decoded at n/8 of its size.</summary>
    /// <param name="eighths">n, 1 to 8.</param>
    public FrameRegion Scaled(int eighths)
    {
        (int x, int y) = (X * eighths / 8, Y * eighths / 8);
        return new(x, y, MjpegDecoder.Scaled(X + Width, eighths) - x, MjpegDecoder.Scaled(Y + Height, eighths) - y);
    }

    /// <exception cref="ImageFormatException">The rectangle is empty or reaches out of the frame.</exception>
    internal void Validate(in FrameDescription frame)
    {
        if (X < 0 || Y < 0 || Width < 1 || Height < 1 || Width > frame.Width - X || Height > frame.Height - Y)
            throw new ImageFormatException(
                $"the region of {Width} × {Height} pixels at ({X}, {Y}) does not lie inside the frame of "
                + $"{frame.Width} × {frame.Height}");
    }
}
