using System.CommandLine;
using Edge.Camera.Classification;
using Edge.Runtime.Execution;

namespace Edge.Camera.Commands;

/// <summary><c>edge-camera bench [model.edge]</c>.</summary>
internal static class BenchCommand
{
    private const int DefaultRuns = 100;
    private const int MaxRuns = 1_000_000;

    public static Command Create()
    {
        Argument<string?> model = new("model")
        {
            Description = "The packed network (.edge); without one, the built-in traffic signs.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<int> threads = SharedArguments.Threads();
        Option<int> runs = SharedArguments.Number("--runs", 1, MaxRuns, DefaultRuns, "Timed runs, after some to warm up.");
        Option<bool> perLayer = new("--per-layer") { Description = "Add a table of every layer's kernel, time and GMAC/s." };
        Option<bool> json = new("--json") { Description = "Print one JSON document instead of text." };
        Command command = new("bench", "Measures how fast this device runs a network, from quantized image to scores.")
        {
            model, threads, runs, perLayer, json,
        };
        command.SetAction(parsed =>
        {
            ModelSource source = parsed.GetValue(model) is { } path ? ModelSource.File(path) : ModelSource.BuiltIn;
            using Classifier classifier = Classifier.Load(source, parsed.GetValue(threads));
            BenchmarkReport report = classifier.Measure(parsed.GetValue(runs), parsed.GetValue(perLayer));
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                output.WriteLine(report.ToJson());
            else
                BenchmarkText.Write(output, report);
            return ExitCode.Success;
        });
        return command;
    }
}
