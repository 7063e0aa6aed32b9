using Edge.Camera.Capture;
using Edge.Camera.Sources.V4L2;
using Edge.Imaging;
using Edge.Imaging.Frames;

namespace Edge.Camera.Sources.Streams;

/// <summary>Frames of one known format and size, one behind the other with nothing between them.</summary>
internal sealed class RawParser : IFrameParser
{
    private readonly FrameDescription _description;
    private readonly string _name;
    private readonly long _bytes;

    /// <exception cref="SourceException">There is no such frame.</exception>
    public RawParser(PixelFormat pixels, FrameDescription description)
    {
        (_description, _name) = (description, pixels.ToString());
        try
        {
            _bytes = CameraFrame.BufferLength(description);
        }
        catch (ImageFormatException e)
        {
            throw new SourceException(e.Message, e);
        }
    }

    public string Description => FormattableString.Invariant($"{_name} {_description.Width}×{_description.Height}");

    public long Damaged => 0;

    public ParseResult Parse(InputBuffer input, CapturedFrame frame, FramePool pool, TimeSpan timeout)
    {
        pool.Reserve(frame, _bytes);
        int read = input.ReadInto(frame, _bytes, timeout);
        if (read <= 0)
            return read == 0 ? ParseResult.End : ParseResult.NothingYet;
        (frame.Description, frame.IsJpeg, frame.Stride) = (_description, false, 0);
        return ParseResult.Frame;
    }

    public void Restart()
    {
    }
}
