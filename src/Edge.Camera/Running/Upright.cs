using Edge.Camera.Config;
using Edge.Imaging;
using Edge.Imaging.Frames;

namespace Edge.Camera.Running;

/// <summary>
/// From a camera's stored picture to the upright one that regions are given in: turned clockwise by
/// <see cref="CameraConfig.Rotate"/>, then mirrored by <see cref="CameraConfig.Flip"/>.
/// </summary>
internal static class Upright
{
    /// <summary>The same turn and mirroring as an EXIF orientation.</summary>
    public static ExifOrientation Orientation(int rotate, string flip) => (rotate, flip) switch
    {
        (0, "horizontal") or (180, "vertical") => ExifOrientation.TopRight,
        (0, "both") or (180, "none") => ExifOrientation.BottomRight,
        (0, "vertical") or (180, "horizontal") => ExifOrientation.BottomLeft,
        (90, "horizontal") or (270, "vertical") => ExifOrientation.LeftTop,
        (90, "none") or (270, "both") => ExifOrientation.RightTop,
        (90, "vertical") or (270, "horizontal") => ExifOrientation.RightBottom,
        (90, "both") or (270, "none") => ExifOrientation.LeftBottom,
        _ => ExifOrientation.TopLeft,
    };

    /// <summary>Where a rectangle of the upright picture lies in the stored one, in pixels, one at least.</summary>
    public static FrameRegion Stored(RegionConfig? region, ExifOrientation orientation, in FrameDescription frame)
    {
        if (region is null)
            return new FrameRegion(0, 0, frame.Width, frame.Height);
        (double left, double right, double top, double bottom) = (region.X, region.X + region.Width, region.Y, region.Y + region.Height);
        bool turned = orientation >= ExifOrientation.LeftTop;
        bool mirrorX = orientation is ExifOrientation.TopRight or ExifOrientation.BottomRight
            or ExifOrientation.RightBottom or ExifOrientation.LeftBottom;
        bool mirrorY = orientation is ExifOrientation.BottomRight or ExifOrientation.BottomLeft
            or ExifOrientation.RightTop or ExifOrientation.RightBottom;
        if (turned)
            (left, right, top, bottom) = (top, bottom, left, right);
        if (mirrorX)
            (left, right) = (1 - right, 1 - left);
        if (mirrorY)
            (top, bottom) = (1 - bottom, 1 - top);
        (int x, int width) = Span(left, right, frame.Width);
        (int y, int height) = Span(top, bottom, frame.Height);
        return new FrameRegion(x, y, width, height);
    }

    private static (int Start, int Length) Span(double from, double to, int size)
    {
        int start = Math.Clamp((int)Math.Round(from * size), 0, size - 1);
        return (start, Math.Clamp((int)Math.Round(to * size) - start, 1, size - start));
    }
}
