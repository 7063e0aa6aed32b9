using Edge.Camera.Config;
using Edge.Camera.Linux;

namespace Edge.Camera.Sinks.Gpio;

/// <summary>Waits for presses on a thread of its own.</summary>
internal sealed class GpioButtons : IDisposable
{
    private const int PollMilliseconds = 250;
    private const int ReadEvents = 16;

    private readonly (int Fd, GpioButtonConfig Button)[] _buttons;
    private readonly Action<GpioButtonConfig> _pressed;
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <param name="chip">Label; null searches all chips for the line names.</param>
    /// <param name="buttons">Valid.</param>
    /// <param name="pressed">Called on the thread of the buttons for every press.</param>
    /// <exception cref="GpioException">A line is not there or not free.</exception>
    public GpioButtons(string? chip, GpioButtonConfig[] buttons, Action<GpioButtonConfig> pressed)
    {
        _pressed = pressed;
        var open = new List<(int, GpioButtonConfig)>();
        try
        {
            foreach (GpioButtonConfig button in buttons)
                open.Add((Request(GpioChips.Find(chip, button.Line), button), button));
        }
        catch
        {
            foreach ((int fd, _) in open)
                _ = LibC.Close(fd);
            throw;
        }

        _buttons = [.. open];
        _thread = new Thread(Loop) { IsBackground = true, Name = "buttons" };
        _thread.Start();
    }

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        foreach ((int fd, _) in _buttons)
            _ = LibC.Close(fd);
    }

    private static int Request(GpioLine line, GpioButtonConfig button)
    {
        ulong bias = button.Bias switch
        {
            "up" => GpioAbi.FlagBiasPullUp,
            "down" => GpioAbi.FlagBiasPullDown,
            _ => GpioAbi.FlagBiasDisabled,
        };

        // The rising edge of the logical level: a press, whichever level the button pulls the line to.
        ulong flags = GpioAbi.FlagInput | GpioAbi.FlagEdgeRising | bias | (button.ActiveLow ? GpioAbi.FlagActiveLow : 0);
        return GpioLines.Request(line, flags, TimeSpan.FromMilliseconds(button.Debounce));
    }

    private unsafe void Loop()
    {
        var entries = new PollEntry[_buttons.Length];
        GpioAbi.LineEvent* events = stackalloc GpioAbi.LineEvent[ReadEvents];
        while (!_stopping)
        {
            for (int i = 0; i < entries.Length; i++)
                entries[i] = new PollEntry { File = _buttons[i].Fd, Events = LibC.PollIn };
            fixed (PollEntry* e = entries)
            {
                if (LibC.Poll(e, (nuint)entries.Length, PollMilliseconds) <= 0)
                    continue;
            }

            for (int i = 0; i < entries.Length; i++)
            {
                if ((entries[i].Happened & LibC.PollIn) == 0)
                    continue;
                nint bytes = LibC.Read(_buttons[i].Fd, events, (nuint)(ReadEvents * sizeof(GpioAbi.LineEvent)));
                for (int n = 0; n < bytes / sizeof(GpioAbi.LineEvent); n++)
                    _pressed(_buttons[i].Button);
            }
        }
    }
}
