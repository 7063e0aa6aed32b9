using Edge.Camera.Config;
using Edge.Camera.Decision;
using Edge.Camera.Running;
using Edge.Camera.Sinks;
using Edge.Camera.Sources;

namespace Edge.Camera.Tests.Running;

/// <summary>What runs from 06:00 to 22:00 only.</summary>
public class ActiveHoursTests
{
    private static readonly TimeOnly Noon = new(12, 0), Night = new(23, 0);
    private static readonly DecisionConfig ByDay = new() { ActiveHours = ["06:00-22:00"] };

    private static readonly GpioConfig Lines = new()
    {
        Outputs =
        [
            new GpioOutputConfig { Line = "RED", Classes = ["red"] },
            new GpioOutputConfig { Line = "NONE", Classes = ["unknown"] },
        ],
    };

    [Fact]
    public void Frames_are_looked_at_in_active_hours_only_and_no_picture_is_kept_for_the_morning()
    {
        EdgeConfig config = new() { Cameras = [new CameraConfig { Source = "test" }], Threads = 1, Decision = ByDay };
        var clock = new FakeClock { Time = Night };
        var sink = new RememberingSink();
        using var run = new LoopRun(config, _ => new TestSource(64, 48, 100), clock, sink);
        CameraWatcher camera = run.Watch.Cameras[0];
        Eventually.Holds(() => run.Captured >= 30, "frames");
        Assert.Equal(0, camera.Frames);
        run.Loop.AskForSnapshot();
        run.GoRound();

        clock.Time = Noon;
        Eventually.Holds(() => camera.Frames >= 5, "frames in the morning");
        Assert.Empty(sink.Kept);
        run.Loop.AskForSnapshot();
        Eventually.Holds(() => sink.Kept.Length == 1, "a picture by day");

        clock.Time = Night;
        run.GoRound();
        long frames = camera.Frames, captured = run.Captured;
        Eventually.Holds(() => run.Captured >= captured + 10, "frames at night");
        Assert.Equal(frames, camera.Frames);
    }

    [Fact]
    public async Task At_their_end_every_decision_is_unknown_and_the_morning_begins_anew()
    {
        var board = new FakeBoard();
        board.Show(FakeBoard.Red);
        await using var program = new ReloadedProgram(board, c => c with { Gpio = Lines, Decision = ByDay });
        await Eventually.HoldsAsync(() => board["RED"].IsActive, "RED is driven");
        LiveState live = program.View.Parts!.Watch.Cameras[0].Live.Single();
        Assert.Equal(0, live.Now.Class);

        board.Clock.Time = Night;
        await Eventually.HoldsAsync(() => !board["RED"].IsActive && board["NONE"].IsActive, "RED is let go");
        Assert.Equal((RegionDecider.Unknown, 0f, 0, 1L), (live.Now.Class, live.Now.Score, live.Now.Top.Count, live.Decisions(RegionDecider.Unknown)));
        Assert.True(live.Now.Frames > 0);

        board.Clock.Time = Noon;
        await Eventually.HoldsAsync(() => board["RED"].IsActive && !board["NONE"].IsActive, "RED is driven again");
        Assert.Equal(2, live.Decisions(0));
    }

    [Fact]
    public async Task What_stood_is_let_go_by_a_configuration_that_rests_now()
    {
        var board = new FakeBoard { Clock = { Time = Night } };
        board.Show(FakeBoard.Red);
        await using var program = new ReloadedProgram(board, c => c with { Gpio = Lines });
        await Eventually.HoldsAsync(() => board["RED"].IsActive, "RED is driven");
        Assert.True(await program.Reload(c => c with { Decision = ByDay }));
        await Eventually.HoldsAsync(() => !board["RED"].IsActive && board["NONE"].IsActive, "RED is let go");
        Assert.Equal(1, board["RED"].Opened);
    }

    [Fact]
    public async Task What_stands_still_since_yesterday_passes_the_motion_gate_in_the_morning()
    {
        var board = new FakeBoard();
        board.Show(FakeBoard.Red);
        DecisionConfig decision = ByDay with { Motion = new MotionConfig { Refresh = 86400 } };
        await using var program = new ReloadedProgram(board, c => c with { Gpio = Lines, Decision = decision });
        await Eventually.HoldsAsync(() => board["RED"].IsActive, "RED is driven");
        board.Clock.Time = Night;
        await Eventually.HoldsAsync(() => !board["RED"].IsActive, "RED is let go");
        board.Clock.Time = Noon;
        await Eventually.HoldsAsync(() => board["RED"].IsActive, "RED is driven again");
    }
}
