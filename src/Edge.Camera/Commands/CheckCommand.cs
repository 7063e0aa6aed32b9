using System.CommandLine;
using System.Text.Json;
using Edge.Camera.Checking;

namespace Edge.Camera.Commands;

/// <summary><c>edge-camera check [--config edge.json] [--json]</c>.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        Option<string?> config = new("--config", "-c")
        {
            Description = "The configuration file; without one, the built-in model and the first camera.",
            HelpName = "edge.json",
        };
        Option<bool> json = new("--json") { Description = "Prints one JSON object." };
        Command command = new("check", "Tries configuration, model, cameras, GPIO lines, disk, MQTT broker, collector, temperature and clock, and says what to do.")
        {
            config, json,
        };
        command.SetAction(parsed =>
        {
            CheckItem[] items = [.. ConfigChecks.All(parsed.GetValue(config)), .. MachineChecks.All("/sys")];
            var report = new CheckReport(!items.Any(i => i.State == CheckState.Bad), items);
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                output.WriteLine(JsonSerializer.Serialize(report, CheckJson.Default.CheckReport));
            else
                Write(report, output);
            return report.Good ? ExitCode.Success : ExitCode.CheckFailed;
        });
        return command;
    }

    private static void Write(CheckReport report, TextWriter output)
    {
        int width = report.Checks.Max(c => c.Name.Length);
        foreach (CheckItem item in report.Checks)
        {
            string mark = item.State switch
            {
                CheckState.Good => "✔",
                CheckState.Bad => "✘",
                _ => "–",
            };
            output.WriteLine($"{mark} {item.Name.PadRight(width)}  {item.Detail}");
            if (item.Advice is { } advice)
                output.WriteLine($"  {new string(' ', width)}  → {advice}");
        }
    }
}
