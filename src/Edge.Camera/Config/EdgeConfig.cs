using System.Text.Json.Serialization;

namespace Edge.Camera.Config;

/// <summary>
/// The configuration file of <c>edge-camera run</c>. Every property has a default: an empty object is a valid file. Setters,
/// because generated JSON readers give properties that are set at construction null where the file has no key.
/// </summary>
internal sealed record EdgeConfig
{
    /// <summary>For editors; not read.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; set; }

    /// <summary>A .edge file; null is the built-in model. Relative paths start at the configuration's folder.</summary>
    public string? Model { get; set; }

    /// <summary>Threads that share each layer; 0 is one per core.</summary>
    public int Threads { get; set; }

    /// <summary>Every camera is classified in turn, newest frame first.</summary>
    public CameraConfig[] Cameras { get; set; } = [new()];

    /// <summary>
    /// File in which the page keeps regions that are drawn on it; they take the place of the cameras' own. Null: none can be
    /// drawn.
    /// </summary>
    public string? RegionsFile { get; set; }

    public DecisionConfig Decision { get; set; } = new();

    public LogConfig Log { get; set; } = new();

    public WatchdogConfig Watchdog { get; set; } = new();

    /// <summary>Null drives no lines.</summary>
    public GpioConfig? Gpio { get; set; }

    /// <summary>Null drives no LED strip.</summary>
    public LedStripConfig? LedStrip { get; set; }

    /// <summary>Null serves no page.</summary>
    public WebConfig? Web { get; set; }

    /// <summary>Null speaks to no broker.</summary>
    public MqttConfig? Mqtt { get; set; }

    /// <summary>Null exports no OpenTelemetry metrics.</summary>
    public OtlpConfig? Otlp { get; set; }

    /// <summary>Null calls no web address.</summary>
    public WebhookConfig? Webhook { get; set; }

    /// <summary>Null keeps no pictures.</summary>
    public SnapshotConfig? Snapshots { get; set; }
}

/// <summary>One camera and what of its picture is looked at.</summary>
internal sealed record CameraConfig
{
    public string Name { get; set; } = "camera";

    /// <summary>
    /// <c>auto</c> (the first V4L2 camera), <c>test</c> (a generated scene), a V4L2 device (<c>/dev/video0</c>,
    /// <c>/dev/v4l/by-id/…</c>, or part of the camera's name), a preset that starts a program (<c>rpicam</c>, <c>libcamera</c>,
    /// <c>gst-nvargus</c>, <c>ffmpeg-rtsp</c> with <see cref="Address"/>), <c>command</c> with <see cref="Command"/>, or a path:
    /// an image, a folder of images, a .y4m or .mjpeg file.
    /// </summary>
    public string Source { get; set; } = "auto";

    /// <summary>What ffmpeg-rtsp opens.</summary>
    public string? Address { get; set; }

    /// <summary>Program and arguments that write raw frames or MJPEG to standard output.</summary>
    public string[]? Command { get; set; }

    /// <summary>auto, or a pixel format as V4L2 names it: yuyv, uyvy, nv12, nv21, i420, grey, rgb24, bgr24, mjpeg.</summary>
    public string Format { get; set; } = "auto";

    /// <summary>Pixels; the source's nearest size is taken.</summary>
    public int Width { get; set; } = 1280;

    public int Height { get; set; } = 720;

    /// <summary>Frames per second that are asked of the source.</summary>
    public double Rate { get; set; } = 30;

    /// <summary>Degrees clockwise by which the picture is turned before it is looked at: 0, 90, 180, 270.</summary>
    public int Rotate { get; set; }

    /// <summary>none, horizontal, vertical or both; after the rotation.</summary>
    public string Flip { get; set; } = "none";

    /// <summary>Camera controls by their V4L2 names, as in <c>"exposure_time_absolute": 200</c>.</summary>
    public Dictionary<string, long> Controls { get; set; } = [];

    /// <summary>Rectangles that are classified, each for itself; empty is the whole picture.</summary>
    public RegionConfig[] Regions { get; set; } = [];

    /// <summary>Folders and files of images: start over at the end.</summary>
    public bool Loop { get; set; } = true;

    /// <summary>Whether a source opened for one serves the other: all but what is looked at is equal.</summary>
    public static bool SameSource(CameraConfig a, CameraConfig b) =>
        a.Source == b.Source && a.Address == b.Address && (a.Command ?? []).SequenceEqual(b.Command ?? []) && a.Format == b.Format
        && a.Width == b.Width && a.Height == b.Height && a.Rate == b.Rate && a.Loop == b.Loop
        && a.Controls.Count == b.Controls.Count
        && a.Controls.All(c => b.Controls.TryGetValue(c.Key, out long value) && value == c.Value);
}

/// <summary>A rectangle of the upright picture, in shares of its width and height.</summary>
internal sealed record RegionConfig
{
    public string Name { get; set; } = "region";
    public double X { get; set; }
    public double Y { get; set; }
    public double Width { get; set; } = 1;
    public double Height { get; set; } = 1;
}

/// <summary>How scores become decisions, for every region alike.</summary>
internal sealed record DecisionConfig
{
    /// <summary>A class is decided from this score up; below it the answer is "unknown".</summary>
    public double Threshold { get; set; } = 0.6;

    /// <summary>A decided class is kept until its score falls this far below its threshold.</summary>
    public double Hysteresis { get; set; } = 0.1;

    /// <summary>Exceptions by label.</summary>
    public Dictionary<string, ClassConfig> Classes { get; set; } = [];

    /// <summary>Classes that are shown and reported.</summary>
    public int Top { get; set; } = 5;

    /// <summary>Of the last <see cref="Window"/> answers so many must agree before a decision changes.</summary>
    public int Votes { get; set; } = 2;

    public int Window { get; set; } = 3;

    /// <summary>Weight of the past in the exponential mean of the scores: 0 takes each frame for itself, up to 0.99.</summary>
    public double Smoothing { get; set; }

    /// <summary>Seconds that must pass before the same class is reported anew.</summary>
    public double Cooldown { get; set; }

    /// <summary>
    /// Local times in which frames are classified, as <c>06:00-22:00</c>; empty is always. May pass midnight. At other times every
    /// decision is "unknown", and no picture is kept.
    /// </summary>
    public string[] ActiveHours { get; set; } = [];

    /// <summary>Null classifies every frame.</summary>
    public MotionConfig? Motion { get; set; }
}

/// <summary>What is different for one class.</summary>
internal sealed record ClassConfig
{
    public double? Threshold { get; set; }

    /// <summary>Never decided, as if the model did not know it ("none of these", background).</summary>
    public bool Ignore { get; set; }
}

/// <summary>
/// Frames in which nothing changes are not classified; the last answer stands. Until the votes have decided on it, all frames are.
/// </summary>
internal sealed record MotionConfig
{
    /// <summary>Mean absolute difference of the brightness of a block, 0 to 255, from which it counts as changed.</summary>
    public double Threshold { get; set; } = 8;

    /// <summary>Share of the blocks that must have changed.</summary>
    public double Area { get; set; } = 0.01;

    /// <summary>Seconds after which a frame is classified in any case.</summary>
    public double Refresh { get; set; } = 10;
}

/// <summary>What is written to the log. Decisions and troubles are, frames never.</summary>
internal sealed record LogConfig
{
    /// <summary>
    /// auto (journald's levels under systemd, text elsewhere), text or json (one object per line on standard output). Taken up at the
    /// next start.
    /// </summary>
    public string Format { get; set; } = "auto";

    /// <summary>debug, info, warning or error.</summary>
    public string Level { get; set; } = "info";
}

/// <summary>When the program counts as alive.</summary>
internal sealed record WatchdogConfig
{
    /// <summary>
    /// Seconds without a classified frame (of any camera, in active hours) after which systemd's watchdog is no longer fed.
    /// </summary>
    public double Stall { get; set; } = 20;
}
