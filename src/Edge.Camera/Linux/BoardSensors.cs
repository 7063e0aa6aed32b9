using System.Globalization;

namespace Edge.Camera.Linux;

/// <summary>What the board measures of itself, from sysfs.</summary>
internal static class BoardSensors
{
    /// <summary>Where the kernel shows it.</summary>
    public const string Sys = "/sys";

    /// <summary>
    /// Bits of <see cref="Throttling"/> that are set now; those 16 higher have been set since the board was started (documentation of
    /// <c>vcgencmd get_throttled</c>).
    /// </summary>
    public const int ThrottledNow = 0xF;

    /// <summary>The hottest thermal zone and its type; null where there is no sensor.</summary>
    /// <param name="sys">/sys.</param>
    public static (string Zone, double Celsius)? Hottest(string sys = Sys)
    {
        (string, double)? hottest = null;
        foreach (string zone in Folders(Path.Combine(sys, "class/thermal"), "thermal_zone*"))
        {
            double? celsius = Number(Path.Combine(zone, "temp")) / 1000;
            if (celsius is > 0 and < 200 && !(hottest?.Item2 >= celsius))
                hottest = (Read(Path.Combine(zone, "type")) ?? Path.GetFileName(zone), celsius.Value);
        }

        return hottest;
    }

    /// <summary>The Raspberry Pi firmware's get_throttled; null on other boards.</summary>
    /// <param name="sys">/sys.</param>
    public static int? Throttling(string sys = Sys) =>
        int.TryParse(
            Read(Path.Combine(sys, "devices/platform/soc/soc:firmware/get_throttled")),
            NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int bits) ? bits : null;

    private static string[] Folders(string parent, string pattern) =>
        Directory.Exists(parent) ? Directory.GetDirectories(parent, pattern) : [];

    private static double? Number(string file) =>
        double.TryParse(Read(file), CultureInfo.InvariantCulture, out double number) ? number : null;

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
