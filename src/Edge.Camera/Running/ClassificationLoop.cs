using System.Diagnostics;
using Edge.Camera.Capture;
using Edge.Camera.Decision;
using Edge.Camera.Sinks;

namespace Edge.Camera.Running;

/// <summary>
/// The loop of the program: takes the newest frame of each camera in turn, looks at it, and tells the sinks what changed. Allocates
/// nothing per frame; only a changed decision makes objects.
/// </summary>
internal sealed class ClassificationLoop : IDisposable
{
    private readonly AutoResetEvent _frameReady = new(initialState: false);
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Action<DecisionEvent, CapturedFrame> _decided;
    private readonly TimeProvider _clock;
    private (CameraWatcher Watcher, CameraReader Reader)[] _cameras = [];
    private ISink[] _sinks = [];
    private ActiveHours[] _hours = [];
    private bool[] _snapshotDue = [];
    private int _snapshotAsked;
    private bool _isResting;
    private Change? _next;
    private volatile bool _ended;
    private long _alive;
    private long _allocatedBefore, _allocated;

    /// <param name="clock">For active hours; null is the machine's.</param>
    public ClassificationLoop(TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        _decided = Decided;
        _alive = _start;
    }

    /// <summary>For readers to call when a frame can be taken.</summary>
    public Action FrameReady => () => _frameReady.Set();

    /// <summary>Time since a frame was classified, or since there was nothing to classify.</summary>
    public TimeSpan SinceAlive => Stopwatch.GetElapsedTime(Interlocked.Read(ref _alive));

    /// <summary>
    /// Managed memory that the loop has ever asked for, bytes. A frame asks for none; what changed decisions and configurations ask
    /// for stays here.
    /// </summary>
    public long AllocatedBytes => Interlocked.Read(ref _allocated);

    /// <summary>Shows frames to people.</summary>
    public PreviewTap Preview { get; } = new();

    /// <summary>
    /// Changes over between two frames to another model, other cameras, other sinks. Sinks that were not there before are told what
    /// stands. What is replaced is the caller's to end once the returned task is done.
    /// </summary>
    public Task ChangeTo(Watch watch, IReadOnlyList<CameraReader> readers, IReadOnlyList<ISink> sinks)
    {
        var change = new Change(
            watch, Array.ConvertAll([.. watch.Cameras], c => (c, readers.First(r => r.Name == c.Camera.Name))), [.. sinks]);
        Interlocked.Exchange(ref _next, change)?.Done.TrySetResult();
        if (_ended)
            change.Done.TrySetResult();
        else
            _frameReady.Set();
        return change.Done.Task;
    }

    /// <summary>
    /// Keeps the next frame of every camera as a picture, where pictures are kept. Outside active hours there is no next frame, and
    /// nothing is kept. Any thread.
    /// </summary>
    public void AskForSnapshot()
    {
        Interlocked.Exchange(ref _snapshotAsked, 1);
        _frameReady.Set();
    }

    /// <summary>Runs until it is cancelled, or until no camera will give any more frames.</summary>
    public void Run(CancellationToken cancellation)
    {
        try
        {
            LookOn(cancellation);
        }
        finally
        {
            // Whoever waits for a change to come about waits no longer: nothing is used any more.
            _ended = true;
            Interlocked.Exchange(ref _next, null)?.Done.TrySetResult();
        }
    }

    private void LookOn(CancellationToken cancellation)
    {
        using CancellationTokenRegistration wake = cancellation.Register(() => _frameReady.Set());
        _allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        while (!cancellation.IsCancellationRequested)
        {
            if (Interlocked.Exchange(ref _next, null) is { } change)
                Apply(change);
            if (Interlocked.Exchange(ref _snapshotAsked, 0) == 1)
                Array.Fill(_snapshotDue, true);
            bool any = false;
            if (IsActive())
            {
                _isResting = false;
                for (int i = 0; i < _cameras.Length; i++)
                    any |= Look(i);
            }
            else
            {
                Rest();
            }

            if (any)
                continue;
            if (_cameras.Length > 0 && Array.TrueForAll(_cameras, c => c.Reader.IsFinished))
                return;
            _frameReady.WaitOne(TimeSpan.FromMilliseconds(500));
        }
    }

    /// <summary>After the run has ended and the readers are stopped.</summary>
    public void Dispose()
    {
        _frameReady.Dispose();
        Preview.Dispose();
    }

    private bool Look(int camera)
    {
        (CameraWatcher watcher, CameraReader reader) = _cameras[camera];
        if (reader.Take() is not { } frame)
            return false;
        try
        {
            if (watcher.Look(frame, Stopwatch.GetElapsedTime(_start), _decided))
            {
                // Only whole frames are shown and kept.
                Interlocked.Exchange(ref _alive, Stopwatch.GetTimestamp());
                Preview.Offer(watcher.Camera.Name, frame, watcher.Orientation);
                if (_snapshotDue[camera])
                    KeepSnapshot(camera, frame);
            }
        }
        finally
        {
            reader.Return(frame);
        }

        Interlocked.Exchange(ref _allocated, GC.GetAllocatedBytesForCurrentThread() - _allocatedBefore);
        return true;
    }

    /// <summary>Outside active hours nothing is known, and pictures that are asked for don't come hours later.</summary>
    private void Rest()
    {
        Interlocked.Exchange(ref _alive, Stopwatch.GetTimestamp());
        Array.Clear(_snapshotDue);
        if (_isResting)
            return;
        _isResting = true;
        foreach ((CameraWatcher watcher, _) in _cameras)
            watcher.Forget(Tell);
    }

    private void Decided(DecisionEvent decision, CapturedFrame frame)
    {
        if (decision.Report && Array.Exists(_sinks, s => s.WantsPicture(decision.Label)))
        {
            CameraWatcher watcher = Array.Find(_cameras, c => c.Watcher.Camera.Name == decision.Camera).Watcher;
            decision = decision with { Picture = Picture.Copy(frame, watcher.Orientation) };
        }

        Tell(decision);
    }

    private void Tell(DecisionEvent decision)
    {
        foreach (ISink sink in _sinks)
            sink.Publish(decision);
    }

    private void KeepSnapshot(int camera, CapturedFrame frame)
    {
        _snapshotDue[camera] = false;
        CameraWatcher watcher = _cameras[camera].Watcher;
        DecisionEvent? request = null;
        foreach (ISink sink in _sinks)
        {
            if (sink is IPictureSink keeper)
                keeper.Keep(request ??= watcher.OnRequest() with { Picture = Picture.Copy(frame, watcher.Orientation) });
        }
    }

    private bool IsActive()
    {
        if (_hours.Length == 0)
            return true;
        TimeOnly now = TimeOnly.FromDateTime(_clock.GetLocalNow().DateTime);
        foreach (ActiveHours hours in _hours)
        {
            if (hours.Contains(now))
                return true;
        }

        return false;
    }

    private void Apply(Change change)
    {
        ISink[] before = _sinks;
        (_cameras, _sinks, _snapshotDue, _isResting) = (change.Cameras, change.Sinks, new bool[change.Cameras.Length], false);
        _hours = Array.ConvertAll(
            change.Watch.Config.Config.Decision.ActiveHours, t => ActiveHours.TryParse(t, out ActiveHours h) ? h : default);
        string[] places = [.. change.Watch.Cameras.SelectMany(c => c.Live).Select(l => l.Where)];
        foreach (ISink sink in _sinks)
        {
            (sink as ILevelSink)?.Retain(places);
            if (Array.IndexOf(before, sink) < 0)
                TellStanding(sink);
        }

        change.Done.TrySetResult();
    }

    /// <summary>A sink that was made while decisions stand shows them at once, not when they change.</summary>
    private void TellStanding(ISink sink)
    {
        foreach ((CameraWatcher watcher, _) in _cameras)
        {
            foreach (DecisionEvent decision in watcher.Standing())
                sink.Publish(decision);
        }
    }

    private sealed record Change(Watch Watch, (CameraWatcher, CameraReader)[] Cameras, ISink[] Sinks)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
