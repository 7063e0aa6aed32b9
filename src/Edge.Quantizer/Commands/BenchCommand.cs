using System.CommandLine;
using Edge.Quantizer.Reports;
using Edge.Runtime.Execution;

namespace Edge.Quantizer.Commands;

/// <summary>edge-quantizer bench: how fast a package runs on this machine.</summary>
internal static class BenchCommand
{
    private const int MaxRuns = 1_000_000;
    private const int DefaultRuns = 100;

    public static Command Create()
    {
        Argument<string> file = ModelInput.PackageArgument();
        Option<int> threads = NumberOption.Create("--threads", "threads that share each layer; 0 takes one per core", 0, NumberOption.MaxThreads, 1);
        Option<int> runs = NumberOption.Create("--runs", "timed runs, after some to warm up", 1, MaxRuns, DefaultRuns);
        var perLayer = new Option<bool>("--per-layer") { Description = "add a table of every layer's kernel, time and GMAC/s" };
        var json = new Option<bool>("--json") { Description = "print the same figures as JSON" };
        var command = new Command(
            "bench",
            """
            Measures how fast a package runs here, from quantized image to scores: median and least time, multiply-accumulates per
            second, memory. The same command of edge-camera measures on the device.

            Examples:
              edge-quantizer bench squeezenet.edge
              edge-quantizer bench squeezenet.edge --threads 2 --runs 500 --per-layer
              edge-quantizer bench squeezenet.edge --per-layer --json > bench.json
            """)
        {
            file, threads, runs, perLayer, json,
        };
        command.SetAction(parsed =>
        {
            string path = parsed.GetRequiredValue(file);
            using var session = new Session(
                ModelInput.LoadPackage(path), new SessionOptions { Threads = parsed.GetValue(threads) });
            BenchmarkReport report = SessionBenchmark.Measure(session, parsed.GetValue(runs), parsed.GetValue(perLayer));
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                output.WriteLine(report.ToJson());
            else
                BenchmarkTable.Write(Tables.Console(output), path, report);
        });
        return command;
    }
}
