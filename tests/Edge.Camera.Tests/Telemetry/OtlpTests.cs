using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Edge.Camera.Checking;
using Edge.Camera.Config;
using Edge.Camera.Running;
using Edge.Camera.Sinks;
using Edge.Camera.Telemetry;
using Edge.Camera.Tests.Sinks.Mqtt;
using Edge.Camera.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace Edge.Camera.Tests.Telemetry;

/// <summary>The whole program against something that answers like a collector.</summary>
public sealed class OtlpTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-otlp-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Figures_arrive_as_OTLP_JSON()
    {
        string token = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(token, "secret\n");
        using var collector = new Collector();
        await using var program = new Running(new OtlpConfig
        {
            Endpoint = collector.Endpoint,
            Interval = 1,
            TokenFile = token,
            Headers = { ["X-Scope-OrgID"] = "garden" },
        });
        await Eventually.HoldsAsync(
            () => collector.Exports.Any(e => Text(e.Point("edge_camera_frames_classified", "sum"), "asInt") is { Length: > 1 }), "ten frames");
        Export export = collector.Exports[^1];
        Assert.Equal(("POST /v1/metrics", "application/json"), (export.Line, export.ContentType));
        Assert.Equal(("Bearer secret", "garden"), (export.Authorization, export.Tenant));
        Assert.Contains(export.Resource.GetProperty("attributes").EnumerateArray(), a =>
            Text(a, "key") == "service.name" && a.GetProperty("value").GetProperty("stringValue").GetString() == "edge-camera");

        JsonElement classified = export.Metrics.Single(m => Text(m, "name") == "edge_camera_frames_classified");
        Assert.Equal((2, true), (classified.GetProperty("sum").GetProperty("aggregationTemporality").GetInt32(), classified.GetProperty("sum").GetProperty("isMonotonic").GetBoolean()));
        JsonElement point = export.Point("edge_camera_frames_classified", "sum");
        Assert.Equal("front door", point.GetProperty("attributes")[0].GetProperty("value").GetProperty("stringValue").GetString());
        Assert.True(Number(point, "startTimeUnixNano") < Number(point, "timeUnixNano"));
        Assert.InRange(Number(point, "timeUnixNano"), 1_700_000_000_000_000_000, long.MaxValue);

        JsonElement latency = export.Point("edge_camera_latency", "histogram");
        long[] buckets = [.. latency.GetProperty("bucketCounts").EnumerateArray().Select(b => long.Parse(b.GetString()!, CultureInfo.InvariantCulture))];
        Assert.Equal(latency.GetProperty("explicitBounds").GetArrayLength() + 1, buckets.Length);
        Assert.Equal(Number(latency, "count"), buckets.Sum());
        Assert.True(latency.GetProperty("sum").GetDouble() > 0);
        Assert.InRange(export.Point("edge_camera_confidence", "gauge").GetProperty("asDouble").GetDouble(), 0.01, 1);
        Assert.InRange(export.Point("edge_camera_input_saturation", "gauge").GetProperty("asDouble").GetDouble(), 0, 1);
        Assert.True(export.Point("process_cpu", "sum").GetProperty("asDouble").GetDouble() > 0);
    }

    [Fact]
    public async Task Prometheus_and_OpenTelemetry_are_told_the_same_figures()
    {
        await using var program = new Running(new OtlpConfig { Endpoint = "http://127.0.0.1:9", Interval = 3600 });
        await Eventually.HoldsAsync(() => program.Frames > 5, "frames");
        ProgramParts parts = program.View.Parts!;
        List<Metric> metrics = ProgramMetrics.Collect(parts, program.View);
        string[] page = [.. MetricsPage.Write(parts, program.View).Split('\n').Where(l => l.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(l => l.Split(' ')[2])];
        Assert.Equal(["edge_camera_info", .. metrics.Select(MetricsPage.Name)], page);
        OtlpRequest request = OtlpRequest.Of(metrics, parts, "1", DateTimeOffset.UtcNow);
        Assert.Equal(metrics.Select(m => m.Name), request.ResourceMetrics[0].ScopeMetrics[0].Metrics.Select(m => m.Name));
        Assert.Contains("edge_camera_latency_seconds", page);
        Assert.Contains("edge_camera_frames_dropped_total", page);
    }

    [Fact]
    public async Task A_collector_that_is_down_delays_nothing_and_gets_all_counts_later()
    {
        int port = MosquittoBroker.FreePort();
        await using var program = new Running(new OtlpConfig { Endpoint = $"http://127.0.0.1:{port}", Interval = 1 });
        await Eventually.HoldsAsync(() => program.Status is { Dropped: > 0, Trouble: not null }, "trouble");
        long frames = program.Frames;
        await Eventually.HoldsAsync(() => program.Frames > frames + 10, "frames");
        using var collector = new Collector(port: port);
        Export export = await collector.WaitFor(0);
        Assert.True(Number(export.Point("edge_camera_frames_looked_at", "sum"), "asInt") > frames);
        await Eventually.HoldsAsync(() => program.Status is { Delivered: > 0, Trouble: null }, "recovered");
    }

    [Fact]
    public async Task A_collector_that_says_when_is_left_alone_until_then()
    {
        using var collector = new Collector((number, response) =>
        {
            (response.StatusCode, response.Headers["Retry-After"]) = number == 0 ? (429, "4") : (200, null);
            return true;
        });
        await using var program = new Running(new OtlpConfig { Endpoint = collector.Endpoint, Interval = 1 });
        Export first = await collector.WaitFor(0), second = await collector.WaitFor(1);
        Assert.True(Stopwatch.GetElapsedTime(first.Time, second.Time) > TimeSpan.FromSeconds(3.9));
    }

    [Fact]
    public async Task Delays_double_where_the_collector_only_says_no()
    {
        using var collector = new Collector((number, response) =>
        {
            response.StatusCode = number < 3 ? 503 : 200;
            return true;
        });
        await using var program = new Running(new OtlpConfig { Endpoint = collector.Endpoint, Interval = 1 });
        await Eventually.HoldsAsync(() => program.Status.Trouble is not null, "trouble");
        Assert.Contains("answered 503", program.Status.Trouble, StringComparison.Ordinal);
        Export second = await collector.WaitFor(1), third = await collector.WaitFor(2), fourth = await collector.WaitFor(3);
        Assert.True(Stopwatch.GetElapsedTime(second.Time, third.Time) > TimeSpan.FromSeconds(1.9));
        Assert.True(Stopwatch.GetElapsedTime(third.Time, fourth.Time) > TimeSpan.FromSeconds(3.9));
        await Eventually.HoldsAsync(() => program.Status is { Delivered: > 0, Dropped: >= 3, Trouble: null }, "recovered");
    }

    /// <summary>The configuration's own check lets no such address through.</summary>
    [Fact]
    public async Task Exports_go_on_after_an_error_that_nobody_expected()
    {
        await using var program = new Running(new OtlpConfig { Endpoint = "ftp://127.0.0.1", Interval = 0.1 });
        await Eventually.HoldsAsync(() => program.Status is { Delivered: 0, Dropped: >= 2 }, "two exports left out");
    }

    [Fact]
    public async Task A_collector_that_never_answers_delays_neither_frames_nor_the_end()
    {
        using var collector = new Collector((_, _) => false);
        var program = new Running(new OtlpConfig { Endpoint = collector.Endpoint, Interval = 1, Timeout = 1 });
        await Eventually.HoldsAsync(() => program.Status.Trouble is not null, "trouble");
        Assert.Contains("no answer in 1 s", program.Status.Trouble, StringComparison.Ordinal);
        long frames = program.Frames;
        await Eventually.HoldsAsync(() => program.Frames > frames + 10, "frames");
        await program.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Figures_that_are_refused_are_named()
    {
        using var collector = new Collector((_, response) =>
        {
            response.OutputStream.Write(Encoding.UTF8.GetBytes("""{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"too many"}}"""));
            return true;
        });
        await using var program = new Running(new OtlpConfig { Endpoint = collector.Endpoint, Interval = 1 });
        await Eventually.HoldsAsync(() => program.Status.Trouble is not null, "trouble");
        Assert.EndsWith("3 figures are refused: too many", program.Status.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public void The_check_says_whether_a_collector_takes_metrics()
    {
        using (var collector = new Collector())
            Assert.Equal(CheckState.Good, Check(new OtlpConfig { Endpoint = collector.Endpoint }).State);
        using (var stranger = new Collector((_, response) =>
        {
            response.StatusCode = 401;
            return true;
        }))
        {
            CheckItem item = Check(new OtlpConfig { Endpoint = stranger.Endpoint });
            Assert.Equal((CheckState.Bad, "see otlp.tokenFile and otlp.headers"), (item.State, item.Advice));
        }

        Assert.Equal(CheckState.Bad, Check(new OtlpConfig { Endpoint = $"http://127.0.0.1:{MosquittoBroker.FreePort()}" }).State);
        Assert.Contains("otlp.tokenFile", Check(new OtlpConfig { TokenFile = Path.Combine(_folder, "absent") }).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Saturation_is_the_share_of_values_at_either_end() =>
        Assert.Equal(0.6, RegionWatcher.Saturation([sbyte.MinValue, -127, sbyte.MaxValue, 126, sbyte.MaxValue]));

    private static CheckItem Check(OtlpConfig config) => OtlpCheck.Item(config, new LoadedConfig(new EdgeConfig(), null));

    private static string? Text(JsonElement element, string key) => element.GetProperty(key).GetString();

    private static long Number(JsonElement element, string key) => long.Parse(Text(element, key)!, CultureInfo.InvariantCulture);

    /// <summary>The program on its generated scene.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private readonly CameraProgram _program;
        private readonly CancellationTokenSource _stop = new();
        private readonly Thread _thread;

        public Running(OtlpConfig otlp)
        {
            var config = new EdgeConfig
            {
                Cameras = [new CameraConfig { Name = "front door", Source = "test", Width = 320, Height = 240, Rate = 20 }],
                Threads = 1,
                Otlp = otlp,
            };
            var loaded = new LoadedConfig(config, null);
            _program = CameraProgram.Start(() => loaded, loaded, NullLoggerFactory.Instance);
            _thread = new Thread(() => _program.Run(_stop.Token));
            _thread.Start();
        }

        public ProgramView View => _program.View;

        public SinkStatus Status => View.Parts!.Sinks.Single(s => s.Name == "otlp").Status;

        public long Frames => View.Parts!.Watch.Cameras[0].Frames;

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _thread.Join();
            await _program.DisposeAsync();
            _stop.Dispose();
        }
    }
}
