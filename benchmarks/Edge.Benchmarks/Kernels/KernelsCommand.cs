using System.CommandLine;
using System.Text.Json;
using Edge.Benchmarks.Reporting;
using Edge.Benchmarks.Timing;
using Edge.Quantizer.Commands;
using static Edge.Benchmarks.Reporting.Figures;

namespace Edge.Benchmarks.Kernels;

/// <summary>The command <c>kernels</c>: every convolution kernel on typical layers, and whether the dispatcher picks the best.</summary>
internal static class KernelsCommand
{
    /// <summary>Most that a picked kernel may be slower than the fastest one.</summary>
    private const double Tolerance = 1.05;

    private const int DefaultRounds = 40;

    public static ResultPart Part { get; } = new("kernels", progress => SectionOf(Measure(null, DefaultRounds, progress)));

    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "rounds of about 2 ms per kernel and layer", DefaultValueFactory = _ => DefaultRounds, HelpName = "N" };
        var layers = new Option<string?>("--layers") { Description = "only layers whose description has this text, for example depthwise or MobileNet", HelpName = "text" };
        var json = new Option<bool>("--json") { Description = "print JSON" };
        var command = new Command(
            "kernels",
            $"""
            Times every registered convolution kernel that this core runs on typical layers, one thread, turn by turn, and marks the one that
            the dispatcher picks. Exit code 1 when it picks one that is more than {(Tolerance - 1) * 100:F0} % slower than the fastest.

            Examples:
              kernels --layers depthwise
              kernels --layers "13×13" --rounds 200
            """)
        {
            rounds, layers, json,
        };
        command.SetAction(parsed =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            LayerKernels[] results = Measure(
                parsed.GetValue(layers), Math.Max(1, parsed.GetValue(rounds)), parsed.InvocationConfiguration.Error);
            if (parsed.GetValue(json))
                output.WriteLine(JsonSerializer.Serialize(results, KernelJson.Default.LayerKernelsArray));
            else
                SectionText.Print(SectionOf(results), output);
            LayerKernels[] bad = [.. results.Where(r => r.Loss > Tolerance)];
            foreach (LayerKernels layer in bad)
            {
                parsed.InvocationConfiguration.Error.WriteLine(
                    $"{layer.Layer}: {layer.Kernels.First(k => k.Picked).Kernel} is picked, {layer.Kernels[0].Kernel} is {Percent(layer.Loss - 1)} faster");
            }

            return bad.Length == 0 ? CommandHost.Success : CommandHost.Failure;
        });
        return command;
    }

    private static LayerKernels[] Measure(string? filter, int rounds, TextWriter progress)
    {
        var results = new List<LayerKernels>();
        foreach (LayerShape shape in LayerShape.Typical)
        {
            if (filter is not null && !$"{shape.Network} {shape}".Contains(filter, StringComparison.OrdinalIgnoreCase))
                continue;
            progress.WriteLine($"measuring {shape}");
            results.Add(KernelBenchmark.Measure(shape, rounds, Tolerance));
        }

        return [.. results];
    }

    private static Section SectionOf(LayerKernels[] results)
    {
        double peak = Enumerable.Range(0, 10).Max(_ => Int8Peak.Measure(1));
        var grid = new Grid(
            $"Kernels, fastest first; peak {Fixed(peak, 1)} GMAC/s ({Int8Peak.Instruction})", 4,
            "layer", "network", "kernel", "picked", "µs", "GMAC/s", "of peak", "÷ fastest");
        foreach (LayerKernels layer in results)
        {
            foreach (KernelSpeed k in layer.Kernels)
            {
                bool first = k == layer.Kernels[0];
                grid.Add(
                    first ? layer.Layer : "", first ? layer.Network : "", k.Kernel, k.Picked ? "✓" : "", Fixed(k.Microseconds, 1),
                    Fixed(k.GigaMacsPerSecond, 1), Percent(k.GigaMacsPerSecond / peak), Fixed(k.Microseconds / layer.Kernels[0].Microseconds, 2));
            }
        }

        int bad = results.Count(r => r.Loss > Tolerance);
        return new Section(
            "Convolution kernels",
            [
                $"{Machine.Describe()}; commit {Machine.Commit()}.",
                "Every registered kernel that this core runs, one thread, least time of a call; operands stay in the caches.",
                $"The dispatcher picks a kernel more than {Fixed((Tolerance - 1) * 100, 0)} % slower than the fastest for {bad} of {results.Length} layers.",
            ],
            [grid]);
    }
}
