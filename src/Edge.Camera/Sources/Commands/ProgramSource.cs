using System.Diagnostics;
using Edge.Camera.Capture;
using Edge.Camera.Config;
using Edge.Camera.Sources.Streams;

namespace Edge.Camera.Sources.Commands;

/// <summary>
/// Frames that a program writes to its standard output: Motion JPEG, Y4M or raw. When it ends, the source is lost; the reader
/// starts it again. With <see cref="CameraConfig.Loop"/> off, an end with exit code 0 is the end of the frames.
/// </summary>
internal sealed class ProgramSource(CameraConfig camera) : IFrameSource
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);

    private readonly FramePool _pool = new();
    private ProgramCommand? _command;
    private IFrameParser? _parser;
    private ChildProgram? _child;
    private InputBuffer? _input;
    private CapturedFrame? _filling;
    private long _sequence;

    public string Description { get; private set; } = camera.Source;

    public long Lost => _parser?.Damaged ?? 0;

    /// <summary>Of the program that runs; 0 before it was started.</summary>
    public int ProcessId => _child?.Id ?? 0;

    public void Open(CancellationToken cancellation)
    {
        _command = ProgramPresets.For(camera, ChildProgram.IsInstalled);
        _parser = _command.Parser();
        _child = ChildProgram.Start(_command);
        _input = new InputBuffer(_child);
        Describe();
    }

    public CapturedFrame? Read(TimeSpan timeout, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            TimeSpan left = timeout - Stopwatch.GetElapsedTime(start);
            _filling ??= _pool.Take();
            if (left < TimeSpan.Zero || _filling is null)
                return null;
            switch (Parse(_filling, left < Slice ? left : Slice))
            {
                case ParseResult.Frame:
                    CapturedFrame frame = _filling;
                    _filling = null;
                    if (_sequence == 0)
                        Describe();
                    (frame.Sequence, frame.Timestamp) = (_sequence++, Stopwatch.GetTimestamp());
                    return frame;
                case ParseResult.End:
                    string words = Hide(_child!.LastWords(out int? exitCode));
                    throw !camera.Loop && exitCode == 0
                        ? new EndOfStreamException()
                        : new SourceException($"{_command!.Shown} {words}");
            }
        }
    }

    public void Return(CapturedFrame frame) => _pool.Return(frame);

    public void Dispose()
    {
        _child?.Dispose();
        _child = null;
        _pool.Dispose();
    }

    private void Describe() => Description = $"{_command!.Shown}, {_parser!.Description}".TrimEnd(' ', ',');

    private ParseResult Parse(CapturedFrame frame, TimeSpan timeout)
    {
        try
        {
            return _parser!.Parse(_input!, frame, _pool, timeout);
        }
        catch (SourceException e)
        {
            throw new SourceException($"{_command!.Shown}: {e.Message}", e);
        }
    }

    private string Hide(string words) =>
        _command!.Secret is { } secret ? words.Replace(secret.Text, secret.Shown, StringComparison.Ordinal) : words;
}
