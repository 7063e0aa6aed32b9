using System.Device.Gpio;
using System.Device.Gpio.Drivers;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Edge.Camera.Config;

namespace Edge.Camera.Sinks.Gpio;

/// <summary>
/// Lines through System.Device.Gpio. Lines are found as by <see cref="KernelGpioDriver"/>; libgpiod's version decides which of the
/// package's drivers is taken, which the package itself does not do. Only of builds with <c>FullFeed=true</c>.
/// </summary>
/// <param name="chip">Label; null searches all chips for the line names.</param>
internal sealed class ControllerGpioDriver(string? chip) : IGpioDriver
{
    private readonly Dictionary<string, GpioController> _controllers = [];

    public IOutputLine Open(GpioOutputConfig output)
    {
        GpioLine line = GpioChips.Find(chip, output.Line);
        return Guarded(line, () => new Output(line, Controller(line), output.ActiveLow));
    }

    /// <inheritdoc/>
    /// <remarks>System.Device.Gpio does not say that a line was lost.</remarks>
    public IDisposable Watch(GpioButtonConfig[] buttons, Action<GpioButtonConfig> pressed, Action<GpioButtonConfig, string> lost)
    {
        var watched = new Buttons();
        try
        {
            foreach (GpioButtonConfig button in buttons)
            {
                GpioLine line = GpioChips.Find(chip, button.Line);
                watched.Add(Guarded(line, () => new Button(line, Controller(line), button, pressed)));
            }

            return watched;
        }
        catch
        {
            watched.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (GpioController controller in _controllers.Values)
            controller.Dispose();
    }

    private GpioController Controller(GpioLine line)
    {
        if (_controllers.TryGetValue(line.Chip, out GpioController? known))
            return known;
        return _controllers[line.Chip] = new GpioController(Driver(Path.GetFileName(line.Chip)));
    }

#pragma warning disable SDGPIO0001 // Experimental until 4.2.
    private static GpioDriver Driver(string name)
    {
        if (IsInstalled("libgpiod.so.3"))
            return new LibGpiodV2Driver(LibGpiodV2Driver.GetAvailableChips().Single(c => c.Name == name));
        if (IsInstalled("libgpiod.so.2"))
            return new LibGpiodDriver(LibGpiodDriver.GetAvailableChips().Single(c => c.Name == name));
        throw new GpioException("gpio.driver system-device-gpio needs libgpiod: apt install libgpiod3 (Debian 12: libgpiod2)");
    }
#pragma warning restore SDGPIO0001

    private static bool IsInstalled(string library)
    {
        if (!NativeLibrary.TryLoad(library, out nint handle))
            return false;
        NativeLibrary.Free(handle);
        return true;
    }

    private static T Guarded<T>(GpioLine line, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            throw new GpioException($"GPIO line {line.Name} (offset {line.Offset} of {line.Chip}): {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private sealed class Output : IOutputLine
    {
        private readonly GpioLine _line;
        private readonly GpioController _controller;
        private readonly bool _activeLow;
        private bool _isClosed;

        public Output(GpioLine line, GpioController controller, bool activeLow)
        {
            (_line, _controller, _activeLow) = (line, controller, activeLow);
            controller.OpenPin((int)line.Offset, PinMode.Output, Level(active: false));
        }

        public void Set(bool active)
        {
            if (_isClosed)
                return;
            Guarded(_line, () =>
            {
                _controller.Write((int)_line.Offset, Level(active));
                return true;
            });
        }

        public void Dispose()
        {
            if (_isClosed)
                return;
            try
            {
                Set(active: false);
            }
            catch (GpioException)
            {
                // The chip is gone, and with it what the line drove.
            }

            _isClosed = true;
            _controller.ClosePin((int)_line.Offset);
        }

        private PinValue Level(bool active) => active != _activeLow ? PinValue.High : PinValue.Low;
    }

    /// <summary>Edges closer together than the debounce time are one press: the package filters none.</summary>
    private sealed class Button : IDisposable
    {
        private readonly GpioLine _line;
        private readonly GpioController _controller;
        private readonly GpioButtonConfig _button;
        private readonly Action<GpioButtonConfig> _pressed;
        private long _last;

        public Button(GpioLine line, GpioController controller, GpioButtonConfig button, Action<GpioButtonConfig> pressed)
        {
            (_line, _controller, _button, _pressed) = (line, controller, button, pressed);
            PinMode mode = button.Bias switch
            {
                "up" => PinMode.InputPullUp,
                "down" => PinMode.InputPullDown,
                _ => PinMode.Input,
            };
            controller.OpenPin((int)line.Offset, mode);
            PinEventTypes press = button.ActiveLow ? PinEventTypes.Falling : PinEventTypes.Rising;
            controller.RegisterCallbackForPinValueChangedEvent((int)line.Offset, press, Changed);
        }

        public void Dispose()
        {
            _controller.UnregisterCallbackForPinValueChangedEvent((int)_line.Offset, Changed);
            _controller.ClosePin((int)_line.Offset);
        }

        private void Changed(object sender, PinValueChangedEventArgs e)
        {
            long last = _last;
            _last = Stopwatch.GetTimestamp();
            if (last == 0 || Stopwatch.GetElapsedTime(last) >= TimeSpan.FromMilliseconds(_button.Debounce))
                _pressed(_button);
        }
    }

    private sealed class Buttons : List<Button>, IDisposable
    {
        public void Dispose() => ForEach(b => b.Dispose());
    }
}
