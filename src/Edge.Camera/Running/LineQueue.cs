namespace Edge.Camera.Running;

/// <summary>
/// Writes lines on a thread of its own, so that a stopped terminal or a full pipe holds up nobody. Where too many wait, newer ones are
/// dropped, and their number is written as soon as the others are.
/// </summary>
internal sealed class LineQueue : IDisposable
{
    private const int Capacity = 2500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly TextWriter _to;
    private readonly Queue<string> _lines = new();
    private readonly Thread _writer;
    private int _dropped;
    private bool _ended;

    /// <param name="to">Where lines go; the queue does not close it.</param>
    public LineQueue(TextWriter to)
    {
        _to = to;
        _writer = new Thread(WriteAll) { Name = "log", IsBackground = true };
        _writer.Start();
    }

    public void Add(string line)
    {
        lock (_lines)
        {
            if (_lines.Count == Capacity)
            {
                _dropped++;
                return;
            }

            _lines.Enqueue(line);
            Monitor.Pulse(_lines);
        }
    }

    /// <summary>Waits until all is written, for at most two seconds.</summary>
    public void Dispose()
    {
        lock (_lines)
        {
            _ended = true;
            Monitor.Pulse(_lines);
        }

        _writer.Join(Patience);
    }

    private void WriteAll()
    {
        while (Next() is { } line)
        {
            try
            {
                _to.WriteLine(line);
            }
            catch (IOException)
            {
                // A log that cannot be written is no reason to stop watching.
            }
        }
    }

    /// <summary>Null at the end.</summary>
    private string? Next()
    {
        lock (_lines)
        {
            while (true)
            {
                if (_lines.TryDequeue(out string? line))
                    return line;
                if (_dropped > 0)
                {
                    int dropped = _dropped;
                    _dropped = 0;
                    return $"{dropped} lines of the log could not be written in time";
                }

                if (_ended)
                    return null;
                Monitor.Wait(_lines);
            }
        }
    }
}
