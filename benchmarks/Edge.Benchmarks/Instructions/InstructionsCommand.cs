using System.CommandLine;
using System.Text.Json;
using Edge.Benchmarks.Networks;
using Edge.Benchmarks.Packages;
using Edge.Benchmarks.Reporting;

namespace Edge.Benchmarks.Instructions;

/// <summary>The command <c>instructions</c>: exact instruction counts on ARM64 cores.</summary>
internal static class InstructionsCommand
{
    private static readonly string[] Cores = [InstructionCounter.CortexA76, InstructionCounter.CortexA72];

    public static ResultPart Part { get; } = new(
        "instructions", progress => InstructionSection.Of(InstructionCounter.Count(BenchmarkNetwork.All, Cores, progress)));

    public static Command Create()
    {
        Option<string[]> networks = NetworksCommand.NamesOption();
        var cores = new Option<string[]>("--cores")
        {
            Description = "core models",
            HelpName = "names",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => Cores,
        };
        cores.AcceptOnlyFromAmong(Cores);
        var json = new Option<bool>("--json") { Description = "print JSON" };
        var command = new Command(
            "instructions",
            """
            Counts the instructions of one warm inference on emulated ARM64 cores, by kind, beside targets and measured peers. Needs the
            folder shared; the first run sets its emulation up.

            Examples:
              instructions --networks mobilenet-v2-1.0 --cores cortex-a76
              instructions --json
            """)
        {
            networks, cores, json,
        };
        command.SetAction(parsed =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            IReadOnlyList<InstructionCounts> counts = InstructionCounter.Count(
                BenchmarkNetwork.Select(NetworksCommand.Names(parsed.GetValue(networks))),
                parsed.GetValue(cores)!, parsed.InvocationConfiguration.Error);
            if (parsed.GetValue(json))
                output.WriteLine(JsonSerializer.Serialize([.. counts], InstructionJson.Default.InstructionCountsArray));
            else
                SectionText.Print(InstructionSection.Of(counts), output);
        });
        return command;
    }
}
