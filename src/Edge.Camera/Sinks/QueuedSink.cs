using System.Threading.Channels;
using Edge.Camera.Running;
using Edge.Imaging;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Sinks;

/// <summary>
/// A sink with a bounded queue and a task of its own that empties it. When the queue is full the oldest event gives way. A failing
/// delivery is tried again after 1, 2, 4 … 60 s while newer events wait; trouble is logged once, and once when it is over. An event that
/// no other attempt would help is dropped: its picture is damaged, or the receiver will not have it.
/// </summary>
internal abstract class QueuedSink : ISink
{
    private readonly Channel<DecisionEvent> _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly SinkTrouble _trouble;
    private readonly ILogger _log;
    private Task? _worker;
    private long _delivered, _dropped;
    private bool _saidDamaged;

    protected QueuedSink(string name, int capacity, ILogger log)
    {
        (Name, _trouble, _log) = (name, new SinkTrouble(log), log);
        _queue = Channel.CreateBounded<DecisionEvent>(
            new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true },
            _ => Interlocked.Increment(ref _dropped));
    }

    public string Name { get; }

    public DateTimeOffset Started { get; } = DateTimeOffset.UtcNow;

    public SinkStatus Status => new(Interlocked.Read(ref _delivered), Interlocked.Read(ref _dropped), _trouble.Now);

    public virtual bool WantsPicture(string label) => false;

    /// <summary>Whether this event is delivered at all.</summary>
    protected virtual bool Wants(DecisionEvent decision) => decision.Report;

    public void Start() => _worker = Task.Run(DeliverAll);

    public void Publish(DecisionEvent decision)
    {
        if (Wants(decision))
            Enqueue(decision);
    }

    /// <summary>Queues an event whether it is wanted or not. Called by the loop's thread only.</summary>
    protected void Enqueue(DecisionEvent decision) => _queue.Writer.TryWrite(decision);

    /// <summary>Delivers what is queued for at most two seconds, then gives up.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _stop.CancelAfter(TimeSpan.FromSeconds(2));
        if (_worker is not null)
            await _worker.ConfigureAwait(false);
        _stop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Throws <see cref="SinkException"/> when the event should be tried again, <see cref="RefusedEventException"/> or
    /// <see cref="ImageFormatException"/> when it should not: the receiver will not have it, or its picture is damaged.
    /// </summary>
    protected abstract Task DeliverAsync(DecisionEvent decision, CancellationToken stop);

    /// <summary>Nothing gets through: logged unless that is known.</summary>
    /// <param name="problem">One line: what, where, what to do.</param>
    protected void Failing(string problem) => _trouble.Begin(problem);

    /// <summary>Something got through: logged if there was trouble.</summary>
    protected void Recovered() => _trouble.Over();

    private async Task DeliverAll()
    {
        int inHand = 0;
        try
        {
            await foreach (DecisionEvent decision in _queue.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                inHand = 1;
                await DeliverWithRetries(decision).ConfigureAwait(false);
                inHand = 0;
            }
        }
        catch (OperationCanceledException)
        {
            Interlocked.Add(ref _dropped, inHand + (_queue.Reader.CanCount ? _queue.Reader.Count : 0));
        }
    }

    private async Task DeliverWithRetries(DecisionEvent decision)
    {
        var backOff = new BackOff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                await DeliverAsync(decision, _stop.Token).ConfigureAwait(false);
                Interlocked.Increment(ref _delivered);
                _saidDamaged = false;
                Recovered();
                return;
            }
            catch (ImageFormatException e)
            {
                Interlocked.Increment(ref _dropped);
                if (!_saidDamaged)
                    SinkLog.Damaged(_log, e.Message);
                _saidDamaged = true;
                return;
            }
            catch (RefusedEventException e)
            {
                Interlocked.Increment(ref _dropped);
                Failing(e.Message);
                return;
            }
            catch (SinkException e)
            {
                Failing(e.Message);
            }
            catch (Exception e) when (e is not OperationCanceledException || !_stop.IsCancellationRequested)
            {
                // A defect, or a machine out of memory: one event is lost, not all that follow.
                Interlocked.Increment(ref _dropped);
                SinkLog.Unexpected(_log, "event", e);
                return;
            }

            await Task.Delay(backOff.Next(), _stop.Token).ConfigureAwait(false);
        }
    }
}

/// <summary>An event could not be delivered now. The message is one line: what, where, what to do.</summary>
internal sealed class SinkException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The receiver will never take this event. The message is one line: what, where, what to do.</summary>
internal sealed class RefusedEventException(string message) : Exception(message);

internal static partial class SinkLog
{
    [LoggerMessage(LogLevel.Warning, "{problem}; trying on")]
    public static partial void Failing(ILogger log, string problem);

    [LoggerMessage(LogLevel.Warning, "a damaged picture is left out: {problem}")]
    public static partial void Damaged(ILogger log, string problem);

    [LoggerMessage(LogLevel.Error, "an {item} is left out")]
    public static partial void Unexpected(ILogger log, string item, Exception exception);

    [LoggerMessage(LogLevel.Error, "{sink}: {problem}; it is told nothing until a configuration that can be used is loaded")]
    public static partial void Lost(ILogger log, string sink, string problem);

    [LoggerMessage(LogLevel.Information, "works again")]
    public static partial void Recovered(ILogger log);

    [LoggerMessage(LogLevel.Information, "{part}: works again")]
    public static partial void PartRecovered(ILogger log, string part);
}
