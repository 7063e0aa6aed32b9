using System.CommandLine;
using System.Text.Json.Schema;
using Edge.Camera.Config;

namespace Edge.Camera.Commands;

/// <summary><c>edge-camera schema</c>.</summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        Command command = new("schema", "Prints the JSON schema of the configuration: for editors that complete and check it.");
        command.SetAction(parsed =>
        {
            parsed.InvocationConfiguration.Output.WriteLine(
                ConfigJson.Default.EdgeConfig.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true })
                    .ToJsonString(ConfigJson.Default.Options));
            return ExitCode.Success;
        });
        return command;
    }
}
