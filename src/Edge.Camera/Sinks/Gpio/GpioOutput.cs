using System.Runtime.InteropServices;
using Edge.Camera.Linux;

namespace Edge.Camera.Sinks.Gpio;

/// <summary>An output line of the kernel's interface.</summary>
internal sealed class GpioOutput : IOutputLine
{
    private readonly int _fd;
    private bool _isClosed;

    /// <param name="line">Free.</param>
    /// <param name="activeLow">Active is the low level.</param>
    /// <exception cref="GpioException">Somebody else holds the line, or it may not be opened.</exception>
    public GpioOutput(GpioLine line, bool activeLow)
    {
        Line = line;
        _fd = GpioLines.Request(line, GpioAbi.FlagOutput | (activeLow ? GpioAbi.FlagActiveLow : 0), debounce: TimeSpan.Zero);
        Set(active: false);
    }

    public GpioLine Line { get; }

    public unsafe void Set(bool active)
    {
        // The number may be another file's by now.
        if (_isClosed)
            return;
        var values = new GpioAbi.LineValues { Bits = active ? 1u : 0, Mask = 1 };
        if (LibC.Ioctl(_fd, GpioAbi.SetValues, &values) != 0)
            throw new GpioException($"GPIO line {Line.Name} of {Line.Chip}: {Marshal.GetLastPInvokeErrorMessage()}");
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
        _ = LibC.Close(_fd);
    }
}

/// <summary>Asks the kernel for lines.</summary>
internal static class GpioLines
{
    /// <summary>The name under which others see this program's lines.</summary>
    public const string Consumer = "edge-camera";

    private const int ErrorBusy = 16;

    /// <returns>A file descriptor through which the line is driven or read.</returns>
    /// <exception cref="GpioException">Somebody else holds the line, or it may not be opened.</exception>
    public static unsafe int Request(GpioLine line, ulong flags, TimeSpan debounce)
    {
        GpioAbi.LineRequest request = default;
        request.Offsets[0] = line.Offset;
        request.LineCount = 1;
        request.Flags = flags;
        System.Text.Encoding.ASCII.GetBytes(Consumer, request.Consumer);
        if (debounce > TimeSpan.Zero)
        {
            request.AttributeCount = 1;
            request.Attributes[0] = new GpioAbi.ConfigAttribute
            {
                Attribute = new GpioAbi.Attribute { Id = GpioAbi.AttributeDebounce, Value = (uint)debounce.TotalMicroseconds },
                Mask = 1,
            };
        }

        int chip = GpioChips.Open(line.Chip);
        try
        {
            if (LibC.Ioctl(chip, GpioAbi.GetLine, &request) == 0)
                return request.Fd;
            int error = Marshal.GetLastPInvokeError();
            string why = error == ErrorBusy && line.Consumer is { } other ? $"'{other}' uses it" : Marshal.GetPInvokeErrorMessage(error);
            throw new GpioException($"GPIO line {line.Name} (offset {line.Offset} of {line.Chip}): {why}");
        }
        finally
        {
            _ = LibC.Close(chip);
        }
    }
}
