using System.Runtime.InteropServices;
using Edge.Camera.Linux;

namespace Edge.Camera.Sinks.Gpio;

/// <summary>A line of a chip.</summary>
/// <param name="Chip">Path of the chip's device.</param>
/// <param name="Offset">On the chip.</param>
/// <param name="Name">As the board's description names it; empty where it does not.</param>
/// <param name="Consumer">Who holds it now; null when it is free.</param>
internal sealed record GpioLine(string Chip, uint Offset, string Name, string? Consumer);

/// <summary>A GPIO trouble. One line: what, where, what to do.</summary>
internal sealed class GpioException(string message) : Exception(message);

/// <summary>Finds lines by name, or by chip label and offset. Chip numbers mean nothing: they changed between kernels.</summary>
internal static class GpioChips
{
    private const int ErrorAccess = 13;

    /// <summary>Where the chips' devices are.</summary>
    public static string Folder { get; set; } = "/dev";

    /// <param name="chip">Label or name of the chip; null searches all of them.</param>
    /// <param name="line">Line name, or offset on the named chip.</param>
    /// <exception cref="GpioException">There is none, there are several, or it may not be opened.</exception>
    public static GpioLine Find(string? chip, string line)
    {
        List<GpioLine> found = [];
        List<string> labels = [];
        foreach (string path in Devices())
        {
            int fd = Open(path);
            try
            {
                GpioAbi.ChipInfo info = Info(fd, path);
                labels.Add(info.Label.Text);
                if (chip is null || info.Label.Text == chip || info.Name.Text == chip)
                    found.AddRange(Lines(fd, path, info).Where(l => l.Name == line || (chip is not null && $"{l.Offset}" == line)));
            }
            finally
            {
                _ = LibC.Close(fd);
            }
        }

        if (labels.Count == 0)
            throw new GpioException($"{Folder}: there is no GPIO chip");
        if (found.Count == 1)
            return found[0];
        string chips = $"chips here: {string.Join(", ", labels.Distinct())}";
        if (chip is not null && !labels.Contains(chip) && found.Count == 0)
            throw new GpioException($"there is no GPIO chip '{chip}'; {chips}");
        throw new GpioException(found.Count == 0
            ? $"there is no GPIO line '{line}'{(chip is null ? "" : $" on {chip}")}; gpioinfo lists them; {chips}"
            : $"there are {found.Count} GPIO lines '{line}'; name the chip, too; {chips}");
    }

    private static string[] Devices()
    {
        string[] paths = Directory.Exists(Folder) ? Directory.GetFiles(Folder, "gpiochip*") : [];
        Array.Sort(paths, StringComparer.Ordinal);
        return paths;
    }

    /// <exception cref="GpioException">Not there, or no right to.</exception>
    public static int Open(string path)
    {
        int fd = LibC.Open(path, LibC.OpenReadWrite | LibC.OpenCloseOnExec);
        if (fd >= 0)
            return fd;
        int error = Marshal.GetLastPInvokeError();
        string advice = error == ErrorAccess ? "; add the user to group gpio: sudo usermod -aG gpio USER, then log in anew" : "";
        throw new GpioException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}{advice}");
    }

    private static unsafe GpioAbi.ChipInfo Info(int fd, string path)
    {
        GpioAbi.ChipInfo info = default;
        return LibC.Ioctl(fd, GpioAbi.GetChipInfo, &info) == 0
            ? info
            : throw new GpioException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private static List<GpioLine> Lines(int fd, string path, GpioAbi.ChipInfo chip)
    {
        List<GpioLine> lines = [];
        for (uint offset = 0; offset < chip.Lines; offset++)
        {
            if (Line(fd, path, offset) is { } line)
                lines.Add(line);
        }

        return lines;
    }

    private static unsafe GpioLine? Line(int fd, string path, uint offset)
    {
        GpioAbi.LineInfo info = default;
        info.Offset = offset;
        if (LibC.Ioctl(fd, GpioAbi.GetLineInfo, &info) != 0)
            return null;
        bool used = (info.Flags & GpioAbi.FlagUsed) != 0;
        return new GpioLine(path, offset, info.Name.Text, used ? info.Consumer.Text : null);
    }
}
