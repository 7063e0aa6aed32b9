using System.Globalization;
using System.Text.Json;
using Edge.Quantizer.Quantization;
using Edge.Runtime.Format;
using Spectre.Console;

namespace Edge.Quantizer.Reports;

/// <summary>What quantize tells about a new package.</summary>
internal static class QuantizationReport
{
    /// <summary>What to tell where learned rounding had nothing to learn from.</summary>
    public const string NothingLearned = "learned rounding: no layer could learn, the calibration images are too few; give some dozen or more";

    /// <summary>What bias correction brings, and mean matching upon it or in its place, as far as that was judged.</summary>
    public static IEnumerable<string> GainsOfBiases(QuantizedNetwork network)
    {
        Technique chosen = network.Technique with { Learned = false }, unmatched = chosen with { Matched = false };
        double Sqnr(Technique technique) => network.Scores.FirstOrDefault(s => s.Technique == technique)?.LogitSqnr ?? double.NaN;
        return
        [
            .. Told("bias correction", Sqnr(unmatched with { Corrected = true }) - Sqnr(unmatched with { Corrected = false }), chosen.Corrected),
            .. Told("mean matching", Sqnr(chosen with { Matched = true }) - Sqnr(unmatched), chosen.Matched),
        ];

        static string[] Told(string what, double gain, bool taken) =>
            double.IsNaN(gain) ? [] : [string.Create(CultureInfo.InvariantCulture, $"{what} brings {gain:+0.00;-0.00} dB{(taken ? "" : " and is left out")}")];
    }

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
        foreach (string told in GainsOfBiases(network))
            console.WriteLine(told);
        if (network.LearnableLayers == 0)
            console.WriteLine(NothingLearned);
        if (network.Fallback is { } fallback)
            WriteFallback(console, fallback);
        AccuracyReport accuracy = package.Manifest.Accuracy!;
        console.WriteLine($"on {accuracy.Images} calibration images: same top-1 as float {accuracy.Top1Agreement:P1}, logits {accuracy.LogitSqnr:F2} dB");
        if (package.Manifest.Certificate is { } proof)
        {
            console.WriteLine(FormattableString.Invariant(
                $"certificate: {proof.Images} images in {proof.Length:N0} bytes, {proof.Drop:0.##} points of top-1 lost, {proof.MaxDrop:0.##} allowed"));
        }

        console.WriteLine($"{path}: {package.FileLength:N0} bytes, arena {package.Manifest.ArenaSize:N0} bytes");
    }

    /// <summary>Which layers stay in float, what each brought and what it costs.</summary>
    private static void WriteFallback(IAnsiConsole console, Fallback fallback)
    {
        string counted = fallback.Measure == "labels" ? "right answers" : "agreement with float";
        console.WriteLine(FormattableString.Invariant($"budget: {fallback.MaxDrop:0.##} points of {counted} on {fallback.Images} held-out images"));
        Table table = Tables.New("kept in float", "MACs of the network", "logits dB", "gain dB", "drop, points", "ms per run", "cost ms");
        for (int c = 1; c < table.Columns.Count; c++)
            table.Columns[c].RightAligned();
        for (int i = 0; i < fallback.Steps.Count; i++)
        {
            FallbackStep step = fallback.Steps[i], before = fallback.Steps[Math.Max(0, i - 1)];
            table.AddRow(
                Tables.Text(i == 0 ? "nothing" : step.Layer),
                Tables.Text(i == 0 ? "" : $"{(double)step.MultiplyAccumulates / fallback.MultiplyAccumulates:P1}"),
                Tables.Text($"{step.LogitSqnr:F2}"), Tables.Text(i == 0 ? "" : $"{step.LogitSqnr - before.LogitSqnr:+0.00;-0.00}"),
                Tables.Text($"{step.Drop:0.##}"), Tables.Text($"{step.Milliseconds:F2}"),
                Tables.Text(i == 0 ? "" : $"{step.Milliseconds - before.Milliseconds:+0.00;-0.00}"));
        }

        console.Write(table);
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
                network.LearnableLayers,
                network.Fallback,
                Accuracy = package.Manifest.Accuracy is { } a ? new { a.Images, a.Top1Agreement, a.LogitSqnr } : null,
                Certificate = package.Manifest.Certificate is { } c ? new { c.Images, c.MaxDrop, c.Drop, c.Length } : null,
                Layers = layers,
            },
            ReportJson.Options);
}
