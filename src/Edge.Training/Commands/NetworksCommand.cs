using System.CommandLine;
using Edge.Quantizer.Reports;
using Edge.Training.Networks;
using Spectre.Console;

namespace Edge.Training.Commands;

/// <summary>edge-train networks: the catalog.</summary>
internal static class NetworksCommand
{
    public static Command Create()
    {
        var command = new Command(
            "networks",
            """
            Lists the networks that edge-train can build, with their paper, input and settings.

            Example:
              edge-train networks
            """);
        command.SetAction(parsed =>
        {
            IAnsiConsole console = Tables.Console(parsed.InvocationConfiguration.Output);
            foreach (NetworkFamily family in NetworkCatalog.Families)
            {
                console.WriteLine($"{family.Name}: {family.Paper}");
                Table table = Tables.New("network", "input", "classes", "settings");
                foreach (NetworkPreset preset in family.Presets)
                {
                    int size = preset.Size ?? family.Size;
                    table.AddRow(
                        Tables.Text(preset.Name), Tables.Text($"{size}x{size}x{preset.Channels}"), Tables.Text($"{preset.Classes}"),
                        Tables.Text(string.Join(' ', preset.Settings.Select(s => $"{s.Name}={s.Value}"))));
                }

                console.Write(table);
                foreach (NetworkParameter p in family.Parameters)
                    console.WriteLine($"  --set {p.Name}={p.Default}: {p.Meaning}");
                console.WriteLine();
            }
        });
        return command;
    }
}
