using System.Buffers;
using System.Globalization;
using System.Net;

namespace Edge.Camera.Config;

/// <summary>What values must be, beyond their JSON kind.</summary>
internal static partial class ConfigRules
{
    public static readonly string[] Formats =
        ["auto", "yuyv", "uyvy", "nv12", "nv21", "i420", "grey", "rgb24", "bgr24", "mjpeg"];

    public static readonly string[] Presets = ["rpicam", "libcamera", "gst-nvargus", "ffmpeg-rtsp"];

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");
    private static readonly string[] Flips = ["none", "horizontal", "vertical", "both"];
    private static readonly string[] GpioDrivers = [GpioConfig.KernelDriver, GpioConfig.ControllerDriver];
    private static readonly string[] Actions = ["snapshot", "arm", "disarm", "toggle"];
    private static readonly string[] Biases = ["none", "up", "down"];
    private static readonly string[] LogFormats = ["auto", "text", "json"];
    private static readonly string[] LogLevels = ["debug", "info", "warning", "error"];

    /// <returns>Keys as in <c>cameras[0].rate</c>, with what is wrong.</returns>
    public static List<(string Key, string Message)> Check(EdgeConfig config)
    {
        var check = new Checker();
        check.Range("threads", config.Threads, 0, 256);
        if (config.Cameras.Length == 0)
            check.Add("cameras", "there must be one at least");
        check.Unique("cameras", config.Cameras.Select(c => c.Name));
        for (int i = 0; i < config.Cameras.Length; i++)
            Camera(check, $"cameras[{i}]", config.Cameras[i]);
        Decision(check, config.Decision);
        check.OneOf("log.format", config.Log.Format, LogFormats);
        check.OneOf("log.level", config.Log.Level, LogLevels);
        check.Range("watchdog.stall", config.Watchdog.Stall, 1, 86400);
        if (config.Gpio is { } gpio)
            Gpio(check, gpio, config.Snapshots is not null);
        if (config.LedStrip is { } strip)
            LedStrip(check, strip);
        if (config.Web is { } web)
            Web(check, web);
        if (config.Mqtt is { } mqtt)
            Mqtt(check, mqtt);
        if (config.Otlp is { } otlp)
            Otlp(check, otlp);
        if (config.Webhook is { } webhook)
        {
            check.Address("webhook.url", webhook.Url);
            check.Range("webhook.timeout", webhook.Timeout, 0.1, 300);
        }

        if (config.Snapshots is { } snapshots)
        {
            check.Range("snapshots.maxMegabytes", snapshots.MaxMegabytes, 1, 1_000_000);
            check.Range("snapshots.keepFreeMegabytes", snapshots.KeepFreeMegabytes, 0, 1_000_000);
            check.Range("snapshots.quality", snapshots.Quality, 1, 100);
        }

        return check.Problems;
    }

    private static void Camera(Checker check, string key, CameraConfig camera)
    {
        check.Name($"{key}.name", camera.Name);
        if (camera.Source.Length == 0)
            check.Add($"{key}.source", "is empty; auto takes the first camera, test needs none");
        check.OneOf($"{key}.format", camera.Format, Formats);
        check.Range($"{key}.width", camera.Width, 16, 16384);
        check.Range($"{key}.height", camera.Height, 16, 16384);
        check.Range($"{key}.rate", camera.Rate, 0.01, 1000);
        if (camera.Rotate is not (0 or 90 or 180 or 270))
            check.Add($"{key}.rotate", $"{camera.Rotate}: must be 0, 90, 180 or 270");
        check.OneOf($"{key}.flip", camera.Flip, Flips);
        if (camera.Source == "command" && camera.Command is not { Length: > 0 })
            check.Add($"{key}.command", "source command needs the program and its arguments");
        if (camera.Source != "command" && camera.Command is not null)
            check.Add($"{key}.command", "goes with \"source\": \"command\"");
        if (camera.Source == "ffmpeg-rtsp" && string.IsNullOrEmpty(camera.Address))
            check.Add($"{key}.address", "source ffmpeg-rtsp needs an address, as rtsp://host/stream");
        Regions(check, $"{key}.regions", camera.Regions);
    }

    /// <returns>As <see cref="Check"/>; keys begin with <paramref name="key"/>.</returns>
    public static List<(string Key, string Message)> CheckRegions(string key, RegionConfig[] regions)
    {
        var check = new Checker();
        Regions(check, key, regions);
        return check.Problems;
    }

    private static void Regions(Checker check, string key, RegionConfig[] regions)
    {
        if (Array.IndexOf(regions, null) is >= 0 and int missing)
        {
            check.Add($"{key}[{missing}]", "is null; write {}");
            return;
        }

        check.Unique(key, regions.Select(r => r.Name));
        for (int i = 0; i < regions.Length; i++)
        {
            RegionConfig region = regions[i];
            string at = $"{key}[{i}]";
            check.Name($"{at}.name", region.Name);
            check.Range($"{at}.x", region.X, 0, 1);
            check.Range($"{at}.y", region.Y, 0, 1);
            check.Range($"{at}.width", region.Width, 0.001, 1 - region.X);
            check.Range($"{at}.height", region.Height, 0.001, 1 - region.Y);
        }
    }

    private static void Decision(Checker check, DecisionConfig decision)
    {
        check.Range("decision.threshold", decision.Threshold, 0, 1);
        check.Range("decision.hysteresis", decision.Hysteresis, 0, 1);
        check.Range("decision.top", decision.Top, 1, Edge.Camera.Decision.TopClasses.Capacity);
        check.Range("decision.window", decision.Window, 1, 1000);
        check.Range("decision.votes", decision.Votes, 1, decision.Window);
        check.Range("decision.smoothing", decision.Smoothing, 0, 0.99);
        check.Range("decision.cooldown", decision.Cooldown, 0, 86400);
        foreach ((string label, ClassConfig one) in decision.Classes)
        {
            if (one.Threshold is { } threshold)
                check.Range($"decision.classes.{label}.threshold", threshold, 0, 1);
        }

        for (int i = 0; i < decision.ActiveHours.Length; i++)
        {
            if (!Edge.Camera.Decision.ActiveHours.TryParse(decision.ActiveHours[i], out _))
                check.Add($"decision.activeHours[{i}]", $"'{decision.ActiveHours[i]}': expected hours as 06:00-22:00");
        }

        if (decision.Motion is { } motion)
        {
            check.Range("decision.motion.threshold", motion.Threshold, 0, 255);
            check.Range("decision.motion.area", motion.Area, 0, 1);
            check.Range("decision.motion.refresh", motion.Refresh, 0, 86400);
        }
    }

    private static void Gpio(Checker check, GpioConfig gpio, bool hasSnapshots)
    {
        check.OneOf("gpio.driver", gpio.Driver, GpioDrivers);
        check.Unique("gpio.outputs", gpio.Outputs.Select(o => o.Line).Concat(gpio.Buttons.Select(b => b.Line)));
        for (int i = 0; i < gpio.Outputs.Length; i++)
        {
            GpioOutputConfig output = gpio.Outputs[i];
            Line(check, $"gpio.outputs[{i}].line", output.Line, gpio.Chip);
            if (output.Classes.Length == 0)
                check.Add($"gpio.outputs[{i}].classes", "name the labels that drive the line; * is any, unknown is none");
            check.Range($"gpio.outputs[{i}].pulse", output.Pulse, 0, 86400);
        }

        for (int i = 0; i < gpio.Buttons.Length; i++)
        {
            GpioButtonConfig button = gpio.Buttons[i];
            Line(check, $"gpio.buttons[{i}].line", button.Line, gpio.Chip);
            check.OneOf($"gpio.buttons[{i}].action", button.Action, Actions);
            if (button.Action == "snapshot" && !hasSnapshots)
                check.Add($"gpio.buttons[{i}].action", "snapshot needs the section snapshots, which says where pictures go");
            check.OneOf($"gpio.buttons[{i}].bias", button.Bias, Biases);
            check.Range($"gpio.buttons[{i}].debounce", button.Debounce, 0, 10_000);
        }
    }

    private static void Line(Checker check, string key, string line, string? chip)
    {
        if (line.Length == 0)
            check.Add(key, "name a line, as GPIO17");
        else if (chip is null && int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            check.Add(key, $"'{line}' is an offset, which means nothing without gpio.chip; name the chip's label or the line");
    }

    private static void LedStrip(Checker check, LedStripConfig strip)
    {
        check.Range("ledStrip.bus", strip.Bus, 0, 255);
        check.Range("ledStrip.chipSelect", strip.ChipSelect, 0, 255);
        check.Range("ledStrip.lamps", strip.Lamps, 1, 1000);
        foreach ((string label, string color) in strip.Colors)
        {
            if (color is not ['#', _, _, _, _, _, _] || color.AsSpan(1).ContainsAnyExcept(HexDigits))
                check.Add($"ledStrip.colors.{label}", $"'{color}': expected a colour as #ff8000");
        }
    }

    private static void Web(Checker check, WebConfig web)
    {
        if (!IPEndPoint.TryParse(web.Listen, out IPEndPoint? listen) || !web.Listen.Contains(':', StringComparison.Ordinal))
            check.Add("web.listen", $"'{web.Listen}': expected address:port, as 127.0.0.1:8080 or 0.0.0.0:8080");
        else if (!IPAddress.IsLoopback(listen.Address) && web.PasswordHash is null && web.TokenFile is null)
            check.Add("web.listen", $"{web.Listen} is open to the network: set web.passwordHash (edge-camera password makes it) or web.tokenFile");
#if EDGE_WEB
        if (web.PasswordHash is { } hash && !Edge.Camera.Web.PasswordHash.TryParse(hash, out _))
            check.Add("web.passwordHash", "is none; edge-camera password makes it");
#endif
        check.Range("web.previewRate", web.PreviewRate, 0.1, 60);
        check.Range("web.maxConnections", web.MaxConnections, 1, 1000);
    }

    private sealed class Checker
    {
        public List<(string Key, string Message)> Problems { get; } = [];

        public void Add(string key, string message) => Problems.Add((key, message));

        public void Range(string key, double value, double low, double high)
        {
            if (!(value >= low && value <= high))
                Add(key, string.Create(CultureInfo.InvariantCulture, $"{value}: must be from {low} to {high}"));
        }

        public void OneOf(string key, string value, string[] values)
        {
            if (values.Contains(value))
                return;
            string hint = Spelling.Nearest(value, values) is { } near ? $"did you mean '{near}'?" : $"known are {string.Join(", ", values)}";
            Add(key, $"'{value}': {hint}");
        }

        /// <summary>Names go into topics, file names and addresses.</summary>
        public void Name(string key, string name)
        {
            if (name.Length is 0 or > 64 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ' '))
                Add(key, $"'{name}': must be 1 to 64 letters, digits, spaces, dots, - or _");
        }

        public void Unique(string key, IEnumerable<string> names)
        {
            foreach (IGrouping<string, string> group in names.GroupBy(n => n).Where(g => g.Count() > 1))
                Add(key, $"'{group.Key}' is there {group.Count()} times; names must differ");
        }

        public void Address(string key, string address)
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
                Add(key, $"'{address}': expected http://… or https://…");
        }
    }
}
