using Edge.Camera.Config;
using Edge.Camera.Running;
using Edge.Camera.Sinks;

namespace Edge.Camera.Tests.Running;

/// <summary>One program that watches several cameras.</summary>
public class SeveralCamerasTests
{
    [Fact]
    public async Task Each_camera_is_decided_on_for_itself_and_drives_its_own_lines()
    {
        var board = new FakeBoard();
        board.Show(FakeBoard.Red, "gate");
        board.Show(FakeBoard.Green, "porch");
        CameraConfig gate = new() { Name = "gate", Source = "colour" }, porch = gate with { Name = "porch" };
        GpioOutputConfig line = new() { Line = "GATE-RED", Classes = ["red"], Where = "gate" };
        GpioConfig lines = new()
        {
            Outputs =
            [
                line,
                line with { Line = "PORCH-RED", Where = "porch" },
                line with { Line = "PORCH-GREEN", Where = "porch", Classes = ["green"] },
                line with { Line = "ANY-GREEN", Where = null, Classes = ["green"] },
            ],
        };
        await using var program = new ReloadedProgram(board, c => c with { Cameras = [gate, porch], Gpio = lines });
        await Eventually.HoldsAsync(() => board["GATE-RED"].IsActive && board["PORCH-GREEN"].IsActive && board["ANY-GREEN"].IsActive, "both are decided");
        Assert.False(board["PORCH-RED"].IsActive);

        board.Show(FakeBoard.Red, "porch");
        await Eventually.HoldsAsync(() => board["PORCH-RED"].IsActive && !board["PORCH-GREEN"].IsActive && !board["ANY-GREEN"].IsActive, "the porch is red");
        Assert.True(board["GATE-RED"].IsActive);

        // None of them waits for the other.
        CameraWatcher[] cameras = program.View.Parts!.Watch.Cameras;
        long[] frames = Array.ConvertAll(cameras, c => c.Frames);
        await Eventually.HoldsAsync(() => cameras[0].Frames > frames[0] + 10 && cameras[1].Frames > frames[1] + 10, "frames of both");
        Assert.Equal(["gate", "porch"], program.View.Parts.Readers.Select(r => r.Name));
        Assert.All(program.View.Parts.Readers, r => Assert.True(r.Counters.Captured > 0));
    }
}
