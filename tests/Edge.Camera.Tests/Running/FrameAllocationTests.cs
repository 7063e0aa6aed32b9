using Edge.Camera.Capture;
using Edge.Camera.Config;
using Edge.Camera.Running;
using Edge.Camera.Sinks;
using Edge.Camera.Sources;

namespace Edge.Camera.Tests.Running;

/// <summary>What the loop does with a frame allocates nothing. Beside other tests locks wait and code is compiled again.</summary>
[CollectionDefinition(nameof(FrameAllocationTests), DisableParallelization = true)]
[Collection(nameof(FrameAllocationTests))]
public sealed class FrameAllocationTests
{
    [Fact]
    public void Frames_allocate_nothing()
    {
        // Without decisions, so that only frames are left: an unreachable vote.
        var config = new EdgeConfig
        {
            Cameras = [new CameraConfig { Source = "test", Width = 320, Height = 240 }],
            Threads = 1,
            Decision = new DecisionConfig { Threshold = 1, Hysteresis = 0, Votes = 100_000, Window = 100_000 },
        };
        using Watch watch = Watch.Load(new LoadedConfig(config, null));
        using var source = new TestSource(640, 480, 1000);
        source.Open(CancellationToken.None);
        CameraWatcher watcher = watch.Cameras[0];
        Action<DecisionEvent, CapturedFrame> noDecision = NoDecision;

        // A whole stretch of frames, from reading to returning, has to be free of them. What happens once in a process (code compiled
        // again, a lock that had to wait) spoils one stretch; an allocation of the frame's own would spoil them all.
        const int Stretch = 200, Stretches = 5;
        int frames = 0;
        var spoiled = new List<string>();
        do
        {
            spoiled.Clear();
            for (int i = 0; i < Stretch; i++, frames++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                CapturedFrame frame = source.Read(TimeSpan.FromSeconds(1), CancellationToken.None)!;
                watcher.Look(frame, TimeSpan.FromSeconds(frames), noDecision);
                source.Return(frame);
                long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                if (allocated != 0)
                    spoiled.Add($"frame {frames}: {allocated} bytes");
            }
        }
        while (spoiled.Count > 0 && frames < Stretch * Stretches);

        Assert.True(spoiled.Count == 0, string.Join(", ", spoiled));
        Assert.Equal(frames, watcher.Frames);
    }

    private static void NoDecision(DecisionEvent decision, CapturedFrame frame) => Assert.Fail(decision.Label);
}
