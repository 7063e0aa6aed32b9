using System.CommandLine;
using System.Globalization;
using System.Text;
using Edge.Quantizer;

namespace Edge.Benchmarks.Reporting;

/// <summary>
/// The command <c>results</c>: measures parts, keeps each as a file of its own below artifacts/benchmarks/sections as soon as it is
/// there, and writes benchmarks/RESULTS.md of all that were measured; parts that were not stay there as they were.
/// </summary>
internal static class ResultsCommand
{
    public static Command Create(IReadOnlyList<ResultPart> parts)
    {
        var wanted = new Option<string[]>("--parts")
        {
            Description = "what to measure anew; without it everything",
            HelpName = "a b",
            AllowMultipleArgumentsPerToken = true,
        };
        wanted.AcceptOnlyFromAmong([.. parts.Select(p => p.Name)]);
        var missing = new Option<bool>("--missing") { Description = "measure only parts that were not measured on this machine yet" };
        var command = new Command(
            "results",
            $"""
            Measures {string.Join(", ", parts.Select(p => p.Name))} and writes benchmarks/RESULTS.md. Each part is kept as soon as it is measured: a
            stopped run goes on with --missing, and single parts are measured anew with --parts.

            Examples:
              results
              results --parts kernels
              results --missing
            """)
        {
            wanted, missing,
        };
        command.SetAction(parsed =>
        {
            TextWriter progress = parsed.InvocationConfiguration.Error;
            string[] named = parsed.GetValue(wanted) ?? [];
            foreach (ResultPart part in parts)
            {
                bool measure = named.Length > 0 ? named.Contains(part.Name) : !parsed.GetValue(missing) || !File.Exists(FileOf(part));
                if (measure)
                    Replace(FileOf(part), SectionText.Markdown(part.Measure(progress)) + $"\nMeasured {Today()}.\n");
            }

            string results = Repository.PathTo("benchmarks", "RESULTS.md");
            Replace(results, Assemble(parts, File.Exists(results) ? File.ReadAllText(results) : "", progress));
            parsed.InvocationConfiguration.Output.WriteLine(results);
        });
        return command;
    }

    /// <summary>Every part as it was measured here last, else as the results so far have it.</summary>
    private static string Assemble(IReadOnlyList<ResultPart> parts, string before, TextWriter progress)
    {
        var text = new StringBuilder();
        text.AppendLine("# Results").AppendLine();
        text.AppendLine("Written by `dotnet run -c Release --project benchmarks/Edge.Benchmarks -- results`, never by hand.");
        int found = 0;
        foreach (ResultPart part in parts)
        {
            if ((File.Exists(FileOf(part)) ? File.ReadAllText(FileOf(part)) : Kept(part, before)) is not { } section)
            {
                progress.WriteLine($"{part.Name}: not measured yet, left out");
                continue;
            }

            found++;
            text.AppendLine().AppendLine(Mark(part)).Append(section);
        }

        return found > 0 ? text.ToString() : throw new UserException("nothing was measured: run results without --parts");
    }

    /// <summary>What stands in front of a part, so that it is found again; not shown.</summary>
    private static string Mark(ResultPart part) => $"<!-- {part.Name} -->";

    private static string? Kept(ResultPart part, string results)
    {
        int start = results.IndexOf(Mark(part), StringComparison.Ordinal);
        if (start < 0)
            return null;
        start += Mark(part).Length + Environment.NewLine.Length;
        int end = results.IndexOf("\n<!-- ", start, StringComparison.Ordinal);
        return end < 0 ? results[start..] : results[start..end];
    }

    private static string FileOf(ResultPart part) =>
        Path.Combine(Directory.CreateDirectory(Path.Combine(Repository.Artifacts, "sections")).FullName, part.Name + ".md");

    private static string Today() => DateTime.UtcNow.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);

    private static void Replace(string path, string text)
    {
        string temporary = path + ".new";
        File.WriteAllText(temporary, text);
        File.Move(temporary, path, overwrite: true);
    }
}
