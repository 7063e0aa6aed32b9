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
    private readonly LogLevel _level;
    private readonly LineFormat _format;
    private readonly LineQueue _lines;

    private Logs(LogLevel level, LineFormat format, TextWriter to)
    {
        (_level, _format) = (level, format);
        _lines = new LineQueue(to);
    }

    public static ILoggerFactory Create(LogConfig config)
    {
        LogLevel level = config.Level switch
        {
            "debug" => LogLevel.Debug,
            "warning" => LogLevel.Warning,
            "error" => LogLevel.Error,
            _ => LogLevel.Information,
        };
        if (config.Format == "json")
            return new Logs(level, LineFormats.Json, StandardStream.Output());
        bool journal = config.Format == "auto" && SystemdNotifier.IsUnderSystemd;
        return new Logs(level, journal ? LineFormats.Journal : LineFormats.Text, StandardStream.Error());
    }

    public ILogger CreateLogger(string categoryName)
    {
        // The web server's own life is nobody's news.
        bool isOurs = !categoryName.StartsWith("Microsoft", StringComparison.Ordinal);
        return new Logger(categoryName, isOurs || _level > LogLevel.Warning ? _level : LogLevel.Warning, _format, _lines);
    }

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("the log has one destination");

    public void Dispose() => _lines.Dispose();

    private sealed class Logger(string category, LogLevel lowest, LineFormat format, LineQueue lines) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => logLevel >= lowest && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                lines.Add(format(new LogEntry(logLevel, category, eventId.Id, formatter(state, exception), state, exception)));
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;
    }
}
