using System.Runtime.InteropServices;
using Edge.Camera.Config;
using Edge.Camera.Linux;

namespace Edge.Camera.Sinks.Gpio;

/// <summary>Waits for presses on a thread of its own.</summary>
internal sealed class GpioButtons : IDisposable
{
    private const int PollMilliseconds = 250;
    private const int ReadEvents = 16;

    /// <summary>poll(2) leaves such an entry out.</summary>
    private const int NoFile = -1;

    private readonly (int Fd, GpioButtonConfig Button)[] _buttons;
    private readonly Action<GpioButtonConfig> _pressed;
    private readonly Action<GpioButtonConfig, string> _lost;
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <param name="open">Requested lines; closed at the end.</param>
    /// <param name="pressed">Called on the thread of the buttons for every press.</param>
    /// <param name="lost">Called on that thread, once for a button that can't be read any more, with the reason.</param>
    public GpioButtons(
        (int Fd, GpioButtonConfig Button)[] open, Action<GpioButtonConfig> pressed, Action<GpioButtonConfig, string> lost)
    {
        (_buttons, _pressed, _lost) = (open, pressed, lost);
        _thread = new Thread(Loop) { IsBackground = true, Name = "buttons" };
        _thread.Start();
    }

    /// <param name="chip">Label; null searches all chips for the line names.</param>
    /// <param name="buttons">Valid.</param>
    /// <exception cref="GpioException">A line is not there or not free.</exception>
    public static (int Fd, GpioButtonConfig Button)[] Open(string? chip, GpioButtonConfig[] buttons)
    {
        var open = new List<(int, GpioButtonConfig)>();
        try
        {
            foreach (GpioButtonConfig button in buttons)
                open.Add((Request(GpioChips.Find(chip, button.Line), button), button));
            return [.. open];
        }
        catch
        {
            foreach ((int fd, _) in open)
                _ = LibC.Close(fd);
            throw;
        }
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
        for (int i = 0; i < entries.Length; i++)
            entries[i] = new PollEntry { File = _buttons[i].Fd, Events = LibC.PollIn };
        while (!_stopping)
        {
            fixed (PollEntry* e = entries)
            {
                if (LibC.Poll(e, (nuint)entries.Length, PollMilliseconds) <= 0)
                    continue;
            }

            for (int i = 0; i < entries.Length; i++)
            {
                GpioButtonConfig button = _buttons[i].Button;
                if ((entries[i].Happened & LibC.PollIn) != 0)
                {
                    nint bytes = LibC.Read(_buttons[i].Fd, events, (nuint)(ReadEvents * sizeof(GpioAbi.LineEvent)));
                    int error = bytes < 0 ? Marshal.GetLastPInvokeError() : 0;
                    for (int n = 0; n < bytes / sizeof(GpioAbi.LineEvent); n++)
                        _pressed(button);
                    if (error is not (0 or Errno.Interrupted or Errno.TryAgain))
                        Lose(ref entries[i], button, Marshal.GetPInvokeErrorMessage(error));
                }
                else if (entries[i].Happened != 0)
                {
                    Lose(ref entries[i], button, "its chip was unplugged");
                }
            }
        }
    }

    /// <summary>An error or hang-up stays, and poll(2) would return at once for ever.</summary>
    private void Lose(ref PollEntry entry, GpioButtonConfig button, string problem)
    {
        entry.File = NoFile;
        _lost(button, problem);
    }
}
