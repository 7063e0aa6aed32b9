using System.Text.Json;
using Edge.Camera.Config;
using Edge.Camera.Running;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Tests.Running;

/// <summary>Lines of the log, and that nobody waits for them.</summary>
public sealed class LogTests
{
    private static readonly KeyValuePair<string, object?>[] Values = [new("camera", "gate"), new("frames", 3L), new("open", true)];

    [Fact]
    public void Journald_reads_the_level_from_the_front_of_the_line()
    {
        Assert.Equal("<6>camera: gate opened", LineFormats.Journal(Entry(LogLevel.Information)));
        Assert.Equal("<4>camera: gate opened", LineFormats.Journal(Entry(LogLevel.Warning)));
        Assert.Equal("<3>camera: gate opened", LineFormats.Journal(Entry(LogLevel.Error)));
    }

    [Fact]
    public void Text_has_time_level_and_who_says_it() =>
        Assert.Matches(@"^\d\d:\d\d:\d\d warn: camera: gate opened$", LineFormats.Text(Entry(LogLevel.Warning)));

    [Fact]
    public void An_exception_stays_on_the_line()
    {
        LogEntry entry = Entry(LogLevel.Error) with { Exception = new IOException("first\nsecond") };
        Assert.Equal("<3>camera: gate opened System.IO.IOException: first second", LineFormats.Journal(entry));
    }

    [Fact]
    public void A_json_line_has_the_values_of_the_message()
    {
        JsonElement line = JsonDocument.Parse(LineFormats.Json(Entry(LogLevel.Information))).RootElement;
        Assert.Equal("Information", line.GetProperty("LogLevel").GetString());
        Assert.Equal("gate opened", line.GetProperty("Message").GetString());
        Assert.Equal("gate", line.GetProperty("State").GetProperty("camera").GetString());
        Assert.Equal(3, line.GetProperty("State").GetProperty("frames").GetInt32());
        Assert.True(line.GetProperty("State").GetProperty("open").GetBoolean());
    }

    [Fact]
    public void A_level_is_taken_up_by_loggers_that_are_there_and_a_format_is_not()
    {
        using Logs logs = Logs.Create(new LogConfig { Format = "text", Level = "warning" });
        ILogger ours = logs.CreateLogger("camera"), server = logs.CreateLogger("Microsoft.AspNetCore.Server.Kestrel");
        Assert.False(ours.IsEnabled(LogLevel.Information));
        Assert.True(logs.ChangeTo(new LogConfig { Format = "text", Level = "debug" }));
        Assert.True(ours.IsEnabled(LogLevel.Debug));
        Assert.False(server.IsEnabled(LogLevel.Information));
        Assert.True(server.IsEnabled(LogLevel.Warning));
        Assert.False(logs.ChangeTo(new LogConfig { Format = "json", Level = "error" }));
        Assert.False(ours.IsEnabled(LogLevel.Warning) || server.IsEnabled(LogLevel.Warning));
    }

    [Fact]
    public void A_log_that_nobody_reads_holds_up_nobody_and_counts_what_it_drops()
    {
        using var stopped = new StoppedWriter();
        using (var queue = new LineQueue(stopped))
        {
            queue.Add("first");
            Assert.True(stopped.Waits.Wait(TimeSpan.FromSeconds(30)));
            for (int i = 0; i < 3000; i++)
                queue.Add("line");
            stopped.Resume.Set();
            Assert.True(stopped.Told.Wait(TimeSpan.FromSeconds(30)));
        }

        string[] lines = stopped.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("first", lines[0]);
        Assert.Equal(2500, lines.Count(l => l == "line"));
        Assert.Equal("500 lines of the log could not be written in time", lines[^1]);
    }

    private static LogEntry Entry(LogLevel level) => new(level, "camera", 7, "gate opened", Values, null);

    private sealed class StoppedWriter : StringWriter
    {
        public ManualResetEventSlim Waits { get; } = new();

        public ManualResetEventSlim Resume { get; } = new();

        public ManualResetEventSlim Told { get; } = new();

        public override void WriteLine(string? value)
        {
            Waits.Set();
            Resume.Wait();
            base.WriteLine(value);
            if (value!.EndsWith("in time", StringComparison.Ordinal))
                Told.Set();
        }

        protected override void Dispose(bool disposing)
        {
            Waits.Dispose();
            Resume.Dispose();
            Told.Dispose();
            base.Dispose(disposing);
        }
    }
}
