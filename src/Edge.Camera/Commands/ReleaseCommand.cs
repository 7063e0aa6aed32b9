using System.CommandLine;
using Edge.Camera.Config;
using Edge.Camera.Sinks.Gpio;

namespace Edge.Camera.Commands;

/// <summary><c>edge-camera release --config edge.json</c>.</summary>
internal static class ReleaseCommand
{
    public static Command Create()
    {
        Option<string> config = new("--config", "-c") { Description = "The configuration file.", HelpName = "edge.json", Required = true };
        Command command = new(
            "release",
            "Sets all configured GPIO outputs inactive. systemd calls it after the service has ended: some boards keep the level of lines whose "
            + "program has crashed.")
        {
            config,
        };
        command.SetAction(parsed =>
        {
            try
            {
                return Release(ConfigFile.Load(parsed.GetRequiredValue(config)).Config.Gpio, parsed.InvocationConfiguration.Error);
            }
            catch (ConfigException e)
            {
                foreach (string problem in e.Problems)
                    parsed.InvocationConfiguration.Error.WriteLine($"{CommandLine.ProgramName}: {problem}");
                return ExitCode.ConfigUnusable;
            }
        });
        return command;
    }

    /// <summary>Tries every line, whatever happens to the others.</summary>
    private static int Release(GpioConfig? gpio, TextWriter error)
    {
        int result = ExitCode.Success;
        foreach (GpioOutputConfig output in gpio?.Outputs ?? [])
        {
            try
            {
                new GpioOutput(GpioChips.Find(gpio!.Chip, output.Line), output.ActiveLow).Dispose();
            }
            catch (GpioException e)
            {
                error.WriteLine($"{CommandLine.ProgramName}: {e.Message}");
                result = ExitCode.ConfigUnusable;
            }
        }

        return result;
    }
}
