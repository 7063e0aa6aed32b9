using Edge.Camera.Config;
using Edge.Camera.Decision;
using Edge.Camera.Running;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Tests.Running;

/// <summary>Lines show what stands now: from the first decision on, and after every change of the configuration.</summary>
public sealed class StandingTests
{
    private static readonly GpioConfig Lines = new()
    {
        Outputs =
        [
            new GpioOutputConfig { Line = "RED", Classes = ["red"] },
            new GpioOutputConfig { Line = "NONE", Classes = ["unknown"] },
            new GpioOutputConfig { Line = "PULSE", Classes = ["unknown"], Pulse = 1000 },
        ],
    };

    private readonly FakeBoard _board = new();

    [Fact]
    public async Task A_line_for_unknown_is_driven_from_the_first_decision_on()
    {
        _board.Show(FakeBoard.Black);
        await using var program = new ReloadedProgram(_board, c => c with { Gpio = Lines });
        await Eventually.HoldsAsync(() => _board["NONE"].IsActive, "NONE is driven");
        Assert.False(_board["RED"].IsActive);
        Assert.False(_board["PULSE"].IsActive, "nothing happened that is worth a pulse");
        _board.Show(FakeBoard.Red);
        await Eventually.HoldsAsync(() => _board["RED"].IsActive && !_board["NONE"].IsActive, "RED is driven");
        _board.Show(FakeBoard.Black);
        await Eventually.HoldsAsync(() => _board["PULSE"].IsActive, "the class was lost");
    }

    [Fact]
    public async Task A_line_is_let_go_when_the_new_configuration_no_longer_decides_its_class()
    {
        // Half red, half green: 0.5 for either class.
        _board.Show(FakeBoard.Yellow);
        await using var program = new ReloadedProgram(_board, c => c with { Gpio = Lines, Decision = new DecisionConfig { Threshold = 0.4 } });
        await Eventually.HoldsAsync(() => _board["RED"].IsActive, "RED is driven");
        Assert.True(await program.Reload(c => c with { Decision = new DecisionConfig { Threshold = 0.9 } }));
        await Eventually.HoldsAsync(() => !_board["RED"].IsActive && _board["NONE"].IsActive, "RED is let go");
        Assert.Equal(1, _board["RED"].Opened);
    }

    [Theory]
    [InlineData("a region is drawn")]
    [InlineData("a region is renamed")]
    [InlineData("a camera is removed")]
    public async Task A_line_is_let_go_when_the_place_that_wanted_it_is_gone(string change)
    {
        CameraConfig first = new() { Name = "first", Source = "colour" }, second = first with { Name = "second" };
        if (change == "a region is renamed")
            first = first with { Regions = [new RegionConfig { Name = "left" }] };
        CameraConfig[] after = change switch
        {
            "a region is drawn" => [first with { Regions = [new RegionConfig { Name = "right" }] }, second],
            "a region is renamed" => [first with { Regions = [new RegionConfig { Name = "right" }] }, second],
            _ => [second],
        };
        _board.Show(FakeBoard.Red, "first");
        _board.Show(FakeBoard.Green, "second");
        await using var program = new ReloadedProgram(_board, c => c with { Gpio = Lines, Cameras = [first, second] });
        await Eventually.HoldsAsync(() => _board["RED"].IsActive, "RED is driven");
        _board.Show(FakeBoard.Green, "first");

        // Nothing of the old place is decided meanwhile.
        Assert.True(await program.Reload(c => c with { Cameras = after, Decision = new DecisionConfig { Votes = 1, Window = 1 } }));
        await Eventually.HoldsAsync(() => !_board["RED"].IsActive, "RED is let go");
        await program.Pass(5);
        Assert.False(_board["RED"].IsActive);
    }

    [Fact]
    public async Task A_line_is_let_go_by_the_change_itself_not_by_a_decision_that_may_never_come()
    {
        _board.Show(FakeBoard.Red);
        await using var program = new ReloadedProgram(_board, c => c with { Gpio = Lines });
        await Eventually.HoldsAsync(() => _board["RED"].IsActive, "RED is driven");
        Assert.True(await program.Reload(c => c with
        {
            Cameras = [new CameraConfig { Source = "colour", Regions = [new RegionConfig { Name = "left" }] }],
            Decision = new DecisionConfig { Votes = 1000, Window = 1000, Classes = new() { ["red"] = new ClassConfig { Ignore = true } } },
        }));
        Assert.False(_board["RED"].IsActive);
    }

    [Fact]
    public async Task A_region_that_begins_with_unknown_is_no_news()
    {
        using var log = new ListLogger();
        using ILoggerFactory logs = LoggerFactory.Create(b => b.AddProvider(log));
        _board.Show(FakeBoard.Black);
        await using var program = new ReloadedProgram(_board, c => c with { Gpio = Lines, Web = new WebConfig { Listen = "127.0.0.1:0" } }, logs);
        await Eventually.HoldsAsync(() => _board["NONE"].IsActive, "NONE is driven");
        LiveState live = program.View.Parts!.Watch.Cameras[0].Live.Single();
        Assert.Equal(0, live.Decisions(RegionDecider.Unknown));
        _board.Show(FakeBoard.Red);
        await Eventually.HoldsAsync(() => live.Decisions(0) == 1, "red is counted");
        await Eventually.HoldsAsync(() => program.View.Parts!.Sinks.Single(s => s.Name == "web").Status.Delivered == 1, "red is shown");
        Assert.Single(log.Lines, l => l.StartsWith("camera: ", StringComparison.Ordinal) && l.Contains(", frame ", StringComparison.Ordinal));
    }
}
