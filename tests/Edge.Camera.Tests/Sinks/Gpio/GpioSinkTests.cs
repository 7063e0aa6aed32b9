using Edge.Camera.Config;
using Edge.Camera.Decision;
using Edge.Camera.Running;
using Edge.Camera.Sinks;
using Edge.Camera.Sinks.Gpio;
using Edge.Camera.Tests.Running;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Tests.Sinks.Gpio;

/// <summary>The sink by itself, on lines that fail and that are let go.</summary>
public sealed class GpioSinkTests : IDisposable
{
    private static readonly GpioConfig Two = new()
    {
        Outputs =
        [
            new GpioOutputConfig { Line = "A", Classes = ["stop"] },
            new GpioOutputConfig { Line = "B", Classes = ["stop"], Pulse = 0.05 },
        ],
    };

    private readonly FakeBoard _board = new();
    private readonly ListLogger _log = new();
    private readonly ClassificationLoop _loop = new();

    public void Dispose()
    {
        _loop.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task A_line_in_trouble_is_not_hidden_by_one_that_works_and_is_logged_once()
    {
        await using GpioSink sink = Sink();
        _board["A"].Broken = "A: the chip is gone";
        sink.Publish(Event("stop"));
        sink.Publish(Event("yield"));
        Assert.Equal("A: the chip is gone", sink.Status.Trouble);
        Assert.Equal("A: the chip is gone; trying on", Assert.Single(_log.Lines));

        _board["B"].Broken = "B: the chip is gone";
        sink.Publish(Event("stop"));
        Assert.Equal("A: the chip is gone", sink.Status.Trouble);
        _board["A"].Broken = null;
        sink.Publish(Event("stop"));
        Assert.Equal("B: the chip is gone", sink.Status.Trouble);
        Assert.True(_board["A"].IsActive);
        _board["B"].Broken = null;
        sink.Publish(Event("yield"));
        Assert.Null(sink.Status.Trouble);
        Assert.Equal(
            ["A: the chip is gone; trying on", "B: the chip is gone; trying on", "A: works again", "B: works again"],
            _log.Lines);
    }

    [Fact]
    public async Task Lines_that_were_let_go_are_driven_no_more()
    {
        GpioSink sink = Sink();
        sink.Publish(Event("stop"));
        Assert.True(_board["A"].IsActive);
        await sink.DisposeAsync();
        Assert.False(_board["A"].IsActive || _board["B"].IsActive);

        sink.Publish(Event("stop"));
        sink.Armed = false;
        sink.Retain([]);
        await Task.Delay(200);
        Assert.False(_board["A"].WasDrivenAfterItsEnd || _board["B"].WasDrivenAfterItsEnd);
    }

    [Fact]
    public async Task Disarmed_no_line_is_driven_and_armed_they_show_what_stands()
    {
        await using GpioSink sink = Sink();
        sink.Publish(Event("stop"));
        sink.Armed = false;
        Assert.False(_board["A"].IsActive);
        sink.Publish(Event("stop"));
        Assert.False(_board["A"].IsActive || sink.Armed);
        sink.Armed = true;
        Assert.True(_board["A"].IsActive);
    }

    [Fact]
    public void When_one_line_is_missing_the_others_are_let_go()
    {
        _board["B"].IsMissing = true;
        GpioException problem = Assert.Throws<GpioException>(Sink);
        Assert.Equal("GPIO line B: there is none", problem.Message);
        Assert.False(_board["A"].IsHeld);
    }

    private GpioSink Sink() => new(Two, _board.Devices.Gpio(Two), new ProgramView(_loop), _log);

    private static DecisionEvent Event(string label) => new()
    {
        Camera = "camera",
        Region = null,
        Time = DateTimeOffset.UnixEpoch,
        Frame = 1,
        Class = 14,
        Label = label,
        Score = 0.9f,
        Top = TopClasses.Of([0.9f], 1),
        Report = true,
    };
}
