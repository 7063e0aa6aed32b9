using System.Globalization;
using System.Text;

namespace Edge.Camera.Web;

/// <summary>
/// Prometheus' text exposition format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). All samples of a metric follow
/// its <see cref="Metric"/> line.
/// </summary>
internal sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();
    private string _name = "";

    /// <param name="name">Letters, digits, _ and :.</param>
    /// <param name="type">counter, gauge or histogram.</param>
    /// <param name="help">One sentence.</param>
    public void Metric(string name, string type, string help)
    {
        _name = name;
        string escaped = help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        _text.Append("# HELP ").Append(name).Append(' ').Append(escaped).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    /// <param name="value">Of the metric begun last.</param>
    /// <param name="labels">Those whose value is null are left out.</param>
    public void Sample(double value, params ReadOnlySpan<(string Name, string? Value)> labels) => Sample("", value, labels);

    /// <param name="suffix">As _bucket; empty for none.</param>
    /// <param name="value">Of the metric begun last.</param>
    /// <param name="labels">Those whose value is null are left out.</param>
    public void Sample(string suffix, double value, params ReadOnlySpan<(string Name, string? Value)> labels)
    {
        _text.Append(_name).Append(suffix);
        char before = '{';
        foreach ((string name, string? label) in labels)
        {
            if (label is null)
                continue;
            _text.Append(before).Append(name).Append("=\"");
            Escape(label);
            _text.Append('"');
            before = ',';
        }

        _text.Append(before == ',' ? "} " : " ").Append(Number(value)).Append('\n');
    }

    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    public override string ToString() => _text.ToString();

    private void Escape(string label)
    {
        foreach (char c in label)
        {
            _ = c switch
            {
                '\\' => _text.Append("\\\\"),
                '"' => _text.Append("\\\""),
                '\n' => _text.Append("\\n"),
                _ => _text.Append(c),
            };
        }
    }
}
