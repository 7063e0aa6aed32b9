using Edge.Camera.Config;
using Edge.Camera.Running;
using Edge.Camera.Sinks;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Telemetry;

/// <summary>
/// Exports the figures of the program at intervals, on a task of its own. What failed is not sent again: counters are cumulative, so the
/// next export says all that the lost one said. After a failure the collector is left alone for as long as it asks (Retry-After), or
/// for delays that double up to five minutes.
/// </summary>
internal sealed class OtlpSink : ISink
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(5);

    /// <summary>A mistaken Retry-After must not end the export for ever.</summary>
    private static readonly TimeSpan MostPatience = TimeSpan.FromHours(1);

    private static readonly TimeSpan LastExport = TimeSpan.FromSeconds(2);

    private readonly TimeSpan _interval;
    private readonly OtlpExporter _exporter;
    private readonly ProgramView _program;
    private readonly BackOff _backOff;
    private readonly ILogger _log;
    private readonly SinkTrouble _trouble;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _worker;
    private long _delivered, _dropped;

    /// <param name="config">Valid.</param>
    /// <param name="token">For <c>Authorization: Bearer</c>; null for none.</param>
    /// <param name="program">Whose figures are exported.</param>
    /// <param name="log">For failing exports.</param>
    public OtlpSink(OtlpConfig config, string? token, ProgramView program, ILogger log)
    {
        (_interval, _program) = (TimeSpan.FromSeconds(config.Interval), program);
        _exporter = new OtlpExporter(config, token);
        _backOff = new BackOff(_interval, LongestDelay > _interval ? LongestDelay : _interval);
        (_log, _trouble) = (log, new SinkTrouble(log));
        _worker = Task.Run(ExportAtIntervals);
    }

    public string Name => "otlp";

    public DateTimeOffset Started { get; } = DateTimeOffset.UtcNow;

    /// <summary>Exports, not decisions.</summary>
    public SinkStatus Status => new(Interlocked.Read(ref _delivered), Interlocked.Read(ref _dropped), _trouble.Now);

    public bool WantsPicture(string label) => false;

    public void Publish(DecisionEvent decision)
    {
        // Decisions are counted where they are made.
    }

    /// <summary>Ends the export that is under way and exports a last time, for at most two seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _worker.ConfigureAwait(false);
        if (_trouble.Now is null)
        {
            using var patience = new CancellationTokenSource(LastExport);
            await ExportOnce(patience.Token).ConfigureAwait(false);
        }

        _exporter.Dispose();
        _stop.Dispose();
    }

    private async Task ExportAtIntervals()
    {
        TimeSpan wait = _interval;
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(wait, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_stop.IsCancellationRequested)
                wait = await ExportOnce(_stop.Token).ConfigureAwait(false);
        }
    }

    /// <returns>How long to wait before the next one.</returns>
    private async Task<TimeSpan> ExportOnce(CancellationToken stop)
    {
        if (_program.Parts is not { } parts)
            return _interval;
        try
        {
            List<Metric> metrics = ProgramMetrics.Collect(parts, _program);
            await _exporter.Export(OtlpRequest.Of(metrics, parts, ProgramView.Version, DateTimeOffset.UtcNow), stop).ConfigureAwait(false);
            Interlocked.Increment(ref _delivered);
            _trouble.Over();
            _backOff.Reset();
            return _interval;
        }
        catch (OtlpException e)
        {
            Interlocked.Increment(ref _dropped);
            _trouble.Begin(e.Message);
            TimeSpan delay = e.RetryAfter is { } asked ? (asked < MostPatience ? asked : MostPatience) : _backOff.Next();
            return delay > _interval ? delay : _interval;
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _dropped);
            return _interval;
        }
        catch (Exception e)
        {
            // A defect, or a machine out of memory: one export is lost, not all that follow.
            Interlocked.Increment(ref _dropped);
            SinkLog.Unexpected(_log, "export", e);
            return _interval;
        }
    }
}
