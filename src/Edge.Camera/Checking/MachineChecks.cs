using System.Globalization;
using System.Runtime.InteropServices;
using Edge.Camera.Linux;

namespace Edge.Camera.Checking;

/// <summary>What the machine says of itself: temperature, throttling, clock.</summary>
internal static partial class MachineChecks
{
    /// <summary>
    /// From here Raspberry Pi lowers the clock (documentation, "frequency management and thermal control": 80 °C); PCs and Jetsons bear
    /// some degrees more.
    /// </summary>
    private const double HotCelsius = 80;

    private const int StatusUnsynchronised = 0x40;

    /// <summary>Bits of the firmware's get_throttled, as the documentation of <c>vcgencmd</c> lists them.</summary>
    private static readonly (int Bit, string Now, string Advice)[] Throttling =
    [
        (0, "the supply voltage is too low", "use a stronger supply and a short cable"),
        (1, "the processor's clock is capped", "cool the board"),
        (2, "the processor is throttled", "cool the board"),
        (3, "the soft temperature limit is reached", "cool the board"),
    ];

    /// <param name="sys">Where sysfs is: /sys.</param>
    /// <param name="isClockSynchronised">Null asks the kernel.</param>
    public static IEnumerable<CheckItem> All(string sys, bool? isClockSynchronised = null)
    {
        yield return Temperature(sys);
        yield return Throttle(sys);
        yield return Clock(isClockSynchronised ?? AskClock());
    }

    private static CheckItem Temperature(string sys)
    {
        const string Name = "temperature";
        if (BoardSensors.Hottest(sys) is not (string zone, double celsius))
            return new CheckItem(Name, CheckState.Absent, "no sensor");
        string reading = string.Create(CultureInfo.InvariantCulture, $"{celsius:0.0} °C ({zone})");
        return celsius >= HotCelsius
            ? CheckItem.Bad(Name, string.Create(CultureInfo.InvariantCulture, $"{reading}, limit {HotCelsius:0} °C; cool the board"))
            : CheckItem.Good(Name, reading);
    }

    private static CheckItem Throttle(string sys)
    {
        const string Name = "throttling";
        if (BoardSensors.Throttling(sys) is not { } bits)
            return new CheckItem(Name, CheckState.Absent, "the firmware does not tell");
        foreach ((int bit, string now, string advice) in Throttling)
        {
            if ((bits >> bit & 1) != 0)
                return CheckItem.Bad(Name, $"{now}; {advice}");
        }

        // Bits 16 to 19 are the same since the board was started.
        return (bits >> 16 & 1) != 0
            ? CheckItem.Bad(Name, $"the supply voltage has been too low since the start; {Throttling[0].Advice}")
            : CheckItem.Good(Name, "none");
    }

    private static CheckItem Clock(bool isSynchronised) => isSynchronised
        ? CheckItem.Good("clock", "synchronised")
        : CheckItem.Bad("clock", "not synchronised, so times of events may be wrong; sudo timedatectl set-ntp true, and see to the network");

    private static unsafe bool AskClock()
    {
        Timex timex = default;
        return AdjustTime(&timex) >= 0 && (timex.Status & StatusUnsynchronised) == 0;
    }

    /// <summary>With no mode bits set it only reads. Returns the clock's state; -1 for an error.</summary>
    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static unsafe partial int AdjustTime(Timex* timex);

    /// <summary>struct timex of 64-bit Linux (include/uapi/linux/timex.h), 208 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 208)]
    private struct Timex
    {
        [FieldOffset(0)]
        public uint Modes;

        [FieldOffset(40)]
        public int Status;
    }
}
