using System.Globalization;
using System.Text;

namespace Edge.Quantizer.Reports;

/// <summary>One named number per line as SVG, in the order given.</summary>
internal static class BarChart
{
    private const int Width = 1000, Left = 330, Right = 60, Row = 16, Top = 26;

    /// <param name="title">What the bars show, with the unit.</param>
    /// <param name="bars">Names and values; a bar ends at 0 for values below, and is as long as the longest for infinity.</param>
    /// <param name="color">CSS.</param>
    public static string Svg(string title, IReadOnlyList<(string Name, double Value)> bars, string color)
    {
        if (bars.Count == 0)
            return "";
        double largest = bars.Select(b => b.Value).Where(double.IsFinite).Append(1).Max();
        int height = Top + (Row * bars.Count) + 6;
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg class=\"bars\" viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{Html.Text(title)}\"><text x=\"{Left}\" y=\"16\" class=\"title\">{Html.Text(title)}</text>");
        for (int i = 0; i < bars.Count; i++)
        {
            (string name, double value) = bars[i];
            int y = Top + (Row * i);
            double length = (Width - Left - Right) * Math.Clamp(double.IsFinite(value) ? value / largest : 1, 0, 1);
            string number = double.IsFinite(value) ? value.ToString("0.0", CultureInfo.InvariantCulture) : "∞";
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{Left - 6}\" y=\"{y + 12}\" text-anchor=\"end\">{Html.Text(Shortened(name))}<title>{Html.Text(name)}</title></text>");
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<rect x=\"{Left}\" y=\"{y + 2}\" width=\"{length:0.#}\" height=\"{Row - 4}\" fill=\"{color}\"/><text x=\"{Left + length + 4:0.#}\" y=\"{y + 12}\">{number}</text>");
        }

        return svg.Append("</svg>").ToString();
    }

    private static string Shortened(string name)
    {
        const int Longest = 48;
        return name.Length <= Longest ? name : "…" + name[^(Longest - 1)..];
    }
}
