namespace Edge.Tests;

internal static class Allocation
{
    private const int Attempts = 10;

    /// <summary>
    /// Managed bytes that one run of <paramref name="action"/> allocates, after a first run that may grow buffers: the fewest of
    /// several runs, because a garbage collection in between counts the rest of the thread's allocation window.
    /// </summary>
    public static long Of(Action action)
    {
        action();
        long fewest = long.MaxValue;
        for (int i = 0; i < Attempts && fewest > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return fewest;
    }
}
