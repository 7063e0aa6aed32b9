using System.Runtime.InteropServices;

namespace Edge.Benchmarks.Reporting;

/// <summary>What the figures were measured on, and of which sources.</summary>
internal static class Machine
{
    /// <summary>Processor, cores, system and runtime in one line.</summary>
    public static string Describe() =>
        $"{Processor()}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    /// <summary>The commit of the working tree; marked where sources differ from it.</summary>
    public static string Commit()
    {
        string commit = ExternalTool.Run("git", "rev-parse", "--short", "HEAD").Trim();
        bool changed = ExternalTool.Run("git", "status", "--porcelain", "--", "src", "benchmarks", ":!benchmarks/RESULTS.md").Length > 0;
        return changed ? commit + " with changes" : commit;
    }

    private static string Processor()
    {
        const string source = "/proc/cpuinfo";
        string? line = File.Exists(source)
            ? File.ReadLines(source).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?[(line.IndexOf(':') + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
