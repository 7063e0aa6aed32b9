using Edge.Quantizer.Compression;
using Spectre.Console;

namespace Edge.Quantizer.Reports;

/// <summary>Prints where the bytes of a package are.</summary>
internal static class StorageTable
{
    public static void Write(IAnsiConsole console, StorageSummary storage)
    {
        Table table = Tables.New("layer", "weights", "density", "values", "float32", "plain", "pruned", "shared", "stored", "entropy", "bits/weight", "coding");
        for (int c = 1; c < table.Columns.Count - 1; c++)
            table.Columns[c].RightAligned();
        foreach (LayerStorage l in storage.Layers)
        {
            table.AddRow(
                Tables.Text(l.Layer), Tables.Text($"{l.Weights:N0}"), Tables.Text($"{l.Density:P1}"), Tables.Text($"{l.Distinct}"),
                Tables.Text($"{l.Float:N0}"), Tables.Text($"{l.Plain:N0}"), Tables.Text($"{l.Pruned:N0}"), Tables.Text($"{l.Shared:N0}"),
                Tables.Text($"{l.Stored:N0}"), Tables.Text($"{l.Entropy:N0}"), Tables.Text($"{l.BitsPerWeight:F2}"), Tables.Text(l.Coding));
        }

        IReadOnlyList<LayerStorage> all = storage.Layers;
        if (all.Count > 0)
        {
            long weights = all.Sum(l => (long)l.Weights), stored = all.Sum(l => l.Stored);
            table.AddRow(
                Tables.Text("all"), Tables.Text($"{weights:N0}"), Tables.Text($"{all.Sum(l => l.Density * l.Weights) / weights:P1}"), Tables.Text(""),
                Tables.Text($"{all.Sum(l => l.Float):N0}"), Tables.Text($"{all.Sum(l => l.Plain):N0}"), Tables.Text($"{all.Sum(l => l.Pruned):N0}"),
                Tables.Text($"{all.Sum(l => l.Shared):N0}"), Tables.Text($"{stored:N0}"), Tables.Text($"{all.Sum(l => l.Entropy):N0}"),
                Tables.Text($"{8.0 * stored / weights:F2}"), Tables.Text(""));
        }

        console.Write(table);
        WriteStreams(console, storage.Streams);
        console.WriteLine($"biases, scales and tables {storage.Others:N0} bytes, manifest {storage.Manifest:N0}, whole package {storage.Total:N0}");
    }

    private static void WriteStreams(IAnsiConsole console, IReadOnlyList<StreamStorage> streams)
    {
        if (streams.Count == 0)
            return;
        Table table = Tables.New("stream", "symbols", "stored", "entropy");
        for (int c = 1; c < table.Columns.Count; c++)
            table.Columns[c].RightAligned();
        foreach (StreamStorage s in streams)
            table.AddRow(Tables.Text(s.Stream), Tables.Text($"{s.Symbols:N0}"), Tables.Text($"{s.Stored:N0}"), Tables.Text($"{s.Entropy:N0}"));
        console.Write(table);
    }
}
