using System.Collections.Concurrent;
using System.IO.Pipes;
using Edge.Camera.Config;
using Edge.Camera.Sinks.Gpio;
using Edge.Camera.Tests.Running;

namespace Edge.Camera.Tests.Sinks;

/// <summary>Buttons whose lines are pipes: 48 bytes are an event of the kernel's, and a closed pipe hangs up like an unplugged chip.</summary>
public class GpioButtonsTests
{
    private static readonly byte[] Event = new byte[48];

    [Fact]
    public void A_button_of_an_unplugged_chip_is_said_once_and_left_out_and_the_others_work_on()
    {
        using AnonymousPipeServerStream unplugged = new(PipeDirection.Out), other = new(PipeDirection.Out);
        var pressed = new ConcurrentQueue<string>();
        var lost = new ConcurrentQueue<string>();
        using var buttons = new GpioButtons(
            [(Take(unplugged), new GpioButtonConfig { Line = "A" }), (Take(other), new GpioButtonConfig { Line = "B" })],
            b => pressed.Enqueue(b.Line),
            (b, problem) => lost.Enqueue($"{b.Line}: {problem}"));
        unplugged.Write(Event);
        Eventually.Holds(() => pressed.Count == 1, "A is pressed");
        unplugged.Dispose();

        // Every press of B is another round of the loop.
        for (int i = 2; i <= 6; i++)
        {
            other.Write(Event);
            Eventually.Holds(() => pressed.Count == i, "B is pressed");
        }

        Eventually.Holds(() => !lost.IsEmpty, "A is lost");
        Assert.Equal(["A", "B", "B", "B", "B", "B"], pressed);
        Assert.Equal(["A: its chip was unplugged"], lost);
    }

    /// <summary>The end that is read becomes the buttons' own.</summary>
    private static int Take(AnonymousPipeServerStream pipe)
    {
        int file = (int)pipe.ClientSafePipeHandle.DangerousGetHandle();
        pipe.ClientSafePipeHandle.SetHandleAsInvalid();
        return file;
    }
}
