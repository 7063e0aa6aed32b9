using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Running;

/// <summary>Something to log.</summary>
/// <param name="Level">How grave it is.</param>
/// <param name="Category">Who says it.</param>
/// <param name="Event">Number of the kind of message.</param>
/// <param name="Message">In words.</param>
/// <param name="State">The values in the message, as a list of names and values.</param>
/// <param name="Exception">Null where there was none.</param>
internal readonly record struct LogEntry(
    LogLevel Level, string Category, int Event, string Message, object? State, Exception? Exception);

/// <summary>Makes one line of an entry, without the line's end.</summary>
internal delegate string LineFormat(LogEntry entry);

/// <summary>How a line of the log looks.</summary>
internal static class LineFormats
{
    /// <summary><c>12:20:56 info: edge-camera[17] message</c>.</summary>
    public static string Text(LogEntry entry)
    {
        string level = entry.Level switch
        {
            LogLevel.Trace => "trce",
            LogLevel.Debug => "dbug",
            LogLevel.Information => "info",
            LogLevel.Warning => "warn",
            LogLevel.Error => "fail",
            _ => "crit",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{DateTime.Now:HH:mm:ss} {level}: {Rest(entry)}");
    }

    /// <summary><c>&lt;6>edge-camera[17] message</c>: syslog's number of the level in front (sd-daemon(3)); journald has the time.</summary>
    public static string Journal(LogEntry entry)
    {
        int level = entry.Level switch
        {
            LogLevel.Trace or LogLevel.Debug => 7,
            LogLevel.Information => 6,
            LogLevel.Warning => 4,
            LogLevel.Error => 3,
            _ => 2,
        };
        return string.Create(CultureInfo.InvariantCulture, $"<{level}>{Rest(entry)}");
    }

    /// <summary>An object with Timestamp (UTC), EventId, LogLevel, Category, Message, Exception and, in State, the message's values.</summary>
    public static string Json(LogEntry entry)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("Timestamp", DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            json.WriteNumber("EventId", entry.Event);
            json.WriteString("LogLevel", entry.Level.ToString());
            json.WriteString("Category", entry.Category);
            json.WriteString("Message", entry.Message);
            if (entry.Exception is { } exception)
                json.WriteString("Exception", exception.ToString());
            if (entry.State is IEnumerable<KeyValuePair<string, object?>> values)
            {
                json.WriteStartObject("State");
                foreach ((string name, object? value) in values)
                    WriteValue(json, name, value);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Rest(LogEntry entry)
    {
        string trouble = entry.Exception is null ? "" : " " + entry.Exception;
        string rest = string.Create(CultureInfo.InvariantCulture, $"{entry.Category}: {entry.Message}{trouble}");
        return rest.ReplaceLineEndings(" ");
    }

    private static void WriteValue(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case bool truth:
                json.WriteBoolean(name, truth);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case float number when float.IsFinite(number):
                json.WriteNumber(name, number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, number);
                break;
            default:
                json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
