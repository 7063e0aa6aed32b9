using Microsoft.Extensions.Logging;

namespace Edge.Camera.Sinks;

/// <summary>What keeps a sink from working: logged once when it begins, and once when it is over. Any thread.</summary>
internal sealed class SinkTrouble(string sink, ILogger log)
{
    private string? _problem;

    /// <summary>One line; null when all is well.</summary>
    public string? Now => Volatile.Read(ref _problem);

    /// <param name="problem">One line: what, where, what to do.</param>
    public void Begin(string problem)
    {
        if (Interlocked.Exchange(ref _problem, problem) is null)
            SinkLog.Failing(log, sink, problem);
    }

    public void Over()
    {
        if (Interlocked.Exchange(ref _problem, null) is not null)
            SinkLog.Recovered(log, sink);
    }
}
