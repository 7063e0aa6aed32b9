using System.Diagnostics;
using Edge.Camera.Capture;
using Edge.Camera.Config;
using Edge.Camera.Running;
using Edge.Camera.Sinks;
using Edge.Camera.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace Edge.Camera.Tests.Running;

/// <summary>The whole loop on the generated scene and the built-in model.</summary>
public class LoopTests
{
    [Fact]
    public void The_test_scene_is_decided_as_no_entry()
    {
        var sink = new CollectingSink();
        Run(TestScene(), sink, until: () => sink.Decisions.Any(d => d.Label == "no entry"));
        DecisionEvent decision = sink.Decisions.First(d => d.Label == "no entry");
        Assert.True(decision is { Report: true, Score: > 0.6f, Camera: "camera", Region: null });
        Assert.Equal(decision.Class, decision.Top[0].Class);
        byte[] jpeg = decision.Picture!.Jpeg(80);
        Assert.Equal([0xFF, 0xD8], jpeg[..2]);
    }

    [Fact]
    public void A_slow_consumer_sees_the_newest_frame_and_the_others_are_counted()
    {
        using var reader = new CameraReader(
            "c", () => new TestSource(64, 48, 200), TimeSpan.FromSeconds(1), () => { }, NullLogger.Instance);
        reader.Start();
        Eventually.Holds(() => reader.Counters.Captured >= 20);
        CapturedFrame frame = reader.Take()!;
        Assert.True(frame.Sequence >= 19);
        reader.Return(frame);
        Assert.InRange(reader.Counters.Dropped, 19, reader.Counters.Captured);
    }

    [Fact]
    public void A_lost_source_is_opened_again()
    {
        int opened = 0;
        using var reader = new CameraReader(
            "c", () => new FailingSource(++opened), TimeSpan.FromSeconds(1), () => { }, NullLogger.Instance);
        reader.Start();
        Eventually.Holds(() => reader.Trouble is not null);
        Assert.Equal("unplugged", reader.Trouble);
        Eventually.Holds(() => reader.Counters is { Reopened: 1, Captured: >= 2 } && reader.Trouble is null);
    }

    [Fact]
    public void A_device_that_vanishes_while_it_is_looked_for_is_looked_for_again()
    {
        int opened = 0;
        using var reader = new CameraReader(
            "c", () => new FailingSource(++opened) { Vanishes = true }, TimeSpan.FromSeconds(1), () => { }, NullLogger.Instance);
        reader.Start();
        Eventually.Holds(() => reader.Trouble is not null);
        Assert.Equal("no such link", reader.Trouble);
        Eventually.Holds(() => reader.Counters is { Reopened: 1, Captured: >= 2 } && reader.Trouble is null);
    }

    [Fact]
    public void A_source_that_gave_frames_before_it_failed_is_not_waited_for_longer_each_time()
    {
        var backOff = new BackOff(TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10));
        using var reader = new CameraReader(
            "c", () => new FailingSource(1), TimeSpan.FromSeconds(1), () => { }, NullLogger.Instance, backOff);
        reader.Start();
        Eventually.Holds(() => reader.Counters.Reopened >= 6);
        Assert.InRange(backOff.Delay, TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20));
    }

    [Fact]
    public void Delays_double_up_to_their_limit_and_begin_anew()
    {
        var backOff = new BackOff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        Assert.Equal([1, 2, 4, 5, 5], Enumerable.Range(0, 5).Select(_ => backOff.Next().TotalSeconds));
        backOff.Reset();
        Assert.Equal(1, backOff.Next().TotalSeconds);
    }

    [Fact]
    public async Task A_change_asked_for_after_the_end_does_not_wait_for_ever()
    {
        using Watch watch = Watch.Load(new LoadedConfig(TestScene(), null));
        using var loop = new ClassificationLoop();
        using var reader = new CameraReader(
            "camera", () => new TestSource(64, 48, 10), TimeSpan.FromSeconds(1), loop.FrameReady, NullLogger.Instance);
        loop.Run(new CancellationToken(canceled: true));
        await loop.ChangeTo(watch, [reader], []).WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void The_loop_itself_allocates_nothing_while_decisions_stand()
    {
        EdgeConfig config = TestScene() with { Decision = new DecisionConfig { Threshold = 1, Hysteresis = 0, Votes = 100_000, Window = 100_000 } };
        using var run = new LoopRun(config, _ => new TestSource(320, 240, 1000), TimeProvider.System);
        Eventually.Holds(() => run.Loop.AllocatedBytes > 0);
        long allocated = 0, since = 0;
        Eventually.Holds(() =>
        {
            // As above: what happens for the first time may allocate.
            if (run.Loop.AllocatedBytes != allocated)
                (allocated, since) = (run.Loop.AllocatedBytes, run.Watch.Cameras[0].Frames);
            return run.Watch.Cameras[0].Frames >= since + 50;
        });
    }

    private static EdgeConfig TestScene() => new()
    {
        Cameras = [new CameraConfig { Source = "test", Width = 320, Height = 240, Rate = 60 }],
        Threads = 1,
    };

    private static void Run(EdgeConfig config, ISink sink, Func<bool> until)
    {
        var loaded = new LoadedConfig(config, null);
        using var run = new LoopRun(config, c => SourceFactory.For(c, loaded)(), TimeProvider.System, sink);
        Eventually.Holds(until);
    }

    private sealed class CollectingSink : ISink
    {
        private readonly List<DecisionEvent> _decisions = [];

        public DecisionEvent[] Decisions
        {
            get
            {
                lock (_decisions)
                    return [.. _decisions];
            }
        }

        public string Name => "collector";

        public DateTimeOffset Started { get; } = DateTimeOffset.UtcNow;

        public SinkStatus Status => default;

        public bool WantsPicture(string label) => true;

        public void Publish(DecisionEvent decision)
        {
            lock (_decisions)
                _decisions.Add(decision);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>Gives one frame, then its cable comes off, or does not open; the second one made stays.</summary>
    private sealed class FailingSource(int number) : IFrameSource
    {
        private readonly TestSource _scene = new(64, 48, 100);
        private int _read;

        public bool Vanishes { get; init; }

        public string Description => "fails";

        public long Lost => 0;

        public void Open(CancellationToken cancellation)
        {
            if (Vanishes && number == 1)
                throw new FileNotFoundException("no such\nlink");
            _scene.Open(cancellation);
        }

        public CapturedFrame? Read(TimeSpan timeout, CancellationToken cancellation) =>
            number == 1 && _read++ > 0 ? throw new SourceException("unplugged") : _scene.Read(timeout, cancellation);

        public void Return(CapturedFrame frame) => _scene.Return(frame);

        public void Dispose() => _scene.Dispose();
    }
}
