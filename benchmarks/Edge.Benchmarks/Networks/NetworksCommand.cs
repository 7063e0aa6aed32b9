using System.CommandLine;
using System.Text.Json;
using Edge.Benchmarks.Packages;
using Edge.Benchmarks.Reporting;

namespace Edge.Benchmarks.Networks;

/// <summary>The command <c>networks</c>: whole networks beside ONNX Runtime and the machine's peak.</summary>
internal static class NetworksCommand
{
    private const int DefaultRounds = 8;
    private const int DefaultRuns = 25;

    /// <summary>The section of the results: one and two threads.</summary>
    public static ResultPart Part { get; } = new("networks", progress => NetworkSection.Of(NetworkBenchmark.Measure(
        BenchmarkNetwork.All, new NetworkEffort(Math.Min(2, Environment.ProcessorCount), DefaultRounds, DefaultRuns), progress)));

    public static Command Create()
    {
        var threads = new Option<int>("--threads") { Description = "also measure with so many threads", DefaultValueFactory = _ => 1, HelpName = "N" };
        var rounds = new Option<int>("--rounds") { Description = "rounds of all contenders", DefaultValueFactory = _ => DefaultRounds, HelpName = "N" };
        var runs = new Option<int>("--runs") { Description = "timed runs of each contender per round", DefaultValueFactory = _ => DefaultRuns, HelpName = "N" };
        Option<string[]> networks = NamesOption();
        var json = new Option<bool>("--json") { Description = "print JSON" };
        var command = new Command(
            "networks",
            """
            Times networks at 224x224 in our kernels and in ONNX Runtime (u8s8), in one process and turn by turn, beside the int8 peak of
            the machine measured in the same rounds. Needs the folder shared for calibration photographs, and ONNX Runtime.

            Examples:
              networks --networks squeezenet-1.1,mobilenet-v1-1.0
              networks --threads 2 --rounds 12 --json
            """)
        {
            threads, rounds, runs, networks, json,
        };
        foreach (Option<int> option in new[] { threads, rounds, runs })
        {
            option.Validators.Add(result =>
            {
                if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && value < 1)
                    result.AddError($"{option.Name} takes a number from 1 on");
            });
        }

        command.SetAction(parsed =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            NetworkResults results = NetworkBenchmark.Measure(
                BenchmarkNetwork.Select(Names(parsed.GetValue(networks))),
                new NetworkEffort(parsed.GetValue(threads), parsed.GetValue(rounds), parsed.GetValue(runs)),
                parsed.InvocationConfiguration.Error);
            if (parsed.GetValue(json))
                output.WriteLine(JsonSerializer.Serialize(results, NetworkJson.Default.NetworkResults));
            else
                SectionText.Print(NetworkSection.Of(results), output);
        });
        return command;
    }

    /// <summary>An option that takes names of networks, separated by commas or blanks.</summary>
    public static Option<string[]> NamesOption() => new("--networks")
    {
        Description = "names, separated by commas; without it all",
        HelpName = "a,b",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>The names given to <see cref="NamesOption"/>.</summary>
    public static string[] Names(string[]? values) =>
        [.. (values ?? []).SelectMany(v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
}
