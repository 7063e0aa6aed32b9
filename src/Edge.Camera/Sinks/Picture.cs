using System.Runtime.InteropServices;
using Edge.Camera.Capture;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Imaging.Frames;

namespace Edge.Camera.Sinks;

/// <summary>
/// A copy of a frame that sinks share. The loop only copies; the first sink that asks compresses it, on its own thread. One is made
/// for a reported decision, not for a frame, and the sinks' bounded queues bound how many there are.
/// </summary>
internal sealed class Picture
{
    private readonly object _gate = new();
    private readonly FrameDescription _description;
    private readonly int _stride;
    private byte[]? _frame;
    private byte[]? _jpeg;

    private Picture(byte[] frame, FrameDescription description, int stride, bool isJpeg)
    {
        (_description, _stride) = (description, stride);
        if (isJpeg)
            _jpeg = frame;
        else
            _frame = frame;
    }

    /// <summary>Copies a frame.</summary>
    public static unsafe Picture Copy(CapturedFrame frame)
    {
        byte[] copy = new ReadOnlySpan<byte>(frame.Data, checked((int)frame.Length)).ToArray();
        return new Picture(copy, frame.Description, frame.Stride, frame.IsJpeg);
    }

    /// <summary>The picture as a JPEG file. Any thread.</summary>
    /// <param name="quality">1 to 100; of the first caller. A camera's own JPEG stays as it is.</param>
    /// <exception cref="ImagingException">libturbojpeg is missing.</exception>
    public unsafe byte[] Jpeg(int quality)
    {
        lock (_gate)
        {
            if (_jpeg is not null)
                return _jpeg;
            fixed (byte* data = _frame)
            {
                var image = new PixelBuffer();
                FramePixels.ToRgb(CameraFrame.FromBuffer(_description, data, _frame!.Length, _stride), _description, image);
                using var encoder = new JpegEncoder();
                _jpeg = encoder.Encode(image, quality, halfChroma: true).ToArray();
            }

            _frame = null;
            return _jpeg;
        }
    }
}
