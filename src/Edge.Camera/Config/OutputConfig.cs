namespace Edge.Camera.Config;

/// <summary>Lines of a GPIO chip: outputs for classes, inputs for buttons.</summary>
internal sealed record GpioConfig
{
    public const string KernelDriver = "kernel";
    public const string ControllerDriver = "system-device-gpio";

    /// <summary>kernel (gpiochip v2) or, in builds with FullFeed, system-device-gpio.</summary>
    public string Driver { get; set; } = KernelDriver;

    /// <summary>Label of the chip (pinctrl-rp1, pinctrl-bcm2711, tegra234-gpio …); null searches all chips for the line names.</summary>
    public string? Chip { get; set; }

    public GpioOutputConfig[] Outputs { get; set; } = [];

    public GpioButtonConfig[] Buttons { get; set; } = [];
}

/// <summary>A line that shows a class.</summary>
internal sealed record GpioOutputConfig
{
    /// <summary>Line name (GPIO17) or, where a chip is named, offset.</summary>
    public string Line { get; set; } = "";

    /// <summary>Labels that drive it; <c>unknown</c> is no class, <c>*</c> any class.</summary>
    public string[] Classes { get; set; } = [];

    /// <summary>Name of the camera or region it belongs to; null is any.</summary>
    public string? Where { get; set; }

    public bool ActiveLow { get; set; }

    /// <summary>Seconds that the line is driven after a decision; 0 drives it as long as the decision stands.</summary>
    public double Pulse { get; set; }
}

/// <summary>A line that the user presses.</summary>
internal sealed record GpioButtonConfig
{
    public string Line { get; set; } = "";

    /// <summary>snapshot, arm, disarm or toggle (of the outputs).</summary>
    public string Action { get; set; } = "snapshot";

    public bool ActiveLow { get; set; } = true;

    /// <summary>none, up or down.</summary>
    public string Bias { get; set; } = "up";

    /// <summary>Milliseconds in which further edges are the same press.</summary>
    public int Debounce { get; set; } = 20;
}

/// <summary>A WS2812B strip on an SPI bus; in builds with FullFeed.</summary>
internal sealed record LedStripConfig
{
    public int Bus { get; set; }

    public int ChipSelect { get; set; }

    public int Lamps { get; set; } = 8;

    /// <summary>Colours as #rrggbb by label; other labels are dark.</summary>
    public Dictionary<string, string> Colors { get; set; } = [];

    /// <summary>Name of the camera or camera/region it belongs to; null is any.</summary>
    public string? Where { get; set; }
}

/// <summary>The web page.</summary>
internal sealed record WebConfig
{
    /// <summary>Address and port. Beyond loopback a password or token is required.</summary>
    public string Listen { get; set; } = "127.0.0.1:8080";

    /// <summary>What <c>edge-camera password</c> printed.</summary>
    public string? PasswordHash { get; set; }

    /// <summary>File with a token for <c>Authorization: Bearer</c>.</summary>
    public string? TokenFile { get; set; }

    /// <summary>Preview pictures per second.</summary>
    public double PreviewRate { get; set; } = 10;

    /// <summary>Connections at a time.</summary>
    public int MaxConnections { get; set; } = 32;
}

/// <summary>An MQTT broker, with Home Assistant discovery.</summary>
internal sealed record MqttConfig
{
    public string Host { get; set; } = "localhost";

    /// <summary>0 is 1883, or 8883 with TLS.</summary>
    public int Port { get; set; }

    public string? User { get; set; }

    /// <summary>File whose first line is the password.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>In place of the file: name of a credential that systemd hands over (LoadCredential= in the unit).</summary>
    public string? PasswordCredential { get; set; }

    public bool Tls { get; set; }

    /// <summary>PEM file of the authority that signed the broker; null takes the system's.</summary>
    public string? Authority { get; set; }

    /// <summary>PEM file of this client's certificate, for brokers that want one.</summary>
    public string? Certificate { get; set; }

    /// <summary>PEM file of the certificate's key, without a password.</summary>
    public string? Key { get; set; }

    /// <summary>In front of all topics; null is edge-camera/HOSTNAME.</summary>
    public string? Topic { get; set; }

    /// <summary>Home Assistant's discovery prefix; empty announces nothing.</summary>
    public string Discovery { get; set; } = "homeassistant";

    /// <summary>Unique among the broker's clients; null derives it from the machine.</summary>
    public string? ClientId { get; set; }

    /// <summary>0 (at most once), 1 (at least once) or 2 (exactly once).</summary>
    public int Qos { get; set; } = 1;

    /// <summary>Seconds between two messages about the state of each region and of the board.</summary>
    public double Interval { get; set; } = 10;

    /// <summary>Labels for which Home Assistant gets a sensor that is on while they are decided; * is any.</summary>
    public string[] Classes { get; set; } = ["*"];

    /// <summary>Sends the picture of each decision, too.</summary>
    public bool Images { get; set; } = true;

    /// <summary>Lets everybody on the broker arm and disarm the outputs and ask for pictures.</summary>
    public bool Commands { get; set; }
}

/// <summary>OpenTelemetry metrics, by OTLP over HTTP.</summary>
internal sealed record OtlpConfig
{
    /// <summary>Of the collector; without a path, /v1/metrics.</summary>
    public string Endpoint { get; set; } = "http://localhost:4318";

    /// <summary>Seconds between exports.</summary>
    public double Interval { get; set; } = 15;

    /// <summary>Seconds for one export.</summary>
    public double Timeout { get; set; } = 10;

    /// <summary>File with a token for <c>Authorization: Bearer</c>.</summary>
    public string? TokenFile { get; set; }

    /// <summary>Sent with every export, as <c>"X-Scope-OrgID": "garden"</c>. Secrets belong into the token file.</summary>
    public Dictionary<string, string> Headers { get; set; } = [];
}

/// <summary>A web address that gets every decision as JSON.</summary>
internal sealed record WebhookConfig
{
    public string Url { get; set; } = "";

    /// <summary>Seconds for one request.</summary>
    public double Timeout { get; set; } = 5;

    /// <summary>File with a token for <c>Authorization: Bearer</c>.</summary>
    public string? TokenFile { get; set; }
}

/// <summary>Pictures of decisions on disk.</summary>
internal sealed record SnapshotConfig
{
    public string Folder { get; set; } = "snapshots";

    /// <summary>All pictures together; the oldest are removed.</summary>
    public int MaxMegabytes { get; set; } = 200;

    /// <summary>Nothing is written while the disk has less than this.</summary>
    public int KeepFreeMegabytes { get; set; } = 200;

    /// <summary>Labels that are kept; empty is all decisions but unknown.</summary>
    public string[] Classes { get; set; } = [];

    /// <summary>JPEG quality, 1 to 100.</summary>
    public int Quality { get; set; } = 85;
}
