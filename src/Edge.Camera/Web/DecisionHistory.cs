using Edge.Camera.Sinks;

namespace Edge.Camera.Web;

/// <summary>The last decisions, numbered. Any thread.</summary>
internal sealed class DecisionHistory
{
    private const int Kept = 50;

    private readonly Queue<NumberedDecision> _last = new(Kept);
    private long _number;

    public long Count => Interlocked.Read(ref _number);

    public void Add(DecisionEvent decision)
    {
        lock (_last)
        {
            if (_last.Count == Kept)
                _last.Dequeue();
            _last.Enqueue(new NumberedDecision(_number + 1, DecisionDocument.Of(decision)));
            Interlocked.Increment(ref _number);
        }
    }

    /// <summary>Oldest first.</summary>
    /// <param name="number">Of the last one that the caller knows; 0 for none.</param>
    public NumberedDecision[] After(long number)
    {
        lock (_last)
            return [.. _last.Where(d => d.Number > number)];
    }
}

/// <summary>From 1, since the page was started.</summary>
internal sealed record NumberedDecision(long Number, DecisionDocument Decision);
