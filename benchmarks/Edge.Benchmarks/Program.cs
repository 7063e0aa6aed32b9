using System.CommandLine;
using BenchmarkDotNet.Running;
using Edge.Benchmarks.Instructions;
using Edge.Benchmarks.Kernels;
using Edge.Benchmarks.Networks;
using Edge.Benchmarks.Packages;
using Edge.Benchmarks.Preprocessing;
using Edge.Benchmarks.Reporting;
using Edge.Benchmarks.Startup;
using Edge.Benchmarks.Training;
using Edge.Quantizer.Commands;

// A command is one line here; a section of benchmarks/RESULTS.md is one more below.
var host = new CommandHost(
    "edge-benchmarks",
    "Measures what the programs do: speed, instructions, memory.",
    [
        NetworksCommand.Create,
        InstructionsCommand.Create,
        KernelsCommand.Create,
        PreprocessingCommand.Create,
        StartupCommand.Create,
        TrainingCommand.Create,
        () => ResultsCommand.Create(
        [
            NetworksCommand.Part,
            InstructionsCommand.Part,
            KernelsCommand.Part,
            PreprocessingCommand.Part,
            StartupCommand.Part,
        ]),
        Micro,
    ]);
return host.Run(args, Console.Out, Console.Error);

static Command Micro()
{
    var command = new Command("micro", "Runs BenchmarkDotNet; takes its options, for example --filter '*'.")
    {
        TreatUnmatchedTokensAsErrors = false,
    };
    command.SetAction(parsed =>
    {
        BenchmarkSwitcher.FromAssembly(typeof(PackageBenchmarks).Assembly).Run([.. parsed.UnmatchedTokens]);
    });
    return command;
}
