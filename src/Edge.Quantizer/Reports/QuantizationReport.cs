using System.Text.Json;
using Edge.Quantizer.Quantization;
using Edge.Runtime.Format;
using Spectre.Console;

namespace Edge.Quantizer.Reports;

/// <summary>What quantize tells about a new package.</summary>
internal static class QuantizationReport
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static void Write(IAnsiConsole console, string path, EdgeModel package, QuantizedNetwork network, IReadOnlyList<LayerNoise> layers)
    {
        Table table = Tables.New("layer", "operator", "SQNR dB", "cosine", "error/step", "saturated", "alone: logits dB");
        for (int c = 2; c < table.Columns.Count; c++)
            table.Columns[c].RightAligned();
        foreach (LayerNoise l in layers)
        {
            table.AddRow(
                Tables.Text(l.Name), Tables.Text(l.Operator), Tables.Text($"{l.Sqnr:F1}"), Tables.Text($"{l.Cosine:F5}"),
                Tables.Text($"{l.RmseSteps:F2}"), Tables.Text($"{l.Saturation:P3}"), Tables.Text(l.SoleSqnr is { } s ? $"{s:F1}" : ""));
        }

        console.Write(table);
        console.WriteLine($"technique: {network.Technique}");
        console.WriteLine($"on calibration images that fitted nothing, logits: {string.Join(", ", network.Scores.Select(s => $"{s.Technique} {s.LogitSqnr:F2} dB"))}");
        AccuracyReport accuracy = package.Manifest.Accuracy!;
        console.WriteLine($"on {accuracy.Images} calibration images: same top-1 as float {accuracy.Top1Agreement:P1}, logits {accuracy.LogitSqnr:F2} dB");
        console.WriteLine($"{path}: {package.FileLength:N0} bytes, arena {package.Manifest.ArenaSize:N0} bytes");
    }

    public static string Json(string path, EdgeModel package, QuantizedNetwork network, IReadOnlyList<LayerNoise> layers) =>
        JsonSerializer.Serialize(
            new
            {
                Package = path,
                Bytes = package.FileLength,
                Arena = package.Manifest.ArenaSize,
                network.Technique,
                Scores = network.Scores,
                Accuracy = package.Manifest.Accuracy is { } a ? new { a.Images, a.Top1Agreement, a.LogitSqnr } : null,
                Layers = layers,
            },
            Options);
}
