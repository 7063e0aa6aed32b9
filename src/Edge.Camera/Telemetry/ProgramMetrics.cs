using Edge.Camera.Capture;
using Edge.Camera.Decision;
using Edge.Camera.Linux;
using Edge.Camera.Running;
using Edge.Camera.Sinks;

namespace Edge.Camera.Telemetry;

/// <summary>
/// The figures of the running program, for <c>/metrics</c> and for OpenTelemetry alike. Counters of a model, camera or sink that was
/// replaced begin anew.
/// </summary>
internal static class ProgramMetrics
{
    /// <summary>All of them as they are now. Any thread.</summary>
    /// <param name="parts">At work.</param>
    /// <param name="program">That they belong to.</param>
    /// <param name="sys">Where the kernel shows the board's sensors.</param>
    public static List<Metric> Collect(ProgramParts parts, ProgramView program, string sys = BoardSensors.Sys)
    {
        var metrics = new List<Metric>();
        Metric healthy = Begin("edge_camera_healthy", MetricKind.Gauge, "", "1 while frames are classified in time.");
        healthy.Add(program.Started, program.Sickness is null ? 1 : 0);
        Cameras(Begin, parts.Cameras, parts.Watch.Started);
        Regions(Begin, parts.Watch);
        Sinks(Begin, parts);
        Board(Begin, program.Started, sys);
        Process(Begin, program);
        return metrics;

        Metric Begin(string name, MetricKind kind, string unit, string help)
        {
            var metric = new Metric(name, kind, unit, help);
            metrics.Add(metric);
            return metric;
        }
    }

    private static void Cameras(Beginning begin, (CameraWatcher Watcher, CameraReader Reader)[] cameras, DateTimeOffset watched)
    {
        Metric up = begin("edge_camera_up", MetricKind.Gauge, "", "1 while the camera gives frames.");
        Metric captured = Frames("captured", "Frames that arrived whole.");
        Metric dropped = Frames("dropped", "Frames that a newer one replaced before they were looked at.");
        Metric lost = Frames("lost", "Frames that the driver or program lost or damaged.");
        Metric damaged = Frames("damaged", "Frames that could not be decoded.");
        Metric lookedAt = Frames("looked_at", "Frames that were prepared for the network.");
        Metric reopened = begin("edge_camera_source_reopened", MetricKind.Counter, "{time}", "Times the source was opened again.");
        foreach ((CameraWatcher watcher, CameraReader reader) in cameras)
        {
            CameraCounters counters = reader.Counters;
            (string, string?) camera = ("camera", reader.Name);
            up.Add(reader.Started, reader.Trouble is null && counters.Captured > 0 ? 1 : 0, camera);
            captured.Add(reader.Started, counters.Captured, camera);
            dropped.Add(reader.Started, counters.Dropped, camera);
            lost.Add(reader.Started, counters.Lost, camera);
            damaged.Add(watched, watcher.Damaged, camera);
            lookedAt.Add(watched, watcher.Frames, camera);
            reopened.Add(reader.Started, counters.Reopened, camera);
        }

        Metric Frames(string name, string help) => begin($"edge_camera_frames_{name}", MetricKind.Counter, "{frame}", help);
    }

    private static void Regions(Beginning begin, Watch watch)
    {
        Metric classified = begin("edge_camera_frames_classified", MetricKind.Counter, "{frame}", "Frames that the network saw.");
        Metric skipped = begin(
            "edge_camera_frames_skipped", MetricKind.Counter, "{frame}", "Frames that the motion gate kept from the network.");
        Metric rate = begin("edge_camera_frame_rate", MetricKind.Gauge, "", "Frames per second that are looked at.");
        Metric latency = begin("edge_camera_latency", MetricKind.Histogram, "s", "From the camera's timestamp to the decision.");
        Metric inference = begin("edge_camera_inference", MetricKind.Histogram, "s", "Time in the network.");
        Metric confidence = begin("edge_camera_confidence", MetricKind.Gauge, "1", "Score of the likeliest class, decided or not.");
        Metric saturation = begin(
            "edge_camera_input_saturation", MetricKind.Gauge, "1",
            "Share of the network's input values at the ends of their range: much of it is over- or underexposed.");
        Metric decisions = begin("edge_camera_decisions", MetricKind.Counter, "{decision}", "Decisions that changed, by label.");
        foreach (CameraWatcher watcher in watch.Cameras)
        {
            foreach (LiveState live in watcher.Live)
            {
                Moment now = live.Now;
                (string, string?) camera = ("camera", live.Camera), region = ("region", live.Region);
                classified.Add(watch.Started, now.Classified, camera, region);
                skipped.Add(watch.Started, now.Frames - now.Classified, camera, region);
                rate.Add(watch.Started, live.Rate, camera, region);
                latency.Add(watch.Started, live.Latencies, camera, region);
                inference.Add(watch.Started, live.Runs, camera, region);
                confidence.Add(watch.Started, now.Top.Count > 0 ? now.Top[0].Score : 0, camera, region);
                saturation.Add(watch.Started, now.Saturation, camera, region);
                for (int c = RegionDecider.Unknown; c < watcher.Labels.Count; c++)
                {
                    string label = c == RegionDecider.Unknown ? DecisionEvent.UnknownLabel : watcher.Labels[c];
                    if (live.Decisions(c) is > 0 and long count)
                        decisions.Add(watch.Started, count, camera, region, ("label", label));
                }
            }
        }
    }

    private static void Sinks(Beginning begin, ProgramParts parts)
    {
        Metric delivered = begin("edge_camera_sink_delivered", MetricKind.Counter, "{decision}", "Decisions that reached their end.");
        Metric dropped = begin("edge_camera_sink_dropped", MetricKind.Counter, "{decision}", "Decisions that gave way to newer ones.");
        Metric up = begin("edge_camera_sink_up", MetricKind.Gauge, "", "1 while the sink has no trouble.");
        foreach (ISink sink in parts.Sinks)
        {
            SinkStatus status = sink.Status;
            delivered.Add(sink.Started, status.Delivered, ("sink", sink.Name));
            dropped.Add(sink.Started, status.Dropped, ("sink", sink.Name));
            up.Add(sink.Started, status.Trouble is null ? 1 : 0, ("sink", sink.Name));
        }
    }

    private static void Board(Beginning begin, DateTimeOffset started, string sys)
    {
        if (BoardSensors.Hottest(sys) is (string zone, double celsius))
        {
            begin("edge_camera_board_temperature", MetricKind.Gauge, "Cel", "The hottest thermal zone.")
                .Add(started, celsius, ("zone", zone));
        }

        if (BoardSensors.Throttling(sys) is { } bits)
        {
            begin("edge_camera_board_throttled", MetricKind.Gauge, "", "1 while the firmware holds the processor back or has too little voltage.")
                .Add(started, (bits & BoardSensors.ThrottledNow) != 0 ? 1 : 0);
        }
    }

    private static void Process(Beginning begin, ProgramView program)
    {
        DateTimeOffset started = program.Started;
        begin("process_resident_memory", MetricKind.Gauge, "By", "Memory of the process that lies in RAM.")
            .Add(started, Environment.WorkingSet);
        begin("process_cpu", MetricKind.Counter, "s", "Time on all cores.")
            .Add(started, Environment.CpuUsage.TotalTime.TotalSeconds);
        begin("process_start_time", MetricKind.Gauge, "s", "Start, in seconds since 1970.")
            .Add(started, started.ToUnixTimeMilliseconds() / 1000.0);
        begin(
            "edge_camera_loop_allocated", MetricKind.Counter, "By",
            "Managed memory that the loop asked for: frames ask for none, changed decisions do.")
            .Add(started, program.LoopAllocatedBytes);
        begin("dotnet_gc_heap", MetricKind.Gauge, "By", "Managed objects.")
            .Add(started, GC.GetTotalMemory(false));
        begin("dotnet_gc_allocated", MetricKind.Counter, "By", "Managed memory that was ever asked for.")
            .Add(started, GC.GetTotalAllocatedBytes());
    }

    private delegate Metric Beginning(string name, MetricKind kind, string unit, string help);
}
