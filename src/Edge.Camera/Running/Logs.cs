using Edge.Camera.Config;
using Edge.Camera.Linux;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Running;

/// <summary>
/// The program's log: lines with journald's level in front under systemd, plain lines elsewhere, or JSON objects. Not by the
/// console provider of Microsoft.Extensions.Logging: its options, configuration and dependency injection outweigh the task.
/// </summary>
internal sealed class Logs : ILoggerFactory
{
    private readonly string _configured;
    private readonly LineFormat _format;
    private readonly LineQueue _lines;
    private volatile LogLevel _level;

    private Logs(LogConfig config, LineFormat format, TextWriter to)
    {
        (_level, _configured, _format) = (Level(config), config.Format, format);
        _lines = new LineQueue(to);
    }

    public static Logs Create(LogConfig config)
    {
        if (config.Format == "json")
            return new Logs(config, LineFormats.Json, StandardStream.Output());
        bool journal = config.Format == "auto" && SystemdNotifier.IsUnderSystemd;
        return new Logs(config, journal ? LineFormats.Journal : LineFormats.Text, StandardStream.Error());
    }

    /// <summary>All loggers take up the level at once.</summary>
    /// <returns>False where another format is asked for than at the start: that one stays.</returns>
    public bool ChangeTo(LogConfig config)
    {
        _level = Level(config);
        return config.Format == _configured;
    }

    public ILogger CreateLogger(string categoryName)
    {
        // The web server's own life is nobody's news.
        bool isOurs = !categoryName.StartsWith("Microsoft", StringComparison.Ordinal);
        return new Logger(this, categoryName, isOurs ? LogLevel.Trace : LogLevel.Warning);
    }

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("the log has one destination");

    public void Dispose() => _lines.Dispose();

    private static LogLevel Level(LogConfig config) => config.Level switch
    {
        "debug" => LogLevel.Debug,
        "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => LogLevel.Information,
    };

    private sealed class Logger(Logs logs, string category, LogLevel lowest) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => logLevel >= lowest && logLevel >= logs._level && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                logs._lines.Add(logs._format(new LogEntry(logLevel, category, eventId.Id, formatter(state, exception), state, exception)));
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;
    }
}
