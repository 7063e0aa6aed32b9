using System.Globalization;
using System.Net;
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
        var page = new StringBuilder();
        string name = WebUtility.HtmlEncode(title);
        page.Append(CultureInfo.InvariantCulture, $"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{name}</title>");
        page.Append("<style>body{font:14px system-ui,sans-serif;margin:2em;max-width:70em;color:#1b2733}");
        page.Append("table{border-collapse:collapse}td,th{padding:.2em .7em;text-align:right;border-bottom:1px solid #e3e8ee}");
        page.Append("td:first-child,th:first-child{text-align:left}svg text{font-size:12px}</style>");
        page.Append(CultureInfo.InvariantCulture, $"<h1>{name}</h1><p>{storage.Total:N0} bytes: weights {storage.Layers.Sum(l => l.Stored):N0}, ");
        page.Append(CultureInfo.InvariantCulture, $"biases, scales and tables {storage.Others:N0}, manifest {storage.Manifest:N0}.</p>");
        Chart(page, storage.Layers);
        Table(page, storage.Layers);
        return page.Append("</html>\n").ToString();
    }

    private static void Chart(StringBuilder page, IReadOnlyList<LayerStorage> layers)
    {
        double most = Math.Max(1, layers.Select(l => l.Plain).DefaultIfEmpty(1).Max());
        page.Append("<p>");
        foreach ((string stage, string colour, _) in Stages)
            page.Append(CultureInfo.InvariantCulture, $"<span style=\"background:{colour};padding:0 .7em\"></span> {stage} &nbsp; ");
        page.Append(CultureInfo.InvariantCulture, $"</p><svg width=\"{Left + Width + 100}\" height=\"{(layers.Count * RowHeight) + 4}\" role=\"img\">");
        for (int i = 0; i < layers.Count; i++)
        {
            int y = i * RowHeight;
            page.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{y + 14}\" text-anchor=\"end\">{WebUtility.HtmlEncode(layers[i].Layer)}</text>");
            for (int s = 0; s < Stages.Length; s++)
            {
                double width = Stages[s].Bytes(layers[i]) * Width / most;
                page.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Left}\" y=\"{y + 2 + (2 * s)}\" width=\"{width:F1}\" height=\"{RowHeight - 6 - (4 * s)}\" fill=\"{Stages[s].Colour}\"/>");
            }

            double end = Left + (layers[i].Plain * Width / most);
            page.Append(CultureInfo.InvariantCulture, $"<text x=\"{end + 6:F1}\" y=\"{y + 14}\">{layers[i].BitsPerWeight:F2} bits</text>");
        }

        page.Append("</svg>");
    }

    private static void Table(StringBuilder page, IReadOnlyList<LayerStorage> layers)
    {
        page.Append("<table><tr><th>layer<th>weights<th>density, %<th>values<th>float32<th>plain<th>pruned<th>shared<th>stored<th>bits per weight</tr>");
        foreach (LayerStorage l in layers)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{WebUtility.HtmlEncode(l.Layer)}<td>{l.Weights:N0}<td>{100 * l.Density:F1}<td>{l.Distinct}");
            page.Append(CultureInfo.InvariantCulture, $"<td>{l.Float:N0}<td>{l.Plain:N0}<td>{l.Pruned:N0}<td>{l.Shared:N0}<td>{l.Stored:N0}<td>{l.BitsPerWeight:F2}</tr>");
        }

        page.Append("</table>");
    }
}
