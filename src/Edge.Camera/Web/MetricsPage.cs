using Edge.Camera.Capture;
using Edge.Camera.Running;
using Edge.Camera.Sinks;

namespace Edge.Camera.Web;

/// <summary>What <c>/metrics</c> says. Counters begin anew when the configuration changes, which Prometheus knows as a reset.</summary>
internal static class MetricsPage
{
    public static string Write(ProgramParts parts, ProgramView program, DecisionHistory decisions)
    {
        var text = new PrometheusText();
        text.Metric("edge_camera_info", "gauge", "The program and its model; always 1.");
        text.Sample(
            1, ("version", StateDocument.ProgramVersion), ("network", parts.Watch.Model.Manifest.Network),
            ("instruction_set", parts.Watch.InstructionSet.ToString()));
        text.Metric("edge_camera_healthy", "gauge", "1 while frames are classified in time.");
        text.Sample(program.Sickness is null ? 1 : 0);
        Cameras(text, parts.Cameras);
        Regions(text, [.. parts.Watch.Cameras.SelectMany(c => c.Live)]);
        text.Metric("edge_camera_decisions_total", "counter", "Decisions that changed, by label.");
        foreach (((string camera, string? region, string label), long count) in decisions.Counts())
            text.Sample(count, ("camera", camera), ("region", region), ("label", label));
        Sinks(text, [.. parts.Sinks.Select(s => (s.Name, s.Status))]);
        Process(text, program);
        return text.ToString();
    }

    private static void Cameras(PrometheusText text, (CameraWatcher Watcher, CameraReader Reader)[] cameras)
    {
        Each("up", "gauge", "1 while the camera gives frames.", (_, r) => r.Trouble is null && r.Counters.Captured > 0 ? 1 : 0);
        Each("frames_captured_total", "counter", "Frames that arrived whole.", (_, r) => r.Counters.Captured);
        Each("frames_dropped_total", "counter", "Frames that a newer one replaced before they were looked at.", (_, r) => r.Counters.Dropped);
        Each("frames_lost_total", "counter", "Frames that the driver or program lost or damaged.", (_, r) => r.Counters.Lost);
        Each("frames_damaged_total", "counter", "Frames that could not be decoded.", (w, _) => w.Damaged);
        Each("frames_looked_at_total", "counter", "Frames that were prepared for the network.", (w, _) => w.Frames);
        Each("source_reopened_total", "counter", "Times the source was opened again.", (_, r) => r.Counters.Reopened);

        void Each(string name, string type, string help, Func<CameraWatcher, CameraReader, long> value)
        {
            text.Metric($"edge_camera_{name}", type, help);
            foreach ((CameraWatcher watcher, CameraReader reader) in cameras)
                text.Sample(value(watcher, reader), ("camera", reader.Name));
        }
    }

    private static void Regions(PrometheusText text, LiveState[] regions)
    {
        Each("frames_classified_total", "counter", "Frames that the network saw.", l => l.Now.Classified);
        Each("frames_skipped_total", "counter", "Frames that the motion gate kept from the network.", l => Skipped(l.Now));
        Each("frame_rate", "gauge", "Frames per second that are looked at.", l => l.Rate);
        Durations("latency_seconds", "From the camera's timestamp to the decision.", l => l.Latencies);
        Durations("inference_seconds", "Time in the network.", l => l.Runs);

        static double Skipped(Moment now) => now.Frames - now.Classified;

        void Each(string name, string type, string help, Func<LiveState, double> value)
        {
            text.Metric($"edge_camera_{name}", type, help);
            foreach (LiveState live in regions)
                text.Sample(value(live), ("camera", live.Camera), ("region", live.Region));
        }

        void Durations(string name, string help, Func<LiveState, DurationCounts> value)
        {
            text.Metric($"edge_camera_{name}", "histogram", help);
            foreach (LiveState live in regions)
                Histogram(text, value(live), live);
        }
    }

    /// <summary>Prometheus' buckets hold the smaller ones too.</summary>
    private static void Histogram(PrometheusText text, DurationCounts counts, LiveState live)
    {
        long below = 0;
        for (int i = 0; i <= DurationCounts.Bounds.Length; i++)
        {
            below += counts[i];
            double bound = i < DurationCounts.Bounds.Length ? DurationCounts.Bounds[i] : double.PositiveInfinity;
            text.Sample("_bucket", below, ("camera", live.Camera), ("region", live.Region), ("le", PrometheusText.Number(bound)));
        }

        text.Sample("_sum", counts.Sum, ("camera", live.Camera), ("region", live.Region));
        text.Sample("_count", counts.Count, ("camera", live.Camera), ("region", live.Region));
    }

    private static void Sinks(PrometheusText text, (string Name, SinkStatus Status)[] sinks)
    {
        Each("delivered_total", "counter", "Decisions that reached their end.", s => s.Delivered);
        Each("dropped_total", "counter", "Decisions that gave way to newer ones.", s => s.Dropped);
        Each("up", "gauge", "1 while the sink has no trouble.", s => s.Trouble is null ? 1 : 0);

        void Each(string name, string type, string help, Func<SinkStatus, long> value)
        {
            text.Metric($"edge_camera_sink_{name}", type, help);
            foreach ((string sink, SinkStatus status) in sinks)
                text.Sample(value(status), ("sink", sink));
        }
    }

    private static void Process(PrometheusText text, ProgramView program)
    {
        text.Metric("process_resident_memory_bytes", "gauge", "Memory of the process that lies in RAM.");
        text.Sample(Environment.WorkingSet);
        text.Metric("process_cpu_seconds_total", "counter", "Time on all cores.");
        text.Sample(Environment.CpuUsage.TotalTime.TotalSeconds);
        text.Metric("process_start_time_seconds", "gauge", "Start, in seconds since 1970.");
        text.Sample(program.Started.ToUnixTimeMilliseconds() / 1000.0);
        text.Metric("edge_camera_loop_allocated_bytes_total", "counter", "Managed memory that the loop asked for: frames ask for none, changed decisions do.");
        text.Sample(program.LoopAllocatedBytes);
        text.Metric("dotnet_gc_heap_bytes", "gauge", "Managed objects.");
        text.Sample(GC.GetTotalMemory(false));
        text.Metric("dotnet_gc_allocated_bytes_total", "counter", "Managed memory that was ever asked for.");
        text.Sample(GC.GetTotalAllocatedBytes());
    }
}
