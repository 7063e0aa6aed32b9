using Edge.Camera.Capture;
using Edge.Camera.Config;
using Edge.Camera.Decision;
using Edge.Camera.Running;
using Edge.Imaging.Frames;
using Edge.Runtime.Format;

namespace Edge.Camera.Tests.Decision;

public sealed class MotionGateTests : IDisposable
{
    private const int Side = 32;

    private readonly string _folder = Directory.CreateTempSubdirectory("edge-motion-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_first_image_passes_and_the_same_again_only_when_it_is_due()
    {
        MotionGate gate = Gate(new MotionConfig { Refresh = 10 });
        sbyte[] image = new sbyte[Side * Side * 3];
        bool[] passed = [.. new double[] { 0, 1, 9.9, 10, 11, 19.9, 20 }.Select(s => gate.Passes(image, TimeSpan.FromSeconds(s), isOpen: false))];
        Assert.Equal([true, false, false, true, false, false, true], passed);
    }

    [Fact]
    public void While_the_decision_is_open_every_image_passes()
    {
        MotionGate gate = Gate(new MotionConfig { Refresh = 10 });
        sbyte[] image = new sbyte[Side * Side * 3];
        bool[] passed = [.. new[] { true, true, false, true, false }.Select((open, s) => gate.Passes(image, TimeSpan.FromSeconds(s), open))];
        Assert.Equal([true, true, false, true, false], passed);
    }

    /// <summary>16 blocks of 8 × 8 pixels; one code is two grey levels.</summary>
    [Theory]
    [InlineData(8, 0.01, 1, 4, true)]
    [InlineData(8, 0.01, 1, 3, false)]
    [InlineData(8, 0.01, 1, -4, true)]
    [InlineData(8, 0.25, 4, 4, true)]
    [InlineData(8, 0.25, 3, 100, false)]
    [InlineData(8, 0.26, 4, 100, false)]
    [InlineData(0, 1, 16, 0, true)]
    public void Blocks_that_differ_enough_are_counted(double threshold, double area, int blocks, int codes, bool passes)
    {
        MotionGate gate = Gate(new MotionConfig { Threshold = threshold, Area = area, Refresh = 1000 });
        sbyte[] image = new sbyte[Side * Side * 3];
        Assert.True(gate.Passes(image, TimeSpan.Zero, isOpen: false));
        for (int block = 0; block < blocks; block++)
        {
            for (int row = 0; row < 8; row++)
                image.AsSpan(((block / 4 * 8) + row) * Side * 3 + (block % 4 * 8 * 3), 8 * 3).Fill((sbyte)codes);
        }

        Assert.Equal(passes, gate.Passes(image, TimeSpan.FromSeconds(1), isOpen: false));
    }

    [Fact]
    public void Slow_changes_add_up_because_the_last_classified_image_is_what_counts()
    {
        MotionGate gate = Gate(new MotionConfig { Threshold = 8, Refresh = 1000 });
        sbyte[] image = new sbyte[Side * Side * 3];
        bool[] passed = new bool[9];
        for (int i = 0; i < passed.Length; i++)
        {
            Array.Fill(image, (sbyte)i);
            passed[i] = gate.Passes(image, TimeSpan.FromSeconds(i), isOpen: false);
        }

        Assert.Equal([true, false, false, false, true, false, false, false, true], passed);
    }

    [Theory]
    [InlineData(2, 3, 0)]
    [InlineData(5, 5, 0)]
    [InlineData(2, 3, 0.9)]
    public void What_appears_and_stands_still_is_decided_before_the_refresh(int votes, int window, double smoothing)
    {
        var config = new DecisionConfig { Votes = votes, Window = window, Smoothing = smoothing, Motion = new MotionConfig { Refresh = 1000 } };
        using Watch watch = Watching(config);
        CameraWatcher camera = watch.Cameras[0];
        var decisions = new List<string>();
        int second = 0;
        Look(camera, (0, 0, 0), 40);
        long before = camera.Live.Single().Now.Classified;
        Assert.Equal(before, camera.Frames - camera.Skipped);
        Assert.InRange(before, 1, 39);
        Look(camera, (255, 0, 0), 40);
        Assert.Equal(["unknown", "red"], decisions);

        // Decided, the gate is closed again.
        long classified = camera.Live.Single().Now.Classified;
        Look(camera, (255, 0, 0), 20);
        Assert.Equal((classified, 100), (camera.Live.Single().Now.Classified, camera.Live.Single().Now.Frames));
        Assert.Equal(100 - classified, camera.Skipped);
        Look(camera, (0, 0, 0), 40);
        Assert.Equal(["unknown", "red", "unknown"], decisions);

        void Look(CameraWatcher watcher, (byte, byte, byte) color, int frames) =>
            Frames.Solid(color, frame =>
            {
                for (int i = 0; i < frames; i++)
                    Assert.True(watcher.Look(frame, TimeSpan.FromSeconds(++second), (d, _) => decisions.Add(d.Label)));
            });
    }

    private Watch Watching(DecisionConfig decision) => Watch.Load(new LoadedConfig(
        new EdgeConfig
        {
            Model = ColourModel.Write(_folder, softmax: false),
            Cameras = [new CameraConfig { Source = "test" }],
            Threads = 1,
            Decision = decision,
        },
        null));

    private static MotionGate Gate(MotionConfig config) => new(config, ColourModel.Preprocessing(Side), inputScale: 2);
}
