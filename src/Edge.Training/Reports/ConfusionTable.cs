using System.Globalization;
using System.Text;
using Edge.Training.Fitting;

namespace Edge.Training.Reports;

/// <summary>The confusion matrix: a table for a few classes, an SVG of coloured cells for many.</summary>
internal static class ConfusionTable
{
    private const int LargestTable = 24;

    public static string Html(ClassificationResult result, IReadOnlyList<string> names) =>
        result.Classes <= LargestTable ? Table(result, names) : Cells(result, names);

    /// <summary>Blue for right answers, red for wrong ones, darker for a larger share of the true class.</summary>
    private static string Color(ClassificationResult result, int truth, int answer)
    {
        int count = result.Count(truth);
        double share = count == 0 ? 0 : result.Confusion[truth, answer] / (double)count;
        string hue = truth == answer ? "33,102,172" : "178,24,43";
        return string.Create(CultureInfo.InvariantCulture, $"rgba({hue},{share:0.##})");
    }

    private static string Table(ClassificationResult result, IReadOnlyList<string> names)
    {
        var html = new StringBuilder("<table class=\"confusion\"><tr><th>true \\ answered</th>");
        for (int c = 0; c < result.Classes; c++)
            html.Append(CultureInfo.InvariantCulture, $"<th>{Quantizer.Reports.Html.Text(names[c])}</th>");
        html.Append("</tr>");
        for (int truth = 0; truth < result.Classes; truth++)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><th>{Quantizer.Reports.Html.Text(names[truth])}</th>");
            for (int answer = 0; answer < result.Classes; answer++)
            {
                int count = result.Confusion[truth, answer];
                html.Append(
                    CultureInfo.InvariantCulture,
                    $"<td style=\"background:{Color(result, truth, answer)}\">{(count > 0 ? count : "")}</td>");
            }

            html.Append("</tr>");
        }

        return html.Append("</table>").ToString();
    }

    private static string Cells(ClassificationResult result, IReadOnlyList<string> names)
    {
        int side = Math.Clamp(900 / result.Classes, 2, 12), size = side * result.Classes;
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg class=\"cells\" viewBox=\"0 0 {size} {size}\" style=\"max-width:{size}px\" role=\"img\" aria-label=\"confusion matrix\">");
        for (int truth = 0; truth < result.Classes; truth++)
        {
            for (int answer = 0; answer < result.Classes; answer++)
            {
                int count = result.Confusion[truth, answer];
                if (count == 0)
                    continue;
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<rect x=\"{answer * side}\" y=\"{truth * side}\" width=\"{side}\" height=\"{side}\" fill=\"{Color(result, truth, answer)}\">");
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<title>{Quantizer.Reports.Html.Text(names[truth])} → {Quantizer.Reports.Html.Text(names[answer])}: {count}</title></rect>");
            }
        }

        return svg.Append("</svg>"
            + "<p>Rows: true class, columns: answer, both in the order of the table below. Point at a cell for its names.</p>").ToString();
    }
}
