using Microsoft.Extensions.Logging;

namespace Edge.Camera.Sinks;

/// <summary>What keeps a sink from working: logged once when it begins, and once when it is over. Any thread.</summary>
/// <param name="log">Of the sink: its category is the sink's name.</param>
/// <param name="part">What of the sink this is about; null for all of it.</param>
internal sealed class SinkTrouble(ILogger log, string? part = null)
{
    private string? _problem;

    /// <summary>One line; null when all is well.</summary>
    public string? Now => Volatile.Read(ref _problem);

    /// <param name="problem">One line: what, where, what to do.</param>
    public void Begin(string problem)
    {
        if (Interlocked.Exchange(ref _problem, problem) is null)
            SinkLog.Failing(log, problem);
    }

    public void Over()
    {
        if (Interlocked.Exchange(ref _problem, null) is null)
            return;
        if (part is null)
            SinkLog.Recovered(log);
        else
            SinkLog.PartRecovered(log, part);
    }
}
