using Edge.Camera.Capture;
using Edge.Imaging;
using Edge.Imaging.Frames;

namespace Edge.Camera.Running;

/// <summary>Makes samples of what a source captured: raw frames as they lie, JPEGs decoded no larger than needed. One per camera.</summary>
/// <param name="eighths">
/// The scale, in eighths, at which a JPEG of this width and height must be decoded for everything that is looked at in it.
/// </param>
internal sealed class FrameDecoder(Func<int, int, int> eighths) : IDisposable
{
    private readonly MjpegDecoder _headers = new();
    private MjpegDecoder? _decoder;
    private FrameDescription _whole, _scaled;

    /// <param name="captured">Must stay the caller's until the result was used.</param>
    /// <param name="description">Of the result; a JPEG's is smaller than the camera's picture where that is enough.</param>
    /// <exception cref="ImageFormatException">Shorter than its description, or no JPEG.</exception>
    public unsafe CameraFrame Decode(CapturedFrame captured, out FrameDescription description)
    {
        if (!captured.IsJpeg)
        {
            description = captured.Description;
            return CameraFrame.FromBuffer(description, captured.Data, captured.Length, captured.Stride);
        }

        return Decode(new ReadOnlySpan<byte>(captured.Data, checked((int)captured.Length)), out description);
    }

    /// <param name="data">A JPEG.</param>
    /// <param name="description">Of the result, which is this object's until the next call.</param>
    /// <exception cref="ImageFormatException">No JPEG, or damaged.</exception>
    public CameraFrame Decode(ReadOnlySpan<byte> data, out FrameDescription description)
    {
        FrameDescription whole = _headers.Describe(data);
        if (_decoder is null || whole != _whole)
        {
            _decoder?.Dispose();
            _decoder = new MjpegDecoder(eighths(whole.Width, whole.Height));
            (_whole, _scaled) = (whole, _decoder.Describe(data));
        }

        description = _scaled;
        return _decoder.Decode(data, _scaled);
    }

    public void Dispose()
    {
        _headers.Dispose();
        _decoder?.Dispose();
    }
}
