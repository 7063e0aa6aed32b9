using System.Diagnostics;
using Edge.Camera.Capture;
using Edge.Camera.Sources.Streams;

namespace Edge.Camera.Sources.Files;

/// <summary>The frames of a .y4m or .mjpeg file at a steady rate.</summary>
/// <param name="path">The file.</param>
/// <param name="rate">Frames per second.</param>
/// <param name="loop">Start over at the end.</param>
internal sealed class StreamFileSource(string path, double rate, bool loop) : IFrameSource
{
    private static readonly string[] Extensions = [".y4m", ".mjpeg", ".mjpg"];

    private readonly FramePool _pool = new();
    private readonly Pacer _pacer = new(rate);
    private readonly IFrameParser _parser =
        path.EndsWith(".y4m", StringComparison.OrdinalIgnoreCase) ? new Y4mParser() : new JpegParser();
    private FileStream? _file;
    private InputBuffer? _input;
    private long _sequence, _framesOfRound;

    public string Description => FormattableString.Invariant($"{path}, {_parser.Description} at {rate:0.##}/s");

    public long Lost => _parser.Damaged;

    public static bool HasExtension(string path) =>
        Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    public void Open(CancellationToken cancellation)
    {
        _file = SourceFiles.Open(path);
        _input = new InputBuffer(new FileInput(_file));
    }

    public CapturedFrame? Read(TimeSpan timeout, CancellationToken cancellation)
    {
        if (!_pacer.Wait(timeout, cancellation) || _pool.Take() is not { } frame)
            return null;
        try
        {
            while (_parser.Parse(_input!, frame, _pool, Timeout.InfiniteTimeSpan) != ParseResult.Frame)
            {
                if (_framesOfRound == 0)
                    throw new SourceException($"{path}: holds no frame");
                if (!loop)
                    throw new EndOfStreamException();
                _framesOfRound = 0;
                _file!.Position = 0;
                _input!.Clear();
                _parser.Restart();
                frame.Length = 0;
            }
        }
        catch (SourceException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new SourceException($"{path}: {e.Message}", e);
        }
        catch (IOException e) when (e is not EndOfStreamException)
        {
            throw new SourceException($"{path}: cannot be read: {e.Message}", e);
        }

        _framesOfRound++;
        (frame.Sequence, frame.Timestamp) = (_sequence++, Stopwatch.GetTimestamp());
        return frame;
    }

    public void Return(CapturedFrame frame) => _pool.Return(frame);

    public void Dispose()
    {
        _file?.Dispose();
        _pool.Dispose();
    }
}
