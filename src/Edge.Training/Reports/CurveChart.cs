using System.Globalization;
using System.Text;
using Edge.Quantizer.Reports;

namespace Edge.Training.Reports;

/// <summary>A line over epochs.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Color">CSS.</param>
/// <param name="Values">One per epoch, from epoch 1; null leaves a gap.</param>
internal sealed record Curve(string Name, string Color, IReadOnlyList<double?> Values);

/// <summary>Curves over epochs as SVG.</summary>
internal static class CurveChart
{
    private const int Width = 560, Height = 260;
    private const int Left = 50, Right = 10, Top = 28, Bottom = 30;

    /// <param name="title">What the vertical axis shows.</param>
    /// <param name="format">Format of its numbers.</param>
    /// <param name="curves">Curves with a value at least.</param>
    public static string Svg(string title, string format, params IReadOnlyList<Curve> curves)
    {
        double[] values = [.. curves.SelectMany(c => c.Values).OfType<double>().Where(double.IsFinite)];
        if (values.Length == 0)
            return "";
        int epochs = curves.Max(c => c.Values.Count);
        (double low, double high) = (Math.Min(0, values.Min()), values.Max() > 0 ? values.Max() : 1);
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Html.Text(title)}\">");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"16\" class=\"title\">{Html.Text(title)}</text>");
        const int Lines = 4;
        for (int i = 0; i <= Lines; i++)
        {
            double value = low + ((high - low) * i / Lines);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(value):0.#}\" y2=\"{Y(value):0.#}\"/>");
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{Left - 6}\" y=\"{Y(value) + 4:0.#}\" text-anchor=\"end\">{value.ToString(format, CultureInfo.InvariantCulture)}</text>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{Height - 10}\">epoch 1</text>");
        svg.Append(
            CultureInfo.InvariantCulture, $"<text x=\"{Width - Right}\" y=\"{Height - 10}\" text-anchor=\"end\">{epochs}</text>");
        int legend = Width - Right;
        foreach (Curve curve in curves.Reverse())
        {
            svg.Append(
                CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{curve.Color}\" stroke-width=\"2\" points=\"");
            for (int e = 0; e < curve.Values.Count; e++)
            {
                if (curve.Values[e] is { } value && double.IsFinite(value))
                    svg.Append(CultureInfo.InvariantCulture, $"{X(e):0.#},{Y(value):0.#} ");
            }

            svg.Append(
                CultureInfo.InvariantCulture,
                $"\"/><text x=\"{legend}\" y=\"16\" text-anchor=\"end\" fill=\"{curve.Color}\">{Html.Text(curve.Name)}</text>");
            legend -= 9 * curve.Name.Length;
        }

        return svg.Append("</svg>").ToString();

        double X(int epoch) => Left + ((Width - Left - Right) * (epochs == 1 ? 0.5 : epoch / (epochs - 1.0)));
        double Y(double value) => Height - Bottom - ((Height - Top - Bottom) * (value - low) / (high - low));
    }
}
