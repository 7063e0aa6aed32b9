using System.Text.Json;
using Edge.Camera.Config;
using Edge.Camera.Running;
using Edge.Camera.Sinks.Gpio;
#if EDGE_MQTT
using Edge.Camera.Sinks.Mqtt;
#endif
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Sinks;

/// <summary>Makes the sinks that a configuration asks for.</summary>
internal static class SinkFactory
{
    /// <param name="watch">With the configuration.</param>
    /// <param name="program">What sinks show, and ask for pictures.</param>
    /// <param name="devices">Where lines are.</param>
    /// <param name="logs">Outlives the sinks.</param>
    /// <exception cref="ConfigException">A sink can never work as it is configured on this machine.</exception>
    public static List<ISink> Create(Watch watch, ProgramView program, Devices devices, ILoggerFactory logs)
    {
        RefuseWhatIsNotBuilt(watch.Config.Config);
        List<ISink> sinks = [];
        try
        {
            AddAll(sinks, watch, program, devices, logs);
            return sinks;
        }
        catch (ConfigException)
        {
            // Lines and ports have one owner: those taken already must be free for whoever comes next.
            foreach (ISink sink in sinks)
                sink.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }
    }

    private static void AddAll(List<ISink> sinks, Watch watch, ProgramView program, Devices devices, ILoggerFactory logs)
    {
        EdgeConfig config = watch.Config.Config;
        sinks.Add(new LogSink(logs.CreateLogger("decision")));
        if (config.Gpio is { } gpio)
            sinks.Add(Gpio(gpio, devices, program.AskForSnapshot, logs.CreateLogger("gpio")));
        if (config.Snapshots is { } snapshots)
            Add(new SnapshotSink(snapshots, watch.Config.Resolve(snapshots.Folder), logs.CreateLogger("snapshots")));
#if FULL_FEED
        if (config.LedStrip is { } strip)
            Add(new Strip.LedStripSink(strip, logs.CreateLogger("ledStrip")));
#endif
#if EDGE_WEB
        if (config.Webhook is { } webhook)
            Add(new WebhookSink(webhook, Secrets.Read(watch.Config, "webhook.tokenFile", webhook.TokenFile), logs.CreateLogger("webhook")));
        if (config.Web is { } web)
            sinks.Add(Web.WebSink.Start(web, Secrets.Read(watch.Config, "web.tokenFile", web.TokenFile), program, logs));
#endif
#if EDGE_MQTT
        if (config.Mqtt is { } mqtt)
            Add(Mqtt(MqttSettings.Of(mqtt, watch.Config), program, logs.CreateLogger("mqtt")));
#endif
#if EDGE_OTLP
        if (config.Otlp is { } otlp)
        {
            string? token = Secrets.Read(watch.Config, "otlp.tokenFile", otlp.TokenFile);
            sinks.Add(new Telemetry.OtlpSink(otlp, token, program, logs.CreateLogger("otlp")));
        }
#endif

        void Add(QueuedSink sink)
        {
            sink.Start();
            sinks.Add(sink);
        }
    }

    /// <summary>A section that nothing serves must not look as if it did.</summary>
    /// <exception cref="ConfigException">A section is asked for that this program is built without.</exception>
    public static void RefuseWhatIsNotBuilt(EdgeConfig config)
    {
        (string Key, bool Asked)[] sections =
        [
#if !FULL_FEED
            ("ledStrip", config.LedStrip is not null),
            ("gpio.driver", config.Gpio is { Driver: not GpioConfig.KernelDriver }),
#endif
#if !EDGE_WEB
            ("web", config.Web is not null),
            ("webhook", config.Webhook is not null),
#endif
#if !EDGE_MQTT
            ("mqtt", config.Mqtt is not null),
#endif
#if !EDGE_OTLP
            ("otlp", config.Otlp is not null),
#endif
        ];
        string[] missing = Array.ConvertAll(
            Array.FindAll(sections, s => s.Asked), s => $"{s.Key}: this edge-camera is built without it; take it out");
        if (missing.Length > 0)
            throw new ConfigException(missing);
    }

    /// <summary>Whether two configurations ask for the same sinks, in the same words.</summary>
    public static bool AreSame(LoadedConfig a, LoadedConfig b)
    {
        return a.Path == b.Path && Sections(a.Config) == Sections(b.Config);

        static string Sections(EdgeConfig config) => JsonSerializer.Serialize(
            new EdgeConfig
            {
                Gpio = config.Gpio,
                LedStrip = config.LedStrip,
                Web = config.Web,
                Mqtt = config.Mqtt,
                Otlp = config.Otlp,
                Webhook = config.Webhook,
                Snapshots = config.Snapshots,
            },
            ConfigJson.Default.EdgeConfig);
    }

    private static GpioSink Gpio(GpioConfig config, Devices devices, Action askForSnapshot, ILogger log)
    {
        try
        {
            return new GpioSink(config, devices.Gpio(config), askForSnapshot, log);
        }
        catch (GpioException e)
        {
            throw new ConfigException([$"gpio: {e.Message}"]);
        }
    }

#if EDGE_MQTT
    private static MqttSink Mqtt(MqttSettings settings, ProgramView program, ILogger log)
    {
        try
        {
            return new MqttSink(settings, program, log);
        }
        catch (MqttException e)
        {
            throw new ConfigException([$"mqtt: {e.Message}"]);
        }
    }
#endif
}
