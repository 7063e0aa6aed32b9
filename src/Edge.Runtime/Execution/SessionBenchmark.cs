using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Edge.Runtime.Execution;

/// <summary>Measures how fast a session runs on this machine.</summary>
public static class SessionBenchmark
{
    private const int WarmUpRuns = 5;

    /// <summary>Any seed would do: the kernels' speed does not depend on what an image shows.</summary>
    private const ulong Seed = 1;

    /// <summary>The JIT needs some periods of 100 ms until it has compiled the kernels with full optimization.</summary>
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromMilliseconds(RuntimeFeature.IsDynamicCodeCompiled ? 600 : 0);

    /// <summary>
    /// Runs the session, from quantized input to scores: warm-up runs, then <paramref name="runs"/> that are timed, then, for the
    /// layers, as many again with a clock between the operators.
    /// </summary>
    /// <param name="session">No other thread may use it meanwhile.</param>
    /// <param name="runs">Timed runs, at least 1.</param>
    /// <param name="perLayer">Whether to time the operators too.</param>
    public static BenchmarkReport Measure(Session session, int runs, bool perLayer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < WarmUpRuns || Stopwatch.GetElapsedTime(start) < WarmUpTime; i++)
            Run(session);

        double[] times = new double[runs];
        for (int i = 0; i < runs; i++)
            times[i] = Run(session);
        IReadOnlyList<OperatorProfile> operators = session.CreateProfile().Operators;
        return new BenchmarkReport
        {
            Network = session.Model.Manifest.Network,
            InstructionSet = session.InstructionSet,
            Threads = session.Threads,
            Runs = runs,
            MedianMilliseconds = Median(times),
            LeastMilliseconds = times.Min(),
            MultiplyAccumulates = operators.Sum(o => o.MultiplyAccumulates),
            ArenaBytes = session.Model.Manifest.ArenaSize,
            PackageBytes = session.Model.FileLength,
            VerificationMilliseconds = session.Model.VerificationTime.TotalMilliseconds,
            PreparationMilliseconds = session.PreparationTime.TotalMilliseconds,
            Layers = perLayer ? Layers(session, runs) : null,
        };
    }

    private static LayerTime[] Layers(Session session, int runs)
    {
        var profiles = new IReadOnlyList<OperatorProfile>[runs];
        for (int i = 0; i < runs; i++)
        {
            SelfTestRunner.Fill(session.Input, Seed);
            Profile profile = session.CreateProfile();
            session.Run(profile);
            profiles[i] = profile.Operators;
        }

        var layers = new LayerTime[profiles[0].Count];
        for (int i = 0; i < layers.Length; i++)
        {
            OperatorProfile op = profiles[0][i];
            double[] times = Array.ConvertAll(profiles, p => p[i].Milliseconds);
            layers[i] = new LayerTime(op.Name, op.Kernel, op.MultiplyAccumulates, Median(times) * 1000);
        }

        return layers;
    }

    /// <summary>Milliseconds of one run.</summary>
    private static double Run(Session session)
    {
        // A run uses up its input.
        SelfTestRunner.Fill(session.Input, Seed);
        long start = Stopwatch.GetTimestamp();
        session.Run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Median(double[] values)
    {
        double[] sorted = [.. values];
        Array.Sort(sorted);
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
