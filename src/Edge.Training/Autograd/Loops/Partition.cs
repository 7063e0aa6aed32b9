namespace Edge.Training.Autograd.Loops;

/// <summary>Static cuts of loops among workers: which worker gets what depends on their number only.</summary>
internal static class Partition
{
    /// <summary>Elements below which waking another thread costs more than it saves.</summary>
    private const int Grain = 4096;

    /// <summary>
    /// Calls the body on disjoint ranges that cover [0, <paramref name="count"/>), for loops over single elements.
    /// </summary>
    public static void Elements(Workers workers, int count, Action<int, int> body)
    {
        int pieces = (count + Grain - 1) / Grain;
        if (pieces <= 1)
            body(0, count);
        else
            workers.Run(pieces, (first, end) => body(first * Grain, Math.Min(count, end * Grain)));
    }

    /// <summary>
    /// Calls the body once for every worker number w with its part of [0, <paramref name="count"/>): body(w, first, end). For
    /// sums that each worker keeps for itself.
    /// </summary>
    public static void Parts(Workers workers, int count, Action<int, int, int> body) =>
        workers.Run(workers.Count, (firstWorker, endWorker) =>
        {
            for (int w = firstWorker; w < endWorker; w++)
                body(w, (int)((long)count * w / workers.Count), (int)((long)count * (w + 1) / workers.Count));
        });
}
