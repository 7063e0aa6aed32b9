using System.Globalization;
using System.Net;
using Edge.Imaging;
using Edge.Imaging.Codecs;

namespace Edge.Quantizer.Reports;

/// <summary>Pieces of HTML for reports that are one file each.</summary>
internal static class Html
{
    private const string Style = """
        body{font:15px/1.5 system-ui,sans-serif;max-width:1180px;margin:2em auto;padding:0 1em;color:#222;background:#fff}
        h1{font-size:1.5em}h2{font-size:1.15em;margin-top:2em}
        svg{width:100%;max-width:560px;background:#fafafa}svg.cells{border:1px solid #ccc}svg.bars{max-width:1000px}
        svg text{font:12px system-ui,sans-serif}svg .title{font-weight:600}svg line{stroke:#ddd}
        table{border-collapse:collapse;font-variant-numeric:tabular-nums}td,th{padding:.15em .6em;text-align:right;border-bottom:1px solid #eee}
        th:first-child,td:first-child{text-align:left}.confusion td{min-width:2em;text-align:center;border:1px solid #eee}
        .pictures{display:flex;flex-wrap:wrap;gap:12px}figure{margin:0;width:170px}figure img{width:170px;image-rendering:auto;display:block}
        figcaption{font-size:12px;line-height:1.35}.scroll{overflow-x:auto}
        """;

    /// <summary>A whole page that needs nothing else.</summary>
    /// <param name="title">Text of its title and heading.</param>
    /// <param name="body">HTML behind the heading.</param>
    public static string Page(string title, string body) =>
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
        + $"<title>{Text(title)}</title><style>{Style}</style></head><body><h1>{Text(title)}</h1>{body}</body></html>\n";

    /// <summary>Text that means itself.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    public static string Percent(double share) =>
        double.IsNaN(share) ? "–" : (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    public static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>A table of texts.</summary>
    /// <param name="columns">Headings; none for a table without.</param>
    /// <param name="rows">Cells.</param>
    public static string Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        string head = columns.Count == 0 ? "" : $"<tr>{string.Concat(columns.Select(c => $"<th>{Text(c)}</th>"))}</tr>";
        return $"<table>{head}{string.Concat(rows.Select(r => $"<tr>{string.Concat(r.Select(c => $"<td>{Text(c)}</td>"))}</tr>"))}</table>";
    }

    /// <summary>A picture inside of the page.</summary>
    public static string Picture(PixelBuffer pixels, string description) =>
        $"<img src=\"data:image/png;base64,{Convert.ToBase64String(PngEncoder.Encode(pixels))}\" alt=\"{Text(description)}\">";
}
