using System.Diagnostics;
using System.Text.Json.Serialization;
using Edge.Runtime.Execution;
using Edge.Runtime.Kernels.Conv;

namespace Edge.Benchmarks.Kernels;

/// <summary>One kernel on one layer, one thread.</summary>
/// <param name="Microseconds">Least of all rounds.</param>
/// <param name="Picked">Whether the dispatcher uses it here.</param>
internal sealed record KernelSpeed(string Kernel, double Microseconds, double GigaMacsPerSecond, bool Picked);

/// <summary>All kernels that accept a layer, fastest first.</summary>
/// <param name="Layer">Geometry.</param>
/// <param name="Network">A network that has such a layer.</param>
internal sealed record LayerKernels(string Layer, string Network, KernelSpeed[] Kernels)
{
    /// <summary>Time of the kernel that the dispatcher picks ÷ time of the fastest.</summary>
    public double Loss => Kernels.First(k => k.Picked).Microseconds / Kernels[0].Microseconds;
}

/// <summary>Times every registered convolution kernel that this core runs, turn by turn.</summary>
internal static class KernelBenchmark
{
    /// <summary>A kernel this much slower than the best is not worth more than one round.</summary>
    private const double Hopeless = 4;

    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(2);

    /// <summary>Measures a layer; more rounds where the pick seems worse than <paramref name="tolerance"/> allows.</summary>
    /// <param name="rounds">Rounds of about 2 ms per kernel.</param>
    /// <param name="tolerance">Largest <see cref="LayerKernels.Loss"/> that is taken without a second look.</param>
    public static LayerKernels Measure(LayerShape shape, int rounds, double tolerance)
    {
        const int looks = 4;
        using var operands = new LayerOperands(shape);
        var problem = ConvProblem.From(operands.Operator, operands);
        ConvKernel picked = ConvKernelTable.Choose(problem, InstructionSets.Best);
        var candidates = new List<(ConvKernel Kernel, PreparedOperator Operator)>();
        foreach (ConvKernel kernel in ConvKernelTable.Kernels)
        {
            if (InstructionSets.IsSupported(kernel.InstructionSet) && kernel.Accepts(problem))
                candidates.Add((kernel, kernel.Prepare(problem, operands)));
        }

        double[] least = new double[candidates.Count];
        for (int i = 0; i < least.Length; i++)
            least[i] = Time(candidates[i].Operator);
        LayerKernels result = Result();
        for (int look = 0; look < looks && (look == 0 || result.Loss > tolerance); look++)
        {
            for (int round = 0; round < rounds; round++)
            {
                double best = least.Min();
                for (int i = 0; i < least.Length; i++)
                {
                    if (least[i] < best * Hopeless || candidates[i].Kernel == picked)
                        least[i] = Math.Min(least[i], Time(candidates[i].Operator));
                }
            }

            result = Result();
        }

        candidates.ForEach(c => c.Operator.Dispose());
        return result;

        LayerKernels Result() => new(shape.ToString(), shape.Network, [.. candidates
            .Select((c, i) => new KernelSpeed(
                c.Kernel.Name, least[i] * 1e6, c.Operator.MultiplyAccumulates / (least[i] * 1e9), c.Kernel == picked))
            .OrderBy(k => k.Microseconds)]);
    }

    /// <summary>Least seconds of the calls that fit into a slice.</summary>
    private static double Time(PreparedOperator op)
    {
        double least = double.PositiveInfinity;
        long start = Stopwatch.GetTimestamp();
        do
        {
            long begin = Stopwatch.GetTimestamp();
            op.Run(0, op.Pieces);
            least = Math.Min(least, Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(start) < Slice);
        return least;
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LayerKernels[]))]
internal sealed partial class KernelJson : JsonSerializerContext;
