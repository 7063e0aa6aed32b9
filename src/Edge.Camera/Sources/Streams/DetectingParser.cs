using Edge.Camera.Capture;

namespace Edge.Camera.Sources.Streams;

/// <summary>Tells by the first bytes whether a stream is Motion JPEG or Y4M: those say themselves what is in them.</summary>
internal sealed class DetectingParser : IFrameParser
{
    private IFrameParser? _found;

    public string Description => _found?.Description ?? "";

    public long Damaged => _found?.Damaged ?? 0;

    public ParseResult Parse(InputBuffer input, CapturedFrame frame, FramePool pool, TimeSpan timeout)
    {
        while (_found is null)
        {
            ReadOnlySpan<byte> first = input.Available;
            if (first.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
                _found = new JpegParser();
            else if (first.StartsWith(Y4mParser.Magic))
                _found = new Y4mParser();
            else if (first.Length >= Y4mParser.Magic.Length)
                throw new SourceException(
                    "writes neither MJPEG nor Y4M; raw frames need their \"format\" (as \"nv12\"), \"width\" and \"height\"");
            else if (input.Fill(timeout) is int read and <= 0)
                return read == 0 ? ParseResult.End : ParseResult.NothingYet;
        }

        return _found.Parse(input, frame, pool, timeout);
    }

    public void Restart() => _found = null;
}
