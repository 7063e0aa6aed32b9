using System.Globalization;
using System.Text;
using Edge.Camera.Config;

namespace Edge.Camera.Sources.V4L2;

/// <summary>One of a camera's controls.</summary>
/// <param name="Id">The kernel's number.</param>
/// <param name="Name">As v4l2-ctl writes it: <c>exposure_time_absolute</c>.</param>
/// <param name="Kind">What its values are.</param>
/// <param name="Minimum">Smallest value.</param>
/// <param name="Maximum">Largest value.</param>
/// <param name="Step">Between values; 1 at least.</param>
/// <param name="Default">The driver's.</param>
/// <param name="Flags">V4L2_CTRL_FLAG_….</param>
/// <param name="Menu">Values of a menu with their names, else empty.</param>
internal sealed record VideoControl(
    uint Id, string Name, ControlKind Kind, long Minimum, long Maximum, long Step, long Default, uint Flags,
    List<(long Value, string Name)> Menu)
{
    public string Range => Menu.Count > 0
        ? string.Join(", ", Menu.ConvertAll(m => string.Create(CultureInfo.InvariantCulture, $"{m.Value} ({m.Name})")))
        : string.Create(CultureInfo.InvariantCulture, $"{Minimum} to {Maximum}{(Step > 1 ? $" in steps of {Step}" : "")}");

    /// <summary>What is wrong with a value; null when it can be set.</summary>
    public string? Problem(long value)
    {
        bool known = Menu.Count > 0
            ? Menu.Exists(m => m.Value == value)
            : value >= Minimum && value <= Maximum && (value - Minimum) % Step == 0;
        return Kind != ControlKind.Button && !known
            ? string.Create(CultureInfo.InvariantCulture, $"{value} can't be set; it takes {Range}")
            : (Flags & V4l2.ControlReadOnly) != 0 ? "can only be read"
            : null;
    }
}

/// <summary>enum v4l2_ctrl_type, as far as one number can be set.</summary>
internal enum ControlKind
{
    Integer = 1,
    Boolean = 2,
    Menu = 3,
    Button = 4,
    Integer64 = 5,
    Bitmask = 8,
    IntegerMenu = 9,
}

/// <summary>Lists and sets the controls of a device by their names.</summary>
internal static unsafe class VideoControls
{
    private const int MaxControls = 1024;
    private const long MaxMenu = 256;

    /// <summary>In the driver's order; strings, matrices and disabled ones are left out.</summary>
    public static List<VideoControl> List(VideoDevice device)
    {
        List<VideoControl> controls = [];
        var asked = new V4l2ControlDescription { Id = V4l2.NextControl };
        for (int i = 0; i < MaxControls && device.Call(V4l2.QueryControl, ref asked) == 0; i++)
        {
            var kind = (ControlKind)asked.Type;
            if (Enum.IsDefined(kind) && (asked.Flags & V4l2.ControlDisabled) == 0)
            {
                controls.Add(new VideoControl(
                    asked.Id, NameOf(VideoDevice.Text(asked.Name, 32)), kind, asked.Minimum, asked.Maximum,
                    (long)Math.Clamp(asked.Step, 1, long.MaxValue), asked.Default, asked.Flags, Menu(device, asked, kind)));
            }

            asked = new V4l2ControlDescription { Id = asked.Id | V4l2.NextControl };
        }

        return controls;
    }

    /// <summary>
    /// Sets what the configuration names; menus and switches first, because automatic modes lock the numbers they rule.
    /// </summary>
    /// <exception cref="SourceException">
    /// An unknown name, a value out of range, or a refusal; the allowed values are named.
    /// </exception>
    public static void Set(VideoDevice device, IReadOnlyDictionary<string, long> values)
    {
        if (values.Count == 0)
            return;
        List<VideoControl> known = List(device);
        foreach ((VideoControl control, long value) in Plan(device.Path, known, values))
        {
            var item = new V4l2Control { Id = control.Id, Value64 = value };
            if (control.Kind != ControlKind.Integer64)
                item = new V4l2Control { Id = control.Id, Value = (int)value };
            var all = new V4l2Controls { Count = 1, Items = &item };
            int error = device.Call(V4l2.SetControls, ref all);
            if (error == 0)
                continue;
            bool locked = List(device).Find(c => c.Id == control.Id) is { } now
                && (now.Flags & (V4l2.ControlInactive | V4l2.ControlGrabbed)) != 0;
            throw locked
                ? new SourceException(
                    $"{device.Path}: control '{control.Name}' is locked by an automatic mode; switch that off in controls too")
                : VideoErrors.Because(device.Path, $"control '{control.Name}' can't be set to {value}", error);
        }
    }

    /// <returns>What to set, in order.</returns>
    /// <exception cref="SourceException">An unknown name or a value out of range.</exception>
    public static List<(VideoControl Control, long Value)> Plan(
        string device, IReadOnlyList<VideoControl> known, IReadOnlyDictionary<string, long> values)
    {
        List<(VideoControl Control, long Value)> plan = [];
        foreach ((string name, long value) in values)
        {
            VideoControl? control = known.FirstOrDefault(c => c.Name == NameOf(name));
            if (control is null)
            {
                string hint = known.Count == 0 ? "it has none"
                    : Spelling.Nearest(name, known.Select(c => c.Name)) is { } near ? $"did you mean '{near}'?"
                    : $"it has {string.Join(", ", known.Select(c => c.Name))}";
                throw new SourceException($"{device}: the camera has no control '{name}'; {hint}");
            }

            if (control.Problem(value) is { } problem)
                throw new SourceException($"{device}: control '{control.Name}': {problem}");
            plan.Add((control, value));
        }

        return [.. plan.FindAll(p => IsMode(p.Control.Kind)), .. plan.FindAll(p => !IsMode(p.Control.Kind))];

        static bool IsMode(ControlKind kind) => kind is ControlKind.Menu or ControlKind.Boolean or ControlKind.IntegerMenu;
    }

    /// <summary>As v4l2-ctl does it: lower case, and one underscore for whatever stands between letters and digits.</summary>
    public static string NameOf(string title)
    {
        var name = new StringBuilder();
        foreach (char c in title)
        {
            if (char.IsAsciiLetterOrDigit(c))
                name.Append(char.ToLowerInvariant(c));
            else if (name.Length > 0 && name[^1] != '_')
                name.Append('_');
        }

        return name.ToString().TrimEnd('_');
    }

    private static List<(long Value, string Name)> Menu(VideoDevice device, in V4l2ControlDescription control, ControlKind kind)
    {
        List<(long Value, string Name)> items = [];
        if (kind is not (ControlKind.Menu or ControlKind.IntegerMenu) || control.Minimum < 0)
            return items;
        for (long i = control.Minimum; i <= control.Maximum && i - control.Minimum < MaxMenu; i++)
        {
            var item = new V4l2MenuItem { Id = control.Id, Index = (uint)i };
            if (device.Call(V4l2.QueryMenu, ref item) != 0)
                continue;
            items.Add((i, kind == ControlKind.Menu
                ? VideoDevice.Text(item.Name, 32)
                : (*(long*)item.Name).ToString(CultureInfo.InvariantCulture)));
        }

        return items;
    }
}
