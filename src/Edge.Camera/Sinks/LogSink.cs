using Microsoft.Extensions.Logging;

namespace Edge.Camera.Sinks;

/// <summary>Writes every reported decision to the log.</summary>
internal sealed partial class LogSink(ILogger log) : ISink
{
    private long _delivered;

    public string Name => "log";

    public DateTimeOffset Started { get; } = DateTimeOffset.UtcNow;

    public SinkStatus Status => new(Interlocked.Read(ref _delivered), 0, null);

    public bool WantsPicture(string label) => false;

    public void Publish(DecisionEvent decision)
    {
        if (!decision.Report)
            return;
        Decided(decision.Where, decision.Label, decision.Score, decision.Frame);
        Interlocked.Increment(ref _delivered);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [LoggerMessage(LogLevel.Information, "{where}: {label} ({score:0.00}), frame {frame}")]
    private partial void Decided(string where, string label, float score, long frame);
}
