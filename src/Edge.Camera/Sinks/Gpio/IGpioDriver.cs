using Edge.Camera.Config;

namespace Edge.Camera.Sinks.Gpio;

/// <summary>Gives out GPIO lines.</summary>
internal interface IGpioDriver : IDisposable
{
    /// <summary>Takes a line for output, inactive.</summary>
    /// <exception cref="GpioException">It is not there or not free.</exception>
    IOutputLine Open(GpioOutputConfig output);

    /// <summary>Watches buttons until the result is disposed.</summary>
    /// <param name="buttons">At least one.</param>
    /// <param name="pressed">Called on a thread of the driver's for every press.</param>
    /// <param name="lost">Called on that thread, once for a button that can't be read any more, with the reason.</param>
    /// <exception cref="GpioException">A line is not there or not free.</exception>
    IDisposable Watch(GpioButtonConfig[] buttons, Action<GpioButtonConfig> pressed, Action<GpioButtonConfig, string> lost);
}

/// <summary>An output line, held by this program while it is open. It begins and ends inactive.</summary>
internal interface IOutputLine : IDisposable
{
    /// <summary>Drives the line; after its end it does nothing.</summary>
    /// <exception cref="GpioException">The chip is gone.</exception>
    void Set(bool active);
}

/// <summary>The drivers by their names in the configuration.</summary>
internal static class GpioDrivers
{
    public static IGpioDriver For(GpioConfig config) => config.Driver switch
    {
#if FULL_FEED
        GpioConfig.ControllerDriver => new ControllerGpioDriver(config.Chip),
#endif
        _ => new KernelGpioDriver(config.Chip),
    };
}

/// <summary>The kernel's own interface (gpiochip v2).</summary>
/// <param name="chip">Label; null searches all chips for the line names.</param>
internal sealed class KernelGpioDriver(string? chip) : IGpioDriver
{
    public IOutputLine Open(GpioOutputConfig output) => new GpioOutput(GpioChips.Find(chip, output.Line), output.ActiveLow);

    public IDisposable Watch(GpioButtonConfig[] buttons, Action<GpioButtonConfig> pressed, Action<GpioButtonConfig, string> lost) =>
        new GpioButtons(GpioButtons.Open(chip, buttons), pressed, lost);

    public void Dispose()
    {
    }
}
