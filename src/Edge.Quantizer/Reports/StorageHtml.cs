using System.Globalization;
using System.Text;
using Edge.Quantizer.Compression;

namespace Edge.Quantizer.Reports;

/// <summary>Where the bytes of a package are, as one page that needs nothing else: a chart of every layer's stages, and the figures.</summary>
internal static class StorageHtml
{
    private const int RowHeight = 22, Left = 190, Width = 620;

    private static readonly (string Name, string Colour, Func<LayerStorage, long> Bytes)[] Stages =
    [
        ("plain", "#d4dbe3", l => l.Plain),
        ("pruned", "#9fb8d0", l => l.Pruned),
        ("shared", "#5b8db8", l => l.Shared),
        ("stored", "#123f66", l => l.Stored),
    ];

    /// <param name="title">The package's name.</param>
    public static string Page(string title, StorageSummary storage)
    {
        var body = new StringBuilder();
        body.Append(CultureInfo.InvariantCulture, $"<p>{storage.Total:N0} bytes: weights {storage.Layers.Sum(l => l.Stored):N0}, ");
        body.Append(CultureInfo.InvariantCulture, $"biases, scales and tables {storage.Others:N0}, manifest {storage.Manifest:N0}.</p>");
        Chart(body, storage.Layers);
        body.Append(Html.Table(
            ["layer", "weights", "density", "values", "float32", "plain", "pruned", "shared", "stored", "bits per weight"],
            storage.Layers.Select(Row)));
        return Html.Page(title, body.ToString());
    }

    private static string[] Row(LayerStorage l) =>
    [
        l.Layer, Bytes(l.Weights), Html.Percent(l.Density), Bytes(l.Distinct), Bytes(l.Float), Bytes(l.Plain), Bytes(l.Pruned), Bytes(l.Shared),
        Bytes(l.Stored), l.BitsPerWeight.ToString("F2", CultureInfo.InvariantCulture),
    ];

    private static string Bytes(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static void Chart(StringBuilder body, IReadOnlyList<LayerStorage> layers)
    {
        double most = Math.Max(1, layers.Select(l => l.Plain).DefaultIfEmpty(1).Max());
        body.Append("<p>");
        foreach ((string stage, string colour, _) in Stages)
            body.Append(CultureInfo.InvariantCulture, $"<span style=\"background:{colour};padding:0 .7em\"></span> {stage} &nbsp; ");
        body.Append(CultureInfo.InvariantCulture, $"</p><svg class=\"bars\" viewBox=\"0 0 {Left + Width + 100} {(layers.Count * RowHeight) + 4}\" role=\"img\">");
        for (int i = 0; i < layers.Count; i++)
        {
            int y = i * RowHeight;
            body.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{y + 14}\" text-anchor=\"end\">{Html.Text(layers[i].Layer)}</text>");
            for (int s = 0; s < Stages.Length; s++)
            {
                double width = Stages[s].Bytes(layers[i]) * Width / most;
                body.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Left}\" y=\"{y + 2 + (2 * s)}\" width=\"{width:F1}\" height=\"{RowHeight - 6 - (4 * s)}\" fill=\"{Stages[s].Colour}\"/>");
            }

            double end = Left + (layers[i].Plain * Width / most);
            body.Append(CultureInfo.InvariantCulture, $"<text x=\"{end + 6:F1}\" y=\"{y + 14}\">{layers[i].BitsPerWeight:F2} bits</text>");
        }

        body.Append("</svg>");
    }
}
