using System.CommandLine;
using System.Text.Json;
using Edge.Benchmarks.Reporting;
using static Edge.Benchmarks.Reporting.Figures;

namespace Edge.Benchmarks.Startup;

/// <summary>The command <c>startup</c>: size of edge-camera, and time and memory of a single answer.</summary>
internal static class StartupCommand
{
    private const double TargetMilliseconds = 9;
    private const double TargetMebibytes = 20;
    private const double TargetLoadMilliseconds = 3;

    private static readonly string[] Profiles = ["full", "minimal"];

    public static ResultPart Part { get; } = new("startup", progress => SectionOf(StartupBenchmark.Measure(Profiles, progress)));

    public static Command Create()
    {
        var profiles = new Option<string[]>("--profiles")
        {
            Description = "build profiles of edge-camera",
            HelpName = "names",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => Profiles,
        };
        profiles.AcceptOnlyFromAmong(Profiles);
        var json = new Option<bool>("--json") { Description = "print JSON" };
        var command = new Command(
            "startup",
            $"""
            Publishes edge-camera with NativeAOT and measures new processes of it, {StartupBenchmark.Runs} each: size of the program, time from
            exec to exit, peak memory. Needs the folder shared.

            Example:
              startup --profiles minimal
            """)
        {
            profiles, json,
        };
        command.SetAction(parsed =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            StartupResult[] results = StartupBenchmark.Measure(
                parsed.GetValue(profiles)!, parsed.InvocationConfiguration.Error);
            if (parsed.GetValue(json))
                output.WriteLine(JsonSerializer.Serialize(results, StartupJson.Default.StartupResultArray));
            else
                SectionText.Print(SectionOf(results), output);
        });
        return command;
    }

    private static Section SectionOf(StartupResult[] results)
    {
        var sizes = new Grid("Programs", 1, "profile", "stripped MB", "target", "verify and pack, least ms", "target");
        var runs = new Grid("New processes", 2, "profile", "run", "least ms", "median ms", "processor ms, least", "peak MiB");
        foreach (StartupResult result in results)
        {
            sizes.Add(
                result.Profile, Fixed(result.Bytes / 1e6, 2), result.Profile == "minimal" ? "≤ 4" : "≤ 18",
                Fixed(result.VerifyAndPackMilliseconds, 2), $"≤ {Fixed(TargetLoadMilliseconds, 0)}");
            foreach (ProcessCost run in result.Runs)
            {
                runs.Add(
                    result.Profile, run.Command, Fixed(run.LeastMilliseconds, 2), Fixed(run.MedianMilliseconds, 2),
                    Fixed(run.ProcessorMilliseconds, 2), Fixed(run.PeakMebibytes, 1));
            }
        }

        return new Section(
            "Start-up, memory and size of edge-camera",
            [
                $"{Machine.Describe()}; commit {Machine.Commit()}; NativeAOT.",
                $"{StartupBenchmark.Runs} new processes each, exec to exit, {StartupBenchmark.Network} int8 and one JPEG photograph, one thread. "
                    + $"Target for one answer: {Fixed(TargetMilliseconds, 0)} ms and {Fixed(TargetMebibytes, 0)} MiB.",
            ],
            [sizes, runs]);
    }
}
