using Edge.Camera.Config;
using Edge.Camera.Running;
using Edge.Camera.Sinks.Gpio;
#if EDGE_MQTT
using Edge.Camera.Sinks.Mqtt;
#endif
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Sinks;

/// <summary>Says which sinks a configuration asks for.</summary>
internal static class SinkFactory
{
    /// <summary>Reads the secrets of all sinks, makes none.</summary>
    /// <param name="loaded">The configuration.</param>
    /// <param name="program">What sinks show, and ask for pictures.</param>
    /// <param name="devices">Where lines are.</param>
    /// <param name="logs">Outlives the sinks.</param>
    /// <returns>One for each kind, always at the same place; null where the configuration has none.</returns>
    /// <exception cref="ConfigException">A section that this program is built without, or a secret that can't be read.</exception>
    public static SinkPlan?[] Plan(LoadedConfig loaded, ProgramView program, Devices devices, ILoggerFactory logs)
    {
        RefuseWhatIsNotBuilt(loaded.Config);
        return
        [
            new SinkPlan("log", "", () => new LogSink(logs.CreateLogger("decision"))),
            Gpio(loaded, program, devices, logs),
            Snapshots(loaded, logs),
#if FULL_FEED
            LedStrip(loaded, logs),
#endif
#if EDGE_WEB
            Webhook(loaded, logs),
            Web(loaded, program, logs),
#endif
#if EDGE_MQTT
            Mqtt(loaded, program, logs),
#endif
#if EDGE_OTLP
            Otlp(loaded, program, logs),
#endif
        ];
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

    private static SinkPlan? Gpio(LoadedConfig loaded, ProgramView program, Devices devices, ILoggerFactory logs)
    {
        return loaded.Config.Gpio is { } config
            ? new SinkPlan("gpio", SinkPlan.Describe(config, ConfigJson.Default.GpioConfig), Make)
            : null;

        GpioSink Make()
        {
            try
            {
                return new GpioSink(config, devices.Gpio(config), program, logs.CreateLogger("gpio"));
            }
            catch (GpioException e)
            {
                throw new ConfigException([$"gpio: {e.Message}"]);
            }
        }
    }

    private static SinkPlan? Snapshots(LoadedConfig loaded, ILoggerFactory logs)
    {
        if (loaded.Config.Snapshots is not { } config)
            return null;
        string folder = loaded.Resolve(config.Folder);
        return new SinkPlan(
            "snapshots",
            SinkPlan.Describe(config, ConfigJson.Default.SnapshotConfig, folder),
            () => Started(new SnapshotSink(config, folder, logs.CreateLogger("snapshots"))));
    }

#if FULL_FEED
    private static SinkPlan? LedStrip(LoadedConfig loaded, ILoggerFactory logs) => loaded.Config.LedStrip is { } config
        ? new SinkPlan(
            "ledStrip",
            SinkPlan.Describe(config, ConfigJson.Default.LedStripConfig),
            () => Started(new Strip.LedStripSink(config, logs.CreateLogger("ledStrip"))))
        : null;
#endif

#if EDGE_WEB
    private static SinkPlan? Webhook(LoadedConfig loaded, ILoggerFactory logs)
    {
        if (loaded.Config.Webhook is not { } config)
            return null;
        string? token = Secrets.Read(loaded, "webhook.tokenFile", config.TokenFile);
        return new SinkPlan(
            "webhook",
            SinkPlan.Describe(config, ConfigJson.Default.WebhookConfig, token),
            () => Started(new WebhookSink(config, token, logs.CreateLogger("webhook"))));
    }

    private static SinkPlan? Web(LoadedConfig loaded, ProgramView program, ILoggerFactory logs)
    {
        if (loaded.Config.Web is not { } config)
            return null;
        string? token = Secrets.Read(loaded, "web.tokenFile", config.TokenFile);
        return new SinkPlan(
            "web",
            SinkPlan.Describe(config, ConfigJson.Default.WebConfig, token),
            () => Camera.Web.WebSink.Start(config, token, program, logs));
    }
#endif

#if EDGE_MQTT
    private static SinkPlan? Mqtt(LoadedConfig loaded, ProgramView program, ILoggerFactory logs)
    {
        if (loaded.Config.Mqtt is not { } config)
            return null;
        MqttSettings settings = MqttSettings.Of(config, loaded);
        string?[] secrets =
        [
            settings.Password,
            Secrets.Fingerprint("mqtt.authority", settings.Authority),
            Secrets.Fingerprint("mqtt.certificate", settings.Certificate),
            Secrets.Fingerprint("mqtt.key", settings.Key),
        ];
        return new SinkPlan("mqtt", SinkPlan.Describe(config, ConfigJson.Default.MqttConfig, secrets), Make);

        ISink Make()
        {
            try
            {
                return Started(new MqttSink(settings, program, logs.CreateLogger("mqtt")));
            }
            catch (MqttException e)
            {
                throw new ConfigException([$"mqtt: {e.Message}"]);
            }
        }
    }
#endif

#if EDGE_OTLP
    private static SinkPlan? Otlp(LoadedConfig loaded, ProgramView program, ILoggerFactory logs)
    {
        if (loaded.Config.Otlp is not { } config)
            return null;
        string? token = Secrets.Read(loaded, "otlp.tokenFile", config.TokenFile);
        return new SinkPlan(
            "otlp",
            SinkPlan.Describe(config, ConfigJson.Default.OtlpConfig, token),
            () => new Telemetry.OtlpSink(config, token, program, logs.CreateLogger("otlp")));
    }
#endif

    private static QueuedSink Started(QueuedSink sink)
    {
        sink.Start();
        return sink;
    }
}
