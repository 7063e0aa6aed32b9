using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Edge.Camera.Capture;
using Edge.Camera.Config;
using Edge.Camera.Decision;
using Edge.Camera.Sinks;
using Edge.Camera.Sources;
using Microsoft.Extensions.Logging.Abstractions;

namespace Edge.Camera.Tests.Sinks;

public class QueuedSinkTests
{
    [Fact]
    public async Task A_dead_sink_never_delays_and_loses_the_oldest_counted()
    {
        var sink = new BlockedSink();
        sink.Start();
        Task publishing = Task.Run(() =>
        {
            for (int i = 0; i < 1000; i++)
                sink.Publish(Event(i));
        });
        await publishing.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.InRange(sink.Status.Dropped, 1000 - BlockedSink.Capacity - 1, 1000 - BlockedSink.Capacity);
        await sink.DisposeAsync();
    }

    [Fact]
    public async Task Snapshots_keep_to_their_budget_and_remove_the_oldest()
    {
        string folder = Directory.CreateTempSubdirectory("edge-snapshots-").FullName;
        string foreign = Path.Combine(folder, "holiday.jpg");
        await File.WriteAllBytesAsync(foreign, new byte[3 << 20]);
        var config = new SnapshotConfig { MaxMegabytes = 1, KeepFreeMegabytes = 1, Quality = 100 };
        var sink = new SnapshotSink(config, folder, NullLogger.Instance);
        sink.Start();
        using var source = new TestSource(1280, 720, 1000);
        source.Open(CancellationToken.None);
        for (int i = 0; i < 60; i++)
        {
            CapturedFrame frame = source.Read(TimeSpan.FromSeconds(1), CancellationToken.None)!;
            sink.Publish(Event(i) with { Picture = Picture.Copy(frame) });
            source.Return(frame);
            await Eventually.HoldsAsync(() => sink.Status.Delivered == i + 1);
        }

        FileInfo[] kept = [.. new DirectoryInfo(folder).GetFiles("*_camera_stop.jpg").OrderBy(f => f.Name, StringComparer.Ordinal)];
        Assert.InRange(kept.Sum(f => f.Length), 1, 1 << 20);
        Assert.InRange(kept.Length, 2, 59);
        Assert.Contains("T000059", kept[^1].Name, StringComparison.Ordinal);
        Assert.True(File.Exists(foreign));
        await sink.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_damaged_picture_is_dropped_and_counted_and_the_next_is_kept()
    {
        string folder = Directory.CreateTempSubdirectory("edge-snapshots-").FullName;
        var sink = new SnapshotSink(new SnapshotConfig { KeepFreeMegabytes = 0 }, folder, NullLogger.Instance);
        sink.Start();
        using var source = new TestSource(64, 48, 1000);
        source.Open(CancellationToken.None);
        CapturedFrame frame = source.Read(TimeSpan.FromSeconds(1), CancellationToken.None)!;
        long length = frame.Length;
        foreach (int second in new[] { 1, 2, 3 })
        {
            frame.Length = second < 3 ? length / 2 : length;
            sink.Publish(Event(second) with { Picture = Picture.Copy(frame) });
        }

        await Eventually.HoldsAsync(() => sink.Status is { Delivered: 1, Dropped: 2, Trouble: null });
        Assert.Contains("T000003", Assert.Single(Directory.GetFiles(folder)), StringComparison.Ordinal);
        await sink.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task While_the_disk_is_nearly_full_nothing_is_written_and_the_reason_is_told()
    {
        string folder = Directory.CreateTempSubdirectory("edge-snapshots-").FullName;
        int free = (int)(new DriveInfo(folder).AvailableFreeSpace >> 20);
        var config = new SnapshotConfig { KeepFreeMegabytes = free + 1_000_000 };
        var sink = new SnapshotSink(config, folder, NullLogger.Instance);
        sink.Start();
        sink.Publish(WithPicture(Event(1)));
        await Eventually.HoldsAsync(() => sink.Status.Trouble is not null);
        Assert.Matches($@"only \d+ MB free, snapshots.keepFreeMegabytes is {config.KeepFreeMegabytes}$", sink.Status.Trouble);
        await sink.DisposeAsync();
        Assert.Equal((0, 1), (sink.Status.Delivered, sink.Status.Dropped));
        Assert.Empty(Directory.GetFiles(folder));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Pictures_that_a_power_cut_left_unfinished_are_removed_and_other_files_are_not()
    {
        string folder = Directory.CreateTempSubdirectory("edge-snapshots-").FullName;
        string cutOff = Path.Combine(folder, "20261122T153000.250Z_camera_stop.jpg.part"), foreign = Path.Combine(folder, "film.part");
        await File.WriteAllBytesAsync(cutOff, new byte[100]);
        await File.WriteAllBytesAsync(foreign, new byte[100]);
        await using var sink = new SnapshotSink(new SnapshotConfig(), folder, NullLogger.Instance);
        Assert.Equal([foreign], Directory.GetFiles(folder));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_folder_that_is_removed_while_the_service_runs_comes_back()
    {
        string folder = Directory.CreateTempSubdirectory("edge-snapshots-").FullName;
        await using var sink = new SnapshotSink(new SnapshotConfig { KeepFreeMegabytes = 0 }, folder, NullLogger.Instance);
        sink.Start();
        Directory.Delete(folder);
        sink.Publish(WithPicture(Event(1)));
        await Eventually.HoldsAsync(() => sink.Status is { Delivered: 1, Trouble: null });
        Assert.Single(Directory.GetFiles(folder));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_picture_that_cannot_be_put_in_place_leaves_nothing_behind()
    {
        string folder = Directory.CreateTempSubdirectory("edge-snapshots-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "19700101T000001.000Z_camera_stop.jpg", "in-the-way"));
        var sink = new SnapshotSink(new SnapshotConfig { KeepFreeMegabytes = 0 }, folder, NullLogger.Instance);
        sink.Start();
        sink.Publish(WithPicture(Event(1)));
        await Eventually.HoldsAsync(() => sink.Status.Trouble is not null);
        await sink.DisposeAsync();
        Assert.Equal((0, 1), (sink.Status.Delivered, sink.Status.Dropped));
        Assert.Empty(Directory.GetFiles(folder));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_label_longer_than_a_file_name_is_kept_under_its_beginning()
    {
        string folder = Directory.CreateTempSubdirectory("edge-snapshots-").FullName;
        await using var sink = new SnapshotSink(new SnapshotConfig { KeepFreeMegabytes = 0 }, folder, NullLogger.Instance);
        sink.Start();
        sink.Publish(WithPicture(Event(1)) with { Label = new string('x', 300) });
        await Eventually.HoldsAsync(() => sink.Status is { Delivered: 1, Trouble: null });
        Assert.Matches(@"Z_camera_x{100,}\.jpg$", Assert.Single(Directory.GetFiles(folder)));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_webhook_gets_the_decision_and_is_tried_again_after_an_error()
    {
        using var listener = new HttpListener();
        int port = FreePort();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        var sink = new WebhookSink(new WebhookConfig { Url = $"http://127.0.0.1:{port}/hook" }, "secret", NullLogger.Instance);
        sink.Start();
        sink.Publish(Event(7));
        for (int attempt = 0; attempt < 2; attempt++)
        {
            HttpListenerContext call = await listener.GetContextAsync().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal("Bearer secret", call.Request.Headers["Authorization"]);
            using JsonDocument body = await JsonDocument.ParseAsync(call.Request.InputStream);
            Assert.Equal("stop", body.RootElement.GetProperty("label").GetString());
            call.Response.StatusCode = attempt == 0 ? 503 : 204;
            call.Response.Close();
            if (attempt == 0)
                await Eventually.HoldsAsync(() => sink.Status.Trouble?.Contains("503", StringComparison.Ordinal) == true);
        }

        await Eventually.HoldsAsync(() => sink.Status is { Delivered: 1, Trouble: null });
        await sink.DisposeAsync();
    }

    [Theory]
    [InlineData(400)]
    [InlineData(413)]
    [InlineData(422)]
    public async Task An_event_that_a_webhook_refuses_does_not_hold_up_the_next(int status)
    {
        using var listener = new HttpListener();
        int port = FreePort();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        await using var sink = new WebhookSink(new WebhookConfig { Url = $"http://127.0.0.1:{port}/" }, null, NullLogger.Instance);
        sink.Start();
        foreach (int second in new[] { 1, 2 })
        {
            sink.Publish(Event(second));
            HttpListenerContext call = await listener.GetContextAsync().WaitAsync(TimeSpan.FromSeconds(30));
            using JsonDocument body = await JsonDocument.ParseAsync(call.Request.InputStream);
            Assert.Equal(second, body.RootElement.GetProperty("frame").GetInt64());
            call.Response.StatusCode = second == 1 ? status : 204;
            call.Response.Close();
            if (second == 1)
                await Eventually.HoldsAsync(() => sink.Status.Dropped == 1 && sink.Status.Trouble?.Contains($"{status}", StringComparison.Ordinal) == true);
        }

        await Eventually.HoldsAsync(() => sink.Status is { Delivered: 1, Dropped: 1, Trouble: null });
    }

    [Fact]
    public async Task A_webhook_that_hangs_up_is_told_by_what_happened()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var sink = new WebhookSink(new WebhookConfig { Url = $"http://{listener.LocalEndpoint}/" }, null, NullLogger.Instance);
        sink.Start();
        sink.Publish(Event(1));
        using (System.Net.Sockets.TcpClient call = await listener.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(30)))
            call.GetStream().ReadByte();
        await Eventually.HoldsAsync(() => sink.Status.Trouble is not null);
        Assert.Matches("ended prematurely|reset by peer", sink.Status.Trouble);
    }

    public static TheoryData<Exception> UnexpectedErrors => [new InvalidOperationException("a defect"), new OperationCanceledException("not by us")];

    [Theory]
    [MemberData(nameof(UnexpectedErrors))]
    public async Task A_sink_outlives_an_error_that_nobody_expected(Exception error)
    {
        await using var sink = new FaultySink(error);
        sink.Start();
        sink.Publish(Event(FaultySink.BadSecond));
        sink.Publish(Event(FaultySink.BadSecond + 1));
        await Eventually.HoldsAsync(() => sink.Status is { Delivered: 1, Dropped: 1 });
    }

    private static DecisionEvent WithPicture(DecisionEvent decision)
    {
        using var source = new TestSource(64, 48, 1000);
        source.Open(CancellationToken.None);
        return decision with { Picture = Picture.Copy(source.Read(TimeSpan.FromSeconds(1), CancellationToken.None)!) };
    }

    private static DecisionEvent Event(int second) => new()
    {
        Camera = "camera",
        Region = null,
        Time = DateTimeOffset.UnixEpoch.AddSeconds(second),
        Frame = second,
        Class = 14,
        Label = "stop",
        Score = 0.9f,
        Top = TopClasses.Of([0.9f], 1),
        Report = true,
    };

    private static int FreePort()
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private sealed class FaultySink(Exception error) : QueuedSink("faulty", 8, NullLogger.Instance)
    {
        public const int BadSecond = 1;

        protected override Task DeliverAsync(DecisionEvent decision, CancellationToken stop) =>
            decision.Frame == BadSecond ? throw error : Task.CompletedTask;
    }

    private sealed class BlockedSink() : QueuedSink("blocked", Capacity, NullLogger.Instance)
    {
        public const int Capacity = 8;

        protected override Task DeliverAsync(DecisionEvent decision, CancellationToken stop) => Task.Delay(Timeout.Infinite, stop);
    }
}
