namespace Edge.Quantizer.Reports;

/// <summary>How far long work is: one line that is written over on a terminal, one line per phase elsewhere.</summary>
internal sealed class ProgressLine(TextWriter error) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly bool _terminal = !Console.IsErrorRedirected && ReferenceEquals(error, Console.Error);
    private string _phase = "";
    private long _last;

    public void Show(string phase, int done, int total)
    {
        if (!_terminal)
        {
            if (phase != _phase)
                error.WriteLine($"{phase} …");
            _phase = phase;
            return;
        }

        long now = System.Diagnostics.Stopwatch.GetTimestamp();
        if (phase == _phase && done < total && System.Diagnostics.Stopwatch.GetElapsedTime(_last, now) < Interval)
            return;
        (_phase, _last) = (phase, now);
        error.Write($"\r\u001b[K{phase} {done}/{total}");
    }

    /// <summary>Takes the line away.</summary>
    public void Clear()
    {
        if (_terminal && _phase.Length > 0)
            error.Write("\r\u001b[K");
        _phase = "";
    }

    public void Dispose() => Clear();
}
