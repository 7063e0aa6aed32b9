using Edge.Camera.Linux;
using Edge.Camera.Running;
using Edge.Camera.Telemetry;

namespace Edge.Camera.Web;

/// <summary>What <c>/metrics</c> says: the figures of <see cref="ProgramMetrics"/> as Prometheus reads them.</summary>
internal static class MetricsPage
{
    public static string Write(ProgramParts parts, ProgramView program, string sys = BoardSensors.Sys)
    {
        var text = new PrometheusText();
        text.Metric("edge_camera_info", "gauge", "The program and its model; always 1.");
        text.Sample(
            1, ("version", ProgramView.Version), ("network", parts.Watch.Model.Manifest.Network),
            ("instruction_set", parts.Watch.InstructionSet.ToString()));
        foreach (Metric metric in ProgramMetrics.Collect(parts, program, sys))
            Write(text, metric);
        return text.ToString();
    }

    /// <summary>Units as words, and _total behind counters (OpenTelemetry, "Prometheus and OpenMetrics Compatibility").</summary>
    internal static string Name(Metric metric)
    {
        string unit = metric.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            "Cel" => "_celsius",
            "1" => "_ratio",
            _ => "",
        };
        return metric.Name + unit + (metric.Kind == MetricKind.Counter ? "_total" : "");
    }

    private static void Write(PrometheusText text, Metric metric)
    {
        string type = metric.Kind switch
        {
            MetricKind.Counter => "counter",
            MetricKind.Gauge => "gauge",
            _ => "histogram",
        };
        text.Metric(Name(metric), type, metric.Help);
        foreach (Sample sample in metric.Samples)
        {
            if (metric.Kind == MetricKind.Histogram)
                Histogram(text, sample);
            else
                text.Sample(sample.Value, sample.Labels);
        }
    }

    /// <summary>Prometheus' buckets hold the smaller ones too.</summary>
    private static void Histogram(PrometheusText text, Sample sample)
    {
        DurationCounts counts = sample.Durations;
        long below = 0;
        for (int i = 0; i <= DurationCounts.Bounds.Length; i++)
        {
            below += counts[i];
            double bound = i < DurationCounts.Bounds.Length ? DurationCounts.Bounds[i] : double.PositiveInfinity;
            text.Sample("_bucket", below, [.. sample.Labels, ("le", PrometheusText.Number(bound))]);
        }

        text.Sample("_sum", counts.Sum, sample.Labels);
        text.Sample("_count", counts.Count, sample.Labels);
    }
}
