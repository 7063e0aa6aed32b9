using System.Diagnostics;

namespace Edge.Benchmarks.Timing;

/// <summary>
/// Times several actions side by side: rounds in which each runs some times in a row, so that a disturbance of the machine hits
/// all of them.
/// </summary>
internal sealed class InterleavedTimer
{
    private const int WarmUpRuns = 3;

    /// <summary>Longer than spinning threads of a library wait for more work.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly List<(Action Prepare, Action Run, Action<TimeSpan>? Timed, List<double[]> Rounds)> _contenders = [];

    /// <param name="prepare">Done before every run, not timed.</param>
    /// <param name="run">What is timed.</param>
    /// <param name="timed">Told the time of every run that counts.</param>
    public void Add(Action prepare, Action run, Action<TimeSpan>? timed = null) => _contenders.Add((prepare, run, timed, []));

    /// <summary>Measures; every round of an action starts with runs that do not count. Measuring again adds rounds.</summary>
    /// <param name="betweenRounds">Done at the start of every round.</param>
    public void Measure(int rounds, int runs, Action betweenRounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            betweenRounds();
            foreach ((Action prepare, Action run, Action<TimeSpan>? timed, List<double[]> times) in _contenders)
            {
                Thread.Sleep(Pause);
                double[] milliseconds = new double[runs];
                for (int i = -WarmUpRuns; i < runs; i++)
                {
                    prepare();
                    long start = Stopwatch.GetTimestamp();
                    run();
                    TimeSpan time = Stopwatch.GetElapsedTime(start);
                    if (i < 0)
                        continue;
                    milliseconds[i] = time.TotalMilliseconds;
                    timed?.Invoke(time);
                }

                times.Add(milliseconds);
            }
        }
    }

    /// <summary>What was measured of an action, in the order of <see cref="Add"/>.</summary>
    public RunTimes Times(int contender) => RunTimes.Of(_contenders[contender].Rounds);
}
