using Edge.Camera.Config;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Edge.Camera.Running;

/// <summary>The program's log: lines with journald's level in front under systemd, plain lines elsewhere, or JSON objects.</summary>
internal static class Logs
{
    public static ILoggerFactory Create(LogConfig config) => LoggerFactory.Create(builder =>
    {
        builder.SetMinimumLevel(config.Level switch
        {
            "debug" => LogLevel.Debug,
            "warning" => LogLevel.Warning,
            "error" => LogLevel.Error,
            _ => LogLevel.Information,
        });

        // The web server's own life is nobody's news.
        builder.AddFilter("Microsoft", LogLevel.Warning);
        if (config.Format == "json")
        {
            builder.AddJsonConsole(o => (o.UseUtcTimestamp, o.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ"));
            return;
        }

        if (config.Format == "auto" && SystemdNotifier.IsUnderSystemd)
            builder.AddSystemdConsole();
        else
            builder.AddSimpleConsole(o => (o.SingleLine, o.TimestampFormat) = (true, "HH:mm:ss "));

        // Standard output is for answers.
        builder.Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
    });
}
