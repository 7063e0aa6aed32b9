using Edge.Camera.Config;
using Edge.Camera.Running;
using Edge.Camera.Sinks.Gpio;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Sinks;

/// <summary>Makes the sinks that a configuration asks for.</summary>
internal static class SinkFactory
{
    /// <exception cref="ConfigException">A sink can never work as it is configured on this machine.</exception>
    public static List<ISink> Create(Watch watch, ILoggerFactory logs)
    {
        EdgeConfig config = watch.Config.Config;
        List<ISink> sinks = [new LogSink(logs.CreateLogger("decision"))];
        if (config.Gpio is { } gpio)
            sinks.Add(Gpio(gpio, logs.CreateLogger("gpio")));
        if (config.Snapshots is { } snapshots)
            Add(new SnapshotSink(snapshots, watch.Config.Resolve(snapshots.Folder), logs.CreateLogger("snapshots")));
        if (config.Webhook is { } webhook)
            Add(new WebhookSink(webhook, Secret(watch.Config, "webhook.tokenFile", webhook.TokenFile), logs.CreateLogger("webhook")));
        return sinks;

        void Add(QueuedSink sink)
        {
            sink.Start();
            sinks.Add(sink);
        }
    }

    /// <summary>The first line of a file that holds a token or password.</summary>
    /// <exception cref="ConfigException">It can't be read, or is empty.</exception>
    private static string? Secret(LoadedConfig config, string key, string? path)
    {
        if (path is null)
            return null;
        string file = config.Resolve(path);
        try
        {
            return File.ReadLines(file).FirstOrDefault()?.Trim() is { Length: > 0 } secret
                ? secret
                : throw new ConfigException([$"{key}: {file}: is empty"]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException([$"{key}: {file}: {e.Message.ReplaceLineEndings(" ")}"]);
        }
    }

    private static GpioSink Gpio(GpioConfig config, ILogger log)
    {
        try
        {
            return new GpioSink(config, log);
        }
        catch (GpioException e)
        {
            throw new ConfigException([$"gpio: {e.Message}"]);
        }
    }
}
