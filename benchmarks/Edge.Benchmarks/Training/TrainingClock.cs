using System.Diagnostics;

namespace Edge.Benchmarks.Training;

/// <summary>
/// What counts as time: the wall clock, or the processor time of all threads divided by their number, which a busy machine
/// disturbs less but which does not see threads that wait for each other.
/// </summary>
internal sealed class TrainingClock(bool processorTime, int threads)
{
    public double Seconds(Action action)
    {
        if (processorTime)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            action();
            return (Environment.CpuUsage.TotalTime - before).TotalSeconds / threads;
        }

        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
