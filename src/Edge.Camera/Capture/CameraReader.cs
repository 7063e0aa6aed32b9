using System.Diagnostics;
using Edge.Camera.Running;
using Edge.Camera.Sources;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Capture;

/// <summary>
/// Keeps one camera open on a thread of its own and holds its newest frame ready. Older frames that nobody took go back to the
/// source at once and are counted. When the source fails, stalls or changes it is closed and opened again after 1, 2, 4 … 30 s.
/// </summary>
internal sealed class CameraReader : IDisposable
{
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromMilliseconds(500);

    private readonly Func<IFrameSource> _create;
    private readonly TimeSpan _stall;
    private readonly Action _frameReady;
    private readonly ILogger _log;
    private readonly BackOff _backOff;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private readonly object _lease = new();
    private IFrameSource? _source;
    private CapturedFrame? _newest;
    private int _leased;
    private long _captured, _dropped, _lost, _reopened;
    private volatile string? _trouble;

    /// <param name="name">Of the camera.</param>
    /// <param name="create">Makes a new, closed source each time.</param>
    /// <param name="stall">Without a frame for so long the source is opened again.</param>
    /// <param name="frameReady">Called on the reader's thread when there is something to take.</param>
    /// <param name="log">For what the user should know; nothing is logged per frame.</param>
    /// <param name="backOff">Delays between attempts; null for 1, 2, 4 … 30 s.</param>
    public CameraReader(
        string name, Func<IFrameSource> create, TimeSpan stall, Action frameReady, ILogger log, BackOff? backOff = null)
    {
        (Name, _create, _stall, _frameReady, _log) = (name, create, stall, frameReady, log);
        _backOff = backOff ?? new BackOff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        _thread = new Thread(Loop) { IsBackground = true, Name = $"camera {name}" };
    }

    public string Name { get; }

    /// <summary>When its counters were 0.</summary>
    public DateTimeOffset Started { get; } = DateTimeOffset.UtcNow;

    public CameraCounters Counters => new(
        Interlocked.Read(ref _captured),
        Interlocked.Read(ref _dropped),
        Interlocked.Read(ref _lost),
        Interlocked.Read(ref _reopened));

    /// <summary>One line; null while frames come.</summary>
    public string? Trouble => _trouble;

    /// <summary>What is open, for logs and the page; the camera's name before that.</summary>
    public string Description { get; private set; } = "";

    /// <summary>The source has no more frames and will have none.</summary>
    public bool IsFinished { get; private set; }

    public void Start() => _thread.Start();

    /// <summary>Takes the newest frame, if there is one that was not taken yet. Give it back with <see cref="Return"/>.</summary>
    public CapturedFrame? Take()
    {
        lock (_lease)
        {
            CapturedFrame? frame = _newest;
            _newest = null;
            _leased += frame is null ? 0 : 1;
            return frame;
        }
    }

    public void Return(CapturedFrame frame)
    {
        lock (_lease)
        {
            _source?.Return(frame);
            _leased--;
            Monitor.PulseAll(_lease);
        }
    }

    /// <summary>Stops reading; frames that were taken must have been given back or are given back meanwhile.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        if (_thread.IsAlive)
            _thread.Join();
        if (Counters is { } c && c != default)
            CaptureLog.Closed(_log, Name, c.Captured, c.Dropped, c.Lost, c.Reopened);
        _stop.Dispose();
    }

    private void Loop()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                ReadAll();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (EndOfStreamException)
            {
                IsFinished = true;
                _frameReady();
                return;
            }
            catch (Exception e) when (e is SourceException or IOException or UnauthorizedAccessException)
            {
                // Files and devices come and go while a source looks for them.
                string problem = e.Message.ReplaceLineEndings(" ");
                if (_trouble is null)
                    CaptureLog.Lost(_log, Name, problem);
                _trouble = problem;
            }
            finally
            {
                Close();
            }

            _stop.Token.WaitHandle.WaitOne(_backOff.Next());
            Interlocked.Increment(ref _reopened);
        }
    }

    private void ReadAll()
    {
        IFrameSource source = _create();
        lock (_lease)
            _source = source;
        source.Open(_stop.Token);
        Description = source.Description;
        long lostBefore = Interlocked.Read(ref _lost);
        long last = Stopwatch.GetTimestamp();
        while (true)
        {
            _stop.Token.ThrowIfCancellationRequested();
            CapturedFrame? frame = source.Read(ReadTimeout, _stop.Token);
            Interlocked.Exchange(ref _lost, lostBefore + source.Lost);
            if (frame is null)
            {
                if (Stopwatch.GetElapsedTime(last) > _stall)
                    throw new SourceException($"{source.Description}: no frame for {_stall.TotalSeconds:0} s");
                continue;
            }

            last = Stopwatch.GetTimestamp();
            _backOff.Reset();
            if (Interlocked.Increment(ref _captured) == 1 || _trouble is not null)
                CaptureLog.Running(_log, Name, source.Description);
            _trouble = null;
            Publish(source, frame);
        }
    }

    private void Publish(IFrameSource source, CapturedFrame frame)
    {
        lock (_lease)
        {
            if (_newest is { } old)
            {
                source.Return(old);
                _dropped++;
            }

            _newest = frame;
        }

        _frameReady();
    }

    /// <summary>Waits for frames that are looked at, then closes the source.</summary>
    private void Close()
    {
        IFrameSource? source;
        lock (_lease)
        {
            _newest = null;
            while (_leased > 0)
                Monitor.Wait(_lease);
            source = _source;
            _source = null;
        }

        // A program takes a while to end; the loop goes on with other cameras.
        source?.Dispose();
    }
}

/// <summary>Since the program began.</summary>
/// <param name="Captured">Frames that arrived whole.</param>
/// <param name="Dropped">Of them, replaced by a newer one before they were looked at.</param>
/// <param name="Lost">Frames that the driver or program lost or damaged.</param>
/// <param name="Reopened">Times the source was opened again.</param>
internal readonly record struct CameraCounters(long Captured, long Dropped, long Lost, long Reopened);

internal static partial class CaptureLog
{
    [LoggerMessage(LogLevel.Information, "{camera}: {source}")]
    public static partial void Running(ILogger log, string camera, string source);

    [LoggerMessage(
        LogLevel.Information,
        "{camera}: {captured} frames, {dropped} of them passed over for newer ones, {lost} lost, opened again {reopened} times")]
    public static partial void Closed(ILogger log, string camera, long captured, long dropped, long lost, long reopened);

    [LoggerMessage(LogLevel.Warning, "{camera}: {problem}; trying again")]
    public static partial void Lost(ILogger log, string camera, string problem);
}
