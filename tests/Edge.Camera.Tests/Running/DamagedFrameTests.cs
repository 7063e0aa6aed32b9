using Edge.Camera.Capture;
using Edge.Camera.Config;
using Edge.Camera.Sources;

namespace Edge.Camera.Tests.Running;

/// <summary>A camera whose frames are cut off now and then.</summary>
public class DamagedFrameTests
{
    [Fact]
    public void A_damaged_frame_is_neither_kept_nor_shown_and_the_next_whole_one_is()
    {
        EdgeConfig config = new() { Cameras = [new CameraConfig { Source = "test" }], Threads = 1 };
        var damaging = new Damaging();
        var sink = new RememberingSink();
        using var run = new LoopRun(config, _ => new DamagedSource(damaging), TimeProvider.System, sink);
        run.Loop.Preview.Interval = TimeSpan.Zero;
        using IDisposable look = run.Loop.Preview.Look();
        long shown = run.Loop.Preview.Camera("camera").Number;
        Eventually.Holds(() => run.Watch.Cameras[0].Damaged > 0, "a damaged frame");
        run.Loop.AskForSnapshot();
        long damaged = run.Watch.Cameras[0].Damaged;
        Eventually.Holds(() => run.Watch.Cameras[0].Damaged >= damaged + 5, "more of them");
        Assert.Empty(sink.Kept);
        Assert.Equal(shown, run.Loop.Preview.Camera("camera").Number);

        damaging.IsOn = false;
        Eventually.Holds(() => sink.Kept.Length == 1, "the picture");
        Assert.Equal([0xFF, 0xD8], sink.Kept[0].Picture!.Jpeg(80)[..2]);
        Eventually.Holds(() => run.Loop.Preview.Camera("camera").Number > shown, "a preview");
    }

    private sealed class Damaging
    {
        public volatile bool IsOn = true;
    }

    private sealed class DamagedSource(Damaging damaging) : IFrameSource
    {
        private readonly TestSource _scene = new(64, 48, 100);
        private long _length;

        public string Description => "damaged";

        public long Lost => 0;

        public void Open(CancellationToken cancellation) => _scene.Open(cancellation);

        public CapturedFrame? Read(TimeSpan timeout, CancellationToken cancellation)
        {
            CapturedFrame? frame = _scene.Read(timeout, cancellation);
            if (frame is null)
                return null;
            _length = Math.Max(_length, frame.Length);
            frame.Length = damaging.IsOn ? _length / 2 : _length;
            return frame;
        }

        public void Return(CapturedFrame frame) => _scene.Return(frame);

        public void Dispose() => _scene.Dispose();
    }
}
