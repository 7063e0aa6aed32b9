using System.Diagnostics;
using Edge.Camera.Capture;
using Edge.Camera.Config;
using Edge.Camera.Running;
using Edge.Camera.Sinks;
using Edge.Camera.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace Edge.Camera.Tests.Running;

/// <summary>The loop at work on sources of a test's own, until it is disposed.</summary>
internal sealed class LoopRun : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CameraReader[] _readers;
    private readonly Thread _thread;

    public LoopRun(EdgeConfig config, Func<CameraConfig, IFrameSource> source, TimeProvider clock, params ISink[] sinks)
    {
        Loop = new ClassificationLoop(clock);
        Watch = Watch.Load(new LoadedConfig(config, null));
        _readers = Array.ConvertAll(config.Cameras, c => new CameraReader(
            c.Name, () => source(c), TimeSpan.FromSeconds(30), Loop.FrameReady, NullLogger.Instance));
        Loop.ChangeTo(Watch, _readers, sinks);
        Array.ForEach(_readers, r => r.Start());
        _thread = new Thread(() => Loop.Run(_stop.Token));
        _thread.Start();
    }

    public Watch Watch { get; }

    public ClassificationLoop Loop { get; }

    /// <summary>Frames of all cameras, whether they were looked at or not.</summary>
    public long Captured => _readers.Sum(r => r.Counters.Captured);

    /// <summary>Waits until the loop has gone round as a whole, from its beginning on.</summary>
    public void GoRound()
    {
        for (int i = 0; i < 2; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Eventually.Holds(() => Loop.SinceAlive < Stopwatch.GetElapsedTime(start), "the loop goes round");
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        Array.ForEach(_readers, r => r.Dispose());
        Loop.Dispose();
        Watch.Dispose();
        _stop.Dispose();
    }
}

/// <summary>Remembers all that it is told, and wants pictures of everything.</summary>
internal sealed class RememberingSink : IPictureSink
{
    private readonly List<DecisionEvent> _decisions = [], _kept = [];

    public DecisionEvent[] Decisions => Copy(_decisions);

    /// <summary>What a person asked for.</summary>
    public DecisionEvent[] Kept => Copy(_kept);

    public string Name => "memory";

    public DateTimeOffset Started { get; } = DateTimeOffset.UtcNow;

    public SinkStatus Status => default;

    public bool WantsPicture(string label) => true;

    public void Publish(DecisionEvent decision) => Add(_decisions, decision);

    public void Keep(DecisionEvent decision) => Add(_kept, decision);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static DecisionEvent[] Copy(List<DecisionEvent> list)
    {
        lock (list)
            return [.. list];
    }

    private static void Add(List<DecisionEvent> list, DecisionEvent decision)
    {
        lock (list)
            list.Add(decision);
    }
}
