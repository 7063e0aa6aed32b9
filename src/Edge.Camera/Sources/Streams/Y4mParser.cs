using System.Globalization;
using System.Text;
using Edge.Camera.Capture;
using Edge.Imaging.Frames;

namespace Edge.Camera.Sources.Streams;

/// <summary>
/// YUV4MPEG2 (.y4m): a line that describes all frames, then for each frame a line that begins with FRAME and its planes
/// (yuv4mpeg(5) of mjpegtools). 8-bit 4:2:0, 4:2:2, 4:4:4 and mono. The range is what XCOLORRANGE says, limited without it; the
/// format has no word for the matrix, which is BT.601 as ffmpeg writes it.
/// </summary>
internal sealed class Y4mParser : IFrameParser
{
    private const int MaxHeaderBytes = 4096;
    private const int MaxFrameLineBytes = 512;

    private FrameDescription? _description;
    private long _bytes;
    private bool _inFrame;

    /// <summary>How such a stream begins.</summary>
    public static ReadOnlySpan<byte> Magic => "YUV4MPEG2"u8;

    public string Description => _description is { } d ? FormattableString.Invariant($"{d.Format} {d.Width}×{d.Height}") : "Y4M";

    public long Damaged { get; private set; }

    public ParseResult Parse(InputBuffer input, CapturedFrame frame, FramePool pool, TimeSpan timeout)
    {
        string? line;
        if (_description is null)
        {
            ParseResult result = ReadLine(input, MaxHeaderBytes, timeout, out line);
            if (line is null)
                return result;
            (_description, _bytes) = ParseHeader(line);
        }

        if (!_inFrame)
        {
            ParseResult result = ReadLine(input, MaxFrameLineBytes, timeout, out line);
            if (line is null)
                return result;
            if (line != "FRAME" && !line.StartsWith("FRAME ", StringComparison.Ordinal))
                throw new SourceException("the Y4M stream is damaged: no FRAME where one must begin");
            _inFrame = true;
        }

        pool.Reserve(frame, _bytes);
        int read = input.ReadInto(frame, _bytes, timeout);
        if (read < 0)
            return ParseResult.NothingYet;
        _inFrame = false;
        if (read == 0)
        {
            Damaged++;
            return ParseResult.End;
        }

        (frame.Description, frame.IsJpeg, frame.Stride) = (_description.Value, false, 0);
        return ParseResult.Frame;
    }

    public void Restart() => (_description, _inFrame) = (null, false);

    /// <returns>What the frames are, and the bytes of each.</returns>
    /// <exception cref="SourceException">Not such a stream, or of a kind that can't be used.</exception>
    public static (FrameDescription Description, long Bytes) ParseHeader(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || words[0] != "YUV4MPEG2")
            throw new SourceException("is no Y4M stream: it does not begin with YUV4MPEG2");
        int width = 0, height = 0;
        string chroma = "420jpeg";
        ColorRange range = ColorRange.Limited;
        foreach (string word in words.Skip(1))
        {
            string value = word[1..];
            switch (word[0])
            {
                case 'W':
                    width = Side(value);
                    break;
                case 'H':
                    height = Side(value);
                    break;
                case 'C':
                    chroma = value;
                    break;
                case 'X' when value == "COLORRANGE=FULL":
                    range = ColorRange.Full;
                    break;
            }
        }

        if (width == 0 || height == 0)
            throw new SourceException("the Y4M header names no width and height from 1 to 16384");
        FrameFormat format = chroma switch
        {
            "420" or "420jpeg" or "420mpeg2" or "420paldv" => FrameFormat.I420,
            "422" => FrameFormat.I422,
            "444" => FrameFormat.I444,
            "mono" => FrameFormat.Grey,
            _ => throw new SourceException(
                $"Y4M frames of kind {Printable(chroma)} can't be used; write them with ffmpeg -pix_fmt yuv420p"),
        };
        var description = new FrameDescription(format, width, height, ColorMatrix.Bt601, range);
        return (description, CameraFrame.BufferLength(description));

        static int Side(string value) =>
            int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int side) && side <= FrameDescription.MaxSide
                ? side
                : 0;
    }

    private static string Printable(string word) =>
        new(Array.ConvertAll(word[..Math.Min(word.Length, 32)].ToCharArray(), c => char.IsAsciiLetterOrDigit(c) ? c : '?'));

    /// <param name="input">At the line's beginning.</param>
    /// <param name="limit">Bytes that such a line has at most.</param>
    /// <param name="timeout">For each read.</param>
    /// <param name="line">Without its end; null when it is not whole.</param>
    private static ParseResult ReadLine(InputBuffer input, int limit, TimeSpan timeout, out string? line)
    {
        while (true)
        {
            int end = input.Available.IndexOf((byte)'\n');
            if (end >= 0 && end <= limit)
            {
                line = Line(input.Available[..end]);
                input.Take(end + 1);
                return ParseResult.Frame;
            }

            line = null;
            if (end >= 0 || input.Available.Length > limit)
                throw new SourceException("is no Y4M stream, or it is damaged: a header line has no end");
            int read = input.Fill(timeout);
            if (read <= 0)
                return read == 0 ? ParseResult.End : ParseResult.NothingYet;
        }
    }

    /// <summary>Almost all lines are the same: they make no garbage.</summary>
    private static string Line(ReadOnlySpan<byte> bytes) =>
        bytes.SequenceEqual("FRAME"u8) ? "FRAME" : Encoding.Latin1.GetString(bytes);
}
