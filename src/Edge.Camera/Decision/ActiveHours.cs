using System.Globalization;

namespace Edge.Camera.Decision;

/// <summary>A daily span of local time. From equal to to is the whole day; from later than to passes midnight.</summary>
internal readonly record struct ActiveHours(TimeOnly From, TimeOnly To)
{
    /// <param name="text">As <c>06:00-22:00</c>; 24:00 is the end of the day.</param>
    /// <param name="hours">What was read.</param>
    public static bool TryParse(string text, out ActiveHours hours)
    {
        hours = default;
        if (text.Split('-', StringSplitOptions.TrimEntries) is not [var from, var to]
            || !TryTime(from, out TimeOnly start) || !TryTime(to == "24:00" ? "00:00" : to, out TimeOnly end))
        {
            return false;
        }

        hours = new ActiveHours(start, end);
        return true;
    }

    public bool Contains(TimeOnly time) => From == To || time.IsBetween(From, To);

    private static bool TryTime(string text, out TimeOnly time) =>
        TimeOnly.TryParseExact(text, "H:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
}
