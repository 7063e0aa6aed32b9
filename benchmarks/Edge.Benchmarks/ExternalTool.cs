using System.Diagnostics;
using Edge.Quantizer;

namespace Edge.Benchmarks;

/// <summary>Runs other programs.</summary>
internal static class ExternalTool
{
    /// <summary>Runs a program in the repository's folder to its end.</summary>
    /// <returns>What it printed on standard output.</returns>
    /// <exception cref="UserException">It is not installed or failed; the message has its last line of error output.</exception>
    public static string Run(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode == 0)
                return output;
            string[] lines = (errors.Result + '\n' + output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            string reason = lines.FirstOrDefault(l => l.Contains("error", StringComparison.OrdinalIgnoreCase))
                ?? lines.FirstOrDefault() ?? "no message";
            throw new UserException($"{start.FileName} {string.Join(' ', start.ArgumentList)}: exit {process.ExitCode}: {reason}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new UserException($"{program}: cannot be started: {e.Message}", e);
        }
    }
}
