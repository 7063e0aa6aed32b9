using System.Globalization;
using System.Text.Json;
using Edge.Tests;

namespace Edge.Benchmarks.Startup;

/// <summary>A program that is started over and over, and the least of what its runs took.</summary>
/// <param name="name">Of the build profile.</param>
/// <param name="path">Of the program.</param>
/// <param name="owners">Whose code and data it is made of.</param>
/// <param name="commands">What runs are called, and their arguments.</param>
/// <param name="answer">A package and a decoded picture to tell the parts of an answer apart with.</param>
internal sealed class StartedProgram(
    string name, string path, Dictionary<string, long> owners, (string Name, string[] Arguments)[] commands,
    (string Package, string Picture)? answer)
{
    private readonly ProcessCost[] _runs =
        [.. commands.Select(c => new ProcessCost(c.Name, double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity, 0))];

    private readonly double[] _phases = [.. Enumerable.Repeat(double.PositiveInfinity, 5)];

    public string Name => name;

    public string Path => path;

    public Dictionary<string, long> Owners => owners;

    public long Bytes => new FileInfo(path).Length;

    public ProcessCost[] Runs => _runs;

    public AnswerPhases? Phases =>
        answer is null ? null : new AnswerPhases(_phases[0], _phases[1], _phases[2], _phases[3], _phases[4]);

    /// <summary>Runs every command once more, <see cref="StartupBenchmark.RunsPerRound"/> times each.</summary>
    public void Round()
    {
        for (int i = 0; i < commands.Length; i++)
        {
            string runs = StartupBenchmark.RunsPerRound.ToString(CultureInfo.InvariantCulture);
            string[] figures =
                ExternalTool.Run(Repository.PathTo("tools", "startup.sh"), [runs, path, .. commands[i].Arguments]).Split();
            double[] values = Array.ConvertAll(figures[..4], f => double.Parse(f, CultureInfo.InvariantCulture));
            _runs[i] = new ProcessCost(
                commands[i].Name, Math.Min(_runs[i].LeastMilliseconds, values[0]), Math.Min(_runs[i].MedianMilliseconds, values[1]),
                Math.Min(_runs[i].ProcessorMilliseconds, values[2]), Math.Max(_runs[i].PeakMebibytes, values[3]));
        }

        for (int i = 0; answer is not null && i < StartupBenchmark.RunsPerRound; i++)
            TakeApart(answer.Value.Package, answer.Value.Picture);
    }

    private void TakeApart(string package, string picture)
    {
        JsonElement load = Report("bench", package, "--threads", "1", "--runs", "1", "--json");
        JsonElement answered = Report("classify", "--threads", "1", "--json", package, picture)
            .GetProperty("images")[0].GetProperty("milliseconds");
        double[] phases =
        [
            load.GetProperty("verificationMilliseconds").GetDouble(), load.GetProperty("preparationMilliseconds").GetDouble(),
            answered.GetProperty("decode").GetDouble(), answered.GetProperty("prepare").GetDouble(), answered.GetProperty("run").GetDouble(),
        ];
        for (int i = 0; i < phases.Length; i++)
            _phases[i] = Math.Min(_phases[i], phases[i]);
    }

    private JsonElement Report(params string[] arguments)
    {
        using JsonDocument report = JsonDocument.Parse(ExternalTool.Run(path, arguments));
        return report.RootElement.Clone();
    }
}
