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
            Publishes edge-camera with NativeAOT and measures new processes of it: size of the program, time from exec to exit, peak
            memory, in {StartupBenchmark.Rounds} interleaved rounds of {StartupBenchmark.RunsPerRound} runs. Needs the folder shared.

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
        var sizes = new Grid(
            "Programs, MB", 1, "profile", "stripped", "target", "managed code", "type and static data", "constants, texts, default model",
            "unwinding", "runtime in C++", "rest");
        var owners = new Grid("Owners of what the compiler made, MB", 1, ["profile", .. ProgramOwners.Names]);
        var runs = new Grid("New processes", 2, "profile", "run", "least ms", "median ms", "processor ms, least", "peak MiB");
        var parts = new Grid(
            "Parts of one answer from a decoded image, least ms", 1, "profile", "empty program", "rest of --version", "verify", "pack",
            "verify and pack", "target", "read", "prepare", "first run", "rest", "in all", "target");
        StartupResult empty = results[0];
        double start = empty.Runs[0].LeastMilliseconds;
        foreach (StartupResult result in results)
        {
            double[] groups =
            [
                Megabytes(result, "__managedcode", "__unbox"), Megabytes(result, ".data", ".data.rel.ro"),
                Megabytes(result, ".rodata"), Megabytes(result, ".dotnet_eh_table", ".eh_frame", ".eh_frame_hdr"),
                Megabytes(result, ".text"),
            ];
            sizes.Add(
                [
                    result.Profile, Fixed(result.Bytes / 1e6, 2), Target(result.Profile),
                    .. groups.Select(g => Fixed(g, 2)), Fixed((result.Bytes / 1e6) - groups.Sum(), 2),
                ]);
            if (result.Owners.Count > 0)
                owners.Add([result.Profile, .. ProgramOwners.Names.Select(name => Fixed(result.Owners[name] / 1e6, 2))]);
            foreach (ProcessCost run in result.Runs)
            {
                runs.Add(
                    result.Profile, run.Command, Fixed(run.LeastMilliseconds, 2), Fixed(run.MedianMilliseconds, 2),
                    Fixed(run.ProcessorMilliseconds, 2), Fixed(run.PeakMebibytes, 1));
            }

            if (result.Phases is not { } p)
                continue;
            double all = Least(result, StartupBenchmark.Decoded), version = Least(result, StartupBenchmark.Version) - start;
            double load = p.Verify + p.Pack, known = start + version + load + p.Decode + p.Prepare + p.Run;
            parts.Add(
                result.Profile, Fixed(start, 2), Fixed(version, 2), Fixed(p.Verify, 2), Fixed(p.Pack, 2), Fixed(load, 2),
                $"≤ {Fixed(TargetLoadMilliseconds, 0)}", Fixed(p.Decode, 2), Fixed(p.Prepare, 2), Fixed(p.Run, 2),
                Fixed(all - known, 2), Fixed(all, 2), $"≤ {Fixed(TargetMilliseconds, 0)}");
        }

        return new Section(
            "Start-up, memory and size of edge-camera",
            [
                $"{Machine.Describe()}; commit {Machine.Commit()}; NativeAOT.",
                $"New processes, exec to exit, {StartupBenchmark.Network} int8 and one photograph, one thread: {StartupBenchmark.Rounds} "
                    + $"interleaved rounds of {StartupBenchmark.RunsPerRound} runs; medians are those of the quietest round. Target for one "
                    + $"answer: {Fixed(TargetMilliseconds, 0)} ms and {Fixed(TargetMebibytes, 0)} MiB.",
            ],
            [sizes, owners, runs, parts]);

        static double Megabytes(StartupResult result, params string[] sections) =>
            sections.Sum(s => result.Sections.GetValueOrDefault(s)) / 1e6;

        static double Least(StartupResult result, string command) => result.Runs.First(r => r.Command == command).LeastMilliseconds;

        static string Target(string profile) => profile switch { "minimal" => "≤ 4", "full" => "≤ 18", _ => "" };
    }
}
