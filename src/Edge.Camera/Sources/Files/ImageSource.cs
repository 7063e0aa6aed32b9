using System.Diagnostics;
using Edge.Camera.Capture;
using Edge.Camera.Sources.Streams;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Imaging.Frames;

namespace Edge.Camera.Sources.Files;

/// <summary>
/// An image, or the images of a folder in the order of their names, at a steady rate, upright, in R G B or grey. An image that is
/// shown again is decoded again only when its file has changed.
/// </summary>
/// <param name="path">A JPEG or PNG file, or a folder of them.</param>
/// <param name="rate">Frames per second.</param>
/// <param name="loop">Start over at the end.</param>
internal sealed class ImageSource(string path, double rate, bool loop) : IFrameSource
{
    private readonly FramePool _pool = new();
    private readonly Pacer _pacer = new(rate);
    private readonly ImageReader _reader = new();
    private readonly PixelBuffer _pixels = new();
    private string[] _files = [];
    private int _next, _damagedInARow;
    private long _sequence;
    private (string File, DateTime Written, long Length) _decoded;

    public string Description => _files.Length == 1
        ? FormattableString.Invariant($"{path} at {rate:0.##}/s")
        : FormattableString.Invariant($"{path}, {_files.Length} images at {rate:0.##}/s");

    public long Lost { get; private set; }

    public void Open(CancellationToken cancellation)
    {
        try
        {
            _files = Directory.Exists(path) ? [.. ImageFolder.OpenUnlabelled(path).Images.Select(i => i.Path)] : [path];
        }
        catch (ImageFormatException e)
        {
            throw new SourceException(e.Message, e);
        }
    }

    public CapturedFrame? Read(TimeSpan timeout, CancellationToken cancellation)
    {
        if (!_pacer.Wait(timeout, cancellation))
            return null;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            if (_next == _files.Length)
            {
                if (!loop)
                    throw new EndOfStreamException();
                _next = 0;
            }
        }
        while (!Decode(_files[_next++]));
        if (_pool.Take() is not { } frame)
            return null;
        _pool.Append(frame, _pixels.Pixels);
        frame.Description = new FrameDescription(
            _pixels.Channels == 1 ? FrameFormat.Grey : FrameFormat.Rgb24, _pixels.Width, _pixels.Height, ColorMatrix.Bt601,
            ColorRange.Full);
        (frame.Sequence, frame.Timestamp) = (_sequence++, Stopwatch.GetTimestamp());
        return frame;
    }

    public void Return(CapturedFrame frame) => _pool.Return(frame);

    public void Dispose()
    {
        _reader.Dispose();
        _pool.Dispose();
    }

    /// <returns>False when the file is damaged and there may be others.</returns>
    /// <exception cref="SourceException">There are no others.</exception>
    private bool Decode(string file)
    {
        try
        {
            var info = new FileInfo(file);
            (string, DateTime, long) now = info.Exists ? (file, info.LastWriteTimeUtc, info.Length) : (file, default, -1);
            if (_decoded != now)
            {
                _decoded = default;
                _reader.Read(file, _pixels);
                if (_pixels.Width > FrameDescription.MaxSide || _pixels.Height > FrameDescription.MaxSide)
                    throw new ImageFormatException(
                        $"{file}: is wider or higher than {FrameDescription.MaxSide} pixels; scale it down first");
                _decoded = now;
            }

            _damagedInARow = 0;
            return true;
        }
        catch (ImagingException e)
        {
            Lost++;
            return ++_damagedInARow < _files.Length ? false : throw new SourceException(e.Message, e);
        }
    }
}
