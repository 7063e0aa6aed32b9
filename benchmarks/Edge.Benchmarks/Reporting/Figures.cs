using System.Globalization;

namespace Edge.Benchmarks.Reporting;

/// <summary>Numbers as text, the same in every culture.</summary>
internal static class Figures
{
    public static string Fixed(double value, int digits) => value.ToString("F" + digits, CultureInfo.InvariantCulture);

    public static string Percent(double share) => Fixed(100 * share, 1) + " %";

    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A target's value; a dash where there is none.</summary>
    public static string Target(double? value, Func<double, string> format) => value is { } v ? format(v) : "-";
}
