using Edge.Camera.Capture;
using Edge.Camera.Running;
using Edge.Imaging;

namespace Edge.Camera.Sinks;

/// <summary>
/// A copy of a frame that sinks share. The loop only copies; the first sink that asks compresses it, on its own thread. One is made
/// for a reported decision, not for a frame, and the sinks' bounded queues bound how many there are.
/// </summary>
internal sealed class Picture
{
    private readonly object _gate = new();
    private FrameLayout _layout;
    private byte[] _data;

    private Picture(byte[] data, FrameLayout layout) => (_data, _layout) = (data, layout);

    /// <summary>Copies a frame.</summary>
    /// <param name="frame">Not yet given back.</param>
    /// <param name="orientation">How it is stored.</param>
    public static unsafe Picture Copy(CapturedFrame frame, ExifOrientation orientation = ExifOrientation.TopLeft)
    {
        byte[] copy = new ReadOnlySpan<byte>(frame.Data, checked((int)frame.Length)).ToArray();
        return new Picture(copy, new FrameLayout(frame.Description, frame.Stride, frame.IsJpeg, orientation));
    }

    /// <summary>The picture as a JPEG file, upright. Any thread.</summary>
    /// <param name="quality">1 to 100; of the first caller. A camera's own upright JPEG stays as it is.</param>
    /// <exception cref="ImagingException">libturbojpeg is missing, or a JPEG that must be turned is damaged.</exception>
    public byte[] Jpeg(int quality)
    {
        lock (_gate)
        {
            if (!_layout.IsUprightJpeg)
            {
                using var maker = new UprightJpeg(UprightJpeg.Whole, quality);
                _data = maker.Make(_data, _layout).ToArray();
                _layout = _layout with { IsJpeg = true, Orientation = ExifOrientation.TopLeft };
            }

            return _data;
        }
    }

    /// <summary>The picture in another size. Any thread.</summary>
    /// <param name="maker">The caller's own.</param>
    /// <exception cref="ImagingException">libturbojpeg is missing, or the picture is damaged.</exception>
    public byte[] Jpeg(UprightJpeg maker)
    {
        lock (_gate)
            return maker.Make(_data, _layout).ToArray();
    }
}
