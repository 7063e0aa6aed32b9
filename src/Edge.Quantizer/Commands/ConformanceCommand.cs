using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Edge.Quantizer.Reference.Conformance;

namespace Edge.Quantizer.Commands;

/// <summary>edge-quantizer conformance: the float executor on ONNX's own tests.</summary>
internal static class ConformanceCommand
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static Command Create()
    {
        var data = new Option<string>("--data")
        {
            Description = "folder of ONNX's test data, with the tests in its folder node",
            DefaultValueFactory = _ => ConformanceSuite.DebianFolder,
        };
        var json = new Option<bool>("--json") { Description = "one record per test, as JSON" };
        var file = new Option<string?>("-o", "--output") { Description = "write to this file instead of the console" };
        var command = new Command(
            "conformance",
            """
            Runs ONNX's node tests through import and float executor and prints which pass, fail, or are not claimed and why. Fails when
            a claimed test does not pass.

            Examples:
              edge-quantizer conformance
              edge-quantizer conformance -o docs/CONFORMANCE.md
            """)
        {
            data, json, file,
        };
        command.SetAction(parsed =>
        {
            WholeFile.Require("--output", parsed.GetValue(file), ("the test data", parsed.GetRequiredValue(data)));
            IReadOnlyList<ConformanceResult> results = ConformanceSuite.Run(parsed.GetRequiredValue(data));
            string text = parsed.GetValue(json) ? JsonSerializer.Serialize(results, Json) + "\n" : ConformanceTable.Markdown(results);
            if (parsed.GetValue(file) is { } path)
                WholeFile.Write(path, text);
            else
                parsed.InvocationConfiguration.Output.Write(text);
            List<ConformanceResult> failed = [.. results.Where(r => r.Outcome == ConformanceOutcome.Failed)];
            foreach (ConformanceResult result in failed)
                parsed.InvocationConfiguration.Error.WriteLine($"{result.Test} failed: {result.Reason}");
            return failed.Count == 0 ? CommandHost.Success : CommandHost.Failure;
        });
        return command;
    }
}
