using Edge.Camera.Capture;

namespace Edge.Camera.Sources.Streams;

/// <summary>
/// Motion JPEG: images one behind the other. An image reaches from its SOI to its EOI marker, found by walking from segment to
/// segment (ITU-T T.81, B.1), because segments may hold images of their own (thumbnails) and lengths may hold any bytes. What
/// lies between images is skipped; an image that is cut short by the next one, breaks the rules or is too long is left out and
/// counted.
/// </summary>
internal sealed class JpegParser : IFrameParser
{
    /// <summary>Longer "images" are none: 64 megapixels in good quality have half of it.</summary>
    public const int MaxBytes = 32 << 20;

    private const byte Escape = 0xFF;
    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte FirstRestart = 0xD0;
    private const byte LastRestart = 0xD7;
    private const byte Temporary = 0x01;

    private State _state;
    private int _length;
    private bool _scan;

    private enum State
    {
        /// <summary>Outside of images: the escape of an SOI is expected.</summary>
        Outside,

        /// <summary>Outside of images, behind an escape.</summary>
        OutsideEscape,

        /// <summary>In an image: an escape is expected.</summary>
        Marker,

        /// <summary>Behind the escape of a marker.</summary>
        MarkerCode,

        /// <summary>First byte of a segment's length.</summary>
        LengthHigh,

        /// <summary>Second byte of a segment's length.</summary>
        LengthLow,

        /// <summary>Bytes of a segment.</summary>
        Segment,

        /// <summary>Coded samples.</summary>
        Coded,

        /// <summary>Behind an escape in coded samples.</summary>
        CodedEscape,
    }

    public string Description => "MJPEG";

    public long Damaged { get; private set; }

    public ParseResult Parse(InputBuffer input, CapturedFrame frame, FramePool pool, TimeSpan timeout)
    {
        while (true)
        {
            if (input.Available.IsEmpty)
            {
                int read = input.Fill(timeout);
                if (read <= 0)
                    return read == 0 ? End() : ParseResult.NothingYet;
            }

            bool whole = Walk(input.Available, frame, pool, out int taken);
            input.Take(taken);
            if (!whole)
                continue;
            (frame.IsJpeg, frame.Stride, frame.Description) = (true, 0, default);
            return ParseResult.Frame;
        }
    }

    public void Restart() => _state = State.Outside;

    private ParseResult End()
    {
        if (_state > State.OutsideEscape)
            Damaged++;
        _state = State.Outside;
        return ParseResult.End;
    }

    /// <summary>Copies bytes of the image to the frame, up to the image's end.</summary>
    /// <returns>Whether the image is whole.</returns>
    private bool Walk(ReadOnlySpan<byte> bytes, CapturedFrame frame, FramePool pool, out int taken)
    {
        // Bytes from here on belong to the image.
        int from = 0, i = 0;
        while (i < bytes.Length)
        {
            byte b = bytes[i];
            switch (_state)
            {
                case State.Outside:
                    int escape = bytes[i..].IndexOf(Escape);
                    i = escape < 0 ? bytes.Length : i + escape + 1;
                    _state = escape < 0 ? State.Outside : State.OutsideEscape;
                    continue;
                case State.OutsideEscape:
                    i++;
                    if (b == StartOfImage)
                        from = Begin(frame, pool, i);
                    else if (b != Escape)
                        _state = State.Outside;
                    continue;
                case State.Segment:
                    int skipped = Math.Min(_length, bytes.Length - i);
                    i += skipped;
                    _length -= skipped;
                    if (_length == 0)
                        _state = _scan ? State.Coded : State.Marker;
                    continue;
                case State.Coded:
                    escape = bytes[i..].IndexOf(Escape);
                    i = escape < 0 ? bytes.Length : i + escape + 1;
                    _state = escape < 0 ? State.Coded : State.CodedEscape;
                    continue;
                case State.LengthHigh:
                    i++;
                    (_length, _state) = (b << 8, State.LengthLow);
                    continue;
                case State.LengthLow:
                    i++;
                    _length += b - 2;
                    _state = _length > 0 ? State.Segment : _scan ? State.Coded : State.Marker;
                    if (_length < 0)
                        Drop();
                    continue;
                case State.Marker:
                    i++;
                    if (b == Escape)
                        _state = State.MarkerCode;
                    else
                        Drop();
                    continue;
                default:
                    // Behind an escape: fill bytes, stuffed zeros and restart markers leave us among the samples.
                    i++;
                    if (b == Escape || (_state == State.CodedEscape && (b == 0 || b is >= FirstRestart and <= LastRestart)))
                    {
                        _state = b == Escape ? _state : State.Coded;
                    }
                    else if (b == EndOfImage)
                    {
                        _state = State.Outside;
                        pool.Append(frame, bytes[from..i]);
                        taken = i;
                        return true;
                    }
                    else if (b == StartOfImage)
                    {
                        Damaged++;
                        from = Begin(frame, pool, i);
                    }
                    else if (b == 0)
                    {
                        Drop();
                    }
                    else if (b is Temporary or (>= FirstRestart and <= LastRestart))
                    {
                        _state = State.Marker;
                    }
                    else
                    {
                        (_scan, _state) = (b == StartOfScan, State.LengthHigh);
                    }

                    continue;
            }
        }

        taken = bytes.Length;
        if (_state > State.OutsideEscape)
        {
            pool.Append(frame, bytes[from..]);
            if (frame.Length > MaxBytes)
                Drop();
        }

        return false;
    }

    /// <summary>Behind an SOI.</summary>
    /// <returns>Where the image's other bytes begin.</returns>
    private int Begin(CapturedFrame frame, FramePool pool, int position)
    {
        frame.Length = 0;
        pool.Append(frame, [Escape, StartOfImage]);
        _state = State.Marker;
        return position;
    }

    private void Drop()
    {
        Damaged++;
        _state = State.Outside;
    }
}
