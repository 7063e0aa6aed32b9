using Edge.Camera.Sinks;

namespace Edge.Camera.Web;

/// <summary>The last decisions, numbered, with small pictures as long as a budget lasts. Any thread.</summary>
/// <param name="maxBytes">Of all pictures together; the oldest give way.</param>
internal sealed class DecisionHistory(int maxBytes = 1 << 20)
{
    private const int Kept = 50;

    private readonly Queue<Entry> _last = new(Kept);
    private long _number;

    /// <summary>Decisions so far; the last one's number.</summary>
    public long Count => Interlocked.Read(ref _number);

    /// <param name="decision">Newer than all before.</param>
    /// <param name="picture">A JPEG file; null for none.</param>
    public void Add(DecisionEvent decision, byte[]? picture)
    {
        lock (_last)
        {
            if (_last.Count == Kept)
                _last.Dequeue();
            if (picture?.Length > maxBytes)
                picture = null;
            _last.Enqueue(new Entry(HistoryDocument.Of(_number + 1, decision, picture is not null), picture));
            Interlocked.Increment(ref _number);
            DropPictures();
        }
    }

    /// <summary>Oldest first.</summary>
    /// <param name="number">Of the last one that the caller knows; 0 for none.</param>
    public HistoryDocument[] After(long number)
    {
        lock (_last)
            return [.. _last.Select(d => d.Decision).Where(d => d.Number > number)];
    }

    /// <summary>The picture of a decision; null when there is none or no more.</summary>
    public byte[]? Picture(long number)
    {
        lock (_last)
            return _last.FirstOrDefault(d => d.Decision.Number == number)?.Picture;
    }

    private void DropPictures()
    {
        int bytes = _last.Sum(d => d.Picture?.Length ?? 0);
        foreach (Entry entry in _last)
        {
            if (bytes <= maxBytes)
                return;
            bytes -= entry.Picture?.Length ?? 0;
            entry.Drop();
        }
    }

    private sealed class Entry(HistoryDocument decision, byte[]? picture)
    {
        public HistoryDocument Decision { get; private set; } = decision;

        public byte[]? Picture { get; private set; } = picture;

        public void Drop()
        {
            Picture = null;
            Decision = Decision with { Picture = false };
        }
    }
}

/// <param name="Number">From 1, since the page was started.</param>
/// <param name="Picture">Whether <c>/history/NUMBER.jpg</c> shows it.</param>
internal sealed record HistoryDocument(
    long Number, bool Picture, DateTimeOffset Time, string Camera, string? Region, string Label, int Class, float Score,
    long Frame)
{
    public static HistoryDocument Of(long number, DecisionEvent decision, bool picture) => new(
        number, picture, decision.Time, decision.Camera, decision.Region, decision.Label, decision.Class, decision.Score,
        decision.Frame);
}
