using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Edge.Imaging;
using Edge.Imaging.Codecs;

namespace Edge.Camera.Tests.Web;

/// <summary>Every endpoint, on one running program.</summary>
public sealed partial class EndpointTests(RunningProgram program) : IClassFixture<RunningProgram>
{
    [Fact]
    public async Task The_page_needs_nothing_from_elsewhere_and_says_so()
    {
        using HttpResponseMessage answer = await program.Client.GetAsync("/");
        string html = await answer.Content.ReadAsStringAsync();
        Assert.Equal("text/html", answer.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain("//", html.Replace("<!doctype", "", StringComparison.Ordinal), StringComparison.Ordinal);
        string policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'; script-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.DoesNotMatch(" style=| on[a-z]+=", html);
    }

    [Fact]
    public async Task The_state_comes_to_show_the_scene()
    {
        JsonElement state = default;
        await Eventually.HoldsAsync(async () =>
        {
            state = JsonDocument.Parse(await program.Client.GetStringAsync("/api/state")).RootElement;
            return state.GetProperty("decisions").EnumerateArray().Any(d => d.GetProperty("label").GetString() == "no entry");
        });
        JsonElement camera = state.GetProperty("cameras")[0], region = camera.GetProperty("regions")[0];
        Assert.Equal("front door", camera.GetProperty("name").GetString());
        Assert.Equal(5, region.GetProperty("top").GetArrayLength());
        Assert.InRange(region.GetProperty("rate").GetDouble(), 0.1, 40);
        Assert.True(region.GetProperty("runMs").GetDouble() > 0);
        Assert.InRange(camera.GetProperty("captured").GetInt64(), region.GetProperty("frames").GetInt64(), long.MaxValue);
        Assert.Equal(JsonValueKind.Null, state.GetProperty("problem").ValueKind);
    }

    [Fact]
    public async Task Events_bring_states_and_numbered_decisions()
    {
        using Stream stream = await program.Client.GetStreamAsync("/api/events");
        using var reader = new StreamReader(stream);
        var events = new HashSet<string>();
        string name = "";
        bool numbered = false;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (events.Count < 2)
        {
            string line = (await reader.ReadLineAsync(patience.Token))!;
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                (name, numbered) = (line[7..], false);
            numbered |= line.StartsWith("id: ", StringComparison.Ordinal);
            if (!line.StartsWith("data: ", StringComparison.Ordinal))
                continue;
            Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line[6..]).RootElement.ValueKind);
            Assert.Equal(name == "decision", numbered);
            events.Add(name);
        }

        Assert.Equal(["decision", "state"], events.Order());
    }

    [Fact]
    public async Task The_preview_moves()
    {
        using Stream stream = await program.Client.GetStreamAsync("/preview/front%20door.mjpg");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        byte[] first = await Part(stream, patience.Token), second = await Part(stream, patience.Token);
        Assert.Equal((320, 240), Size(first));
        Assert.Equal((320, 240), Size(second));
        Assert.False(first.AsSpan().SequenceEqual(second));
    }

    [Fact]
    public async Task A_snapshot_is_one_picture()
    {
        using HttpResponseMessage answer = await program.Client.GetAsync("/snapshot/front%20door.jpg");
        Assert.Equal("image/jpeg", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal((320, 240), Size(await answer.Content.ReadAsByteArrayAsync()));
    }

    [Fact]
    public async Task Decisions_have_small_pictures()
    {
        long number = 0;
        await Eventually.HoldsAsync(async () =>
        {
            JsonElement state = JsonDocument.Parse(await program.Client.GetStringAsync("/api/state")).RootElement;
            foreach (JsonElement decision in state.GetProperty("decisions").EnumerateArray())
            {
                if (decision.GetProperty("picture").GetBoolean())
                    number = decision.GetProperty("number").GetInt64();
            }

            return number > 0;
        });
        Assert.Equal((160, 120), Size(await program.Client.GetByteArrayAsync($"/history/{number}.jpg")));
    }

    [Fact]
    public async Task Metrics_are_written_as_Prometheus_reads_them()
    {
        await Eventually.HoldsAsync(async () => (await program.Client.GetStringAsync("/metrics")).Contains("label=\"no entry\"", StringComparison.Ordinal));
        string[] lines = (await program.Client.GetStringAsync("/metrics")).TrimEnd('\n').Split('\n');
        Assert.All(lines, l => Assert.Matches(MetricLine(), l));
        string[] named = [.. lines.Where(l => l.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(l => l.Split(' ')[2])];
        Assert.Equal(named.Distinct(), named);

        double[] buckets = [.. lines.Where(l => l.StartsWith("edge_camera_inference_seconds_bucket", StringComparison.Ordinal)).Select(Value)];
        Assert.Equal(buckets.Order(), buckets);
        Assert.True(buckets[^1] > 0);
        Assert.Equal(Value(lines.Single(l => l.StartsWith("edge_camera_inference_seconds_count", StringComparison.Ordinal))), buckets[^1]);
        Assert.True(Value(lines.Single(l => l.StartsWith("edge_camera_frames_captured_total{camera=\"front door\"}", StringComparison.Ordinal))) > 0);
        Assert.True(Value(lines.Single(l => l.StartsWith("process_resident_memory_bytes", StringComparison.Ordinal))) > 1e6);

        static double Value(string line) => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_program_that_classifies_is_healthy() => Assert.Equal("ok\n", await program.Client.GetStringAsync("/healthz"));

    [Theory]
    [InlineData("GET", "/nothing", HttpStatusCode.NotFound)]
    [InlineData("GET", "/preview/back.mjpg", HttpStatusCode.NotFound)]
    [InlineData("GET", "/snapshot/.jpg", HttpStatusCode.NotFound)]
    [InlineData("GET", "/history/0.jpg", HttpStatusCode.NotFound)]
    [InlineData("GET", "/history/..%2f1.jpg", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/regions", HttpStatusCode.MethodNotAllowed)]
    [InlineData("PUT", "/api/regions", HttpStatusCode.Conflict)]
    [InlineData("POST", "/api/state", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/api/arm", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/api/arm", HttpStatusCode.Conflict)]
    [InlineData("POST", "/api/snapshot", HttpStatusCode.Conflict)]
    public async Task What_is_not_there_or_not_so_is_refused(string method, string path, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using HttpResponseMessage answer = await program.Client.SendAsync(request);
        Assert.Equal(expected, answer.StatusCode);
    }

    /// <summary>One part of multipart/x-mixed-replace.</summary>
    private static async Task<byte[]> Part(Stream stream, CancellationToken patience)
    {
        int length = 0;
        byte[] one = new byte[1];
        string line = "";
        while (line.Length > 0 || length == 0)
        {
            line = "";
            do
            {
                await stream.ReadExactlyAsync(one, patience);
                line += one[0] is (byte)'\r' or (byte)'\n' ? "" : (char)one[0];
            }
            while (one[0] != '\n');
            if (line.StartsWith("Content-Length: ", StringComparison.Ordinal))
                length = int.Parse(line[16..], CultureInfo.InvariantCulture);
        }

        byte[] jpeg = new byte[length];
        await stream.ReadExactlyAsync(jpeg, patience);
        return jpeg;
    }

    private static (int Width, int Height) Size(byte[] jpeg)
    {
        using var decoder = new JpegDecoder();
        var image = new PixelBuffer();
        decoder.Decode(jpeg, image, ImageReader.DefaultMaxPixels);
        return (image.Width, image.Height);
    }

    [GeneratedRegex("""^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z_]+="([^"\\]|\\.)*",?)+\})? (\+Inf|NaN|[-+0-9.eE]+))$""")]
    private static partial Regex MetricLine();
}
