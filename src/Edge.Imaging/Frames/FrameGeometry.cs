using Edge.Imaging.Preprocessing;
using Edge.Runtime.Format;

namespace Edge.Imaging.Frames;

/// <summary>Where a frame's region lands in the model's input, and the filters along the axes of the stored frame.</summary>
internal sealed class FrameGeometry
{
    /// <exception cref="ImageFormatException">Size, region or preprocessing cannot be.</exception>
    public FrameGeometry(
        in FrameDescription frame, InputPreprocessing preprocessing, FrameRegion? region, ExifOrientation orientation)
    {
        frame.Validate();
        LevelTables.Validate(preprocessing);
        Region = region ?? new FrameRegion(0, 0, frame.Width, frame.Height);
        Region.Validate(frame);
        Swapped = orientation >= ExifOrientation.LeftTop;
        MirroredX = orientation is ExifOrientation.TopRight or ExifOrientation.BottomRight
            or ExifOrientation.RightBottom or ExifOrientation.LeftBottom;
        MirroredY = orientation is ExifOrientation.BottomRight or ExifOrientation.BottomLeft
            or ExifOrientation.RightTop or ExifOrientation.RightBottom;

        Resize = Swapped
            ? ResizeGeometry.For(preprocessing, Region.Height, Region.Width)
            : ResizeGeometry.For(preprocessing, Region.Width, Region.Height);
        (int scaledX, int scaledY) = (Resize.ScaledWidth, Resize.ScaledHeight);
        if (Math.Max(scaledX, scaledY) > MaxScaled)
            throw new ImageFormatException(
                $"a region of {Region.Width} × {Region.Height} pixels would be resized to {scaledX} × {scaledY}; "
                + "choose a region that is less narrow");
        int storedRows = Swapped ? scaledX : scaledY;
        if (Region.Height > (long)FramePreprocessor.MaxShrinking * storedRows)
            throw new ImageFormatException(
                $"{Region.Height} rows would be resized to {storedRows}, more than {FramePreprocessor.MaxShrinking} to 1; "
                + "choose a smaller camera mode or region");
        Rows = Filter(Region.Width, Swapped, MirroredX);
        Columns = Filter(Region.Height, !Swapped, MirroredY);
    }

    /// <summary>Pixels of a side of the resized image before it is cropped.</summary>
    private const int MaxScaled = 1 << 20;

    public FrameRegion Region { get; }

    /// <summary>In the upright image.</summary>
    public ResizeGeometry Resize { get; }

    /// <summary>Whether stored rows are upright columns.</summary>
    public bool Swapped { get; }

    /// <summary>Whether stored rows run against their upright axis.</summary>
    public bool MirroredX { get; }

    /// <summary>Whether stored columns run against their upright axis.</summary>
    public bool MirroredY { get; }

    /// <summary>Along stored rows.</summary>
    public AxisFilter Rows { get; }

    /// <summary>Along stored columns.</summary>
    public AxisFilter Columns { get; }

    private AxisFilter Filter(int input, bool uprightY, bool mirrored) => uprightY
        ? new AxisFilter(input, Resize.ScaledHeight, Resize.CropY, Resize.Height, mirrored)
        : new AxisFilter(input, Resize.ScaledWidth, Resize.CropX, Resize.Width, mirrored);
}
