using System.Net;
using System.Net.Http.Headers;
using Edge.Camera.Config;
using Edge.Camera.Running;
using Edge.Camera.Sinks;
using Edge.Camera.Sinks.Gpio;
using Edge.Camera.Web;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Edge.Camera.Tests.Running;

/// <summary>What becomes of lines, connections and what they show when the configuration changes.</summary>
public sealed class SinkReloadTests : IDisposable
{
    private static readonly GpioOutputConfig Red = new() { Line = "RED", Classes = ["red"] };
    private static readonly GpioConfig Lines = new() { Outputs = [Red] };
    private static readonly GpioConfig MoreLines = new() { Outputs = [Red, new GpioOutputConfig { Line = "MORE", Classes = ["red"] }] };
    private static readonly WebConfig Page = new() { Listen = "127.0.0.1:0" };
    private static readonly WebhookConfig Hook = new() { Url = "http://127.0.0.1:9/" };

    private readonly FakeBoard _board = new();
    private readonly ListLogger _log = new();
    private readonly ILoggerFactory _logs;
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-sinks-").FullName;

    public SinkReloadTests()
    {
        _board.Show(FakeBoard.Red);
        _logs = LoggerFactory.Create(b => b.AddProvider(_log));
    }

    public void Dispose()
    {
        _logs.Dispose();
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_sink_whose_section_is_the_same_stays_as_it_is()
    {
        await using var program = new ReloadedProgram(_board, c => c with { Gpio = Lines, Web = Page });
        await Eventually.HoldsAsync(() => _board["RED"].IsActive, "RED is driven");
        GpioSink gpio = program.Gpio;
        ISink page = Sink(program, "web")!;
        await Eventually.HoldsAsync(() => page.Status.Delivered == 1, "the page shows red");

        // Equal, but another object: as read from a file again.
        Assert.True(await program.Reload(c => c with { Gpio = Lines with { Outputs = [Red with { }] }, Web = Page with { }, Webhook = Hook }));
        Assert.NotNull(Sink(program, "webhook"));
        Assert.Same(gpio, program.Gpio);
        Assert.Same(page, Sink(program, "web"));
        Assert.True(await program.Reload(c => c with { Webhook = Hook with { Timeout = 1 }, Web = null }));
        Assert.Null(Sink(program, "web"));
        Assert.Same(gpio, program.Gpio);
        await program.Pass(5);
        Assert.True(_board["RED"].IsActive);
        Assert.Equal(1, _board["RED"].Opened);
    }

    [Fact]
    public async Task Disarmed_outputs_stay_disarmed_when_lines_change()
    {
        await using var program = new ReloadedProgram(_board, c => c with { Gpio = Lines });
        await Eventually.HoldsAsync(() => _board["RED"].IsActive, "RED is driven");
        program.Gpio.Armed = false;
        Assert.True(await program.Reload(c => c with { Gpio = MoreLines }));
        Assert.False(program.Gpio.Armed);
        await program.Pass(10);
        Assert.False(_board["RED"].IsActive || _board["MORE"].IsActive);
        program.Gpio.Armed = true;
        Assert.True(_board["RED"].IsActive && _board["MORE"].IsActive);
    }

    [Fact]
    public async Task After_a_change_that_fails_lines_show_what_stands_and_commands_reach_them()
    {
        _board["MORE"].IsMissing = true;
        await using var program = new ReloadedProgram(_board, c => c with { Gpio = Lines, Web = Page });
        await Eventually.HoldsAsync(() => _board["RED"].IsActive, "RED is driven");
        GpioSink before = program.Gpio;
        ISink page = Sink(program, "web")!;
        using var client = new HttpClient { BaseAddress = ((WebSink)page).Address };

        Assert.False(await program.Reload(c => c with { Gpio = MoreLines }));
        Assert.NotSame(before, program.Gpio);
        Assert.Same(page, Sink(program, "web"));
        Assert.True(_board["RED"].IsActive, "the decision stands, and the line shows it");
        Assert.Equal(HttpStatusCode.NoContent, await Post("/api/disarm"));
        Assert.False(_board["RED"].IsActive);
        Assert.Equal(HttpStatusCode.NoContent, await Post("/api/arm"));
        Assert.True(_board["RED"].IsActive);
        before.Armed = false;
        Assert.False(_board["RED"].WasDrivenAfterItsEnd);

        async Task<HttpStatusCode> Post(string path)
        {
            using HttpResponseMessage answer = await client.PostAsync(path, null);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task What_a_failed_change_has_replaced_comes_back()
    {
        // Sections are taken up one after the other: lines before the page, whose address is taken.
        await using var other = new RunningPage();
        await using var program = new ReloadedProgram(_board, c => c with { Gpio = MoreLines });
        await Eventually.HoldsAsync(() => _board["MORE"].IsActive, "MORE is driven");
        Assert.False(await program.Reload(c => c with { Gpio = Lines, Web = Page with { Listen = other.Address } }));
        Assert.True(_board["RED"].IsActive && _board["MORE"].IsActive);
        Assert.Null(Sink(program, "web"));
    }

    [Fact]
    public async Task Lines_that_could_not_come_back_do_with_the_old_configuration()
    {
        await using var program = new ReloadedProgram(_board, c => c with { Gpio = Lines }, _logs);
        await Eventually.HoldsAsync(() => _board["RED"].IsActive, "RED is driven");
        _board["RED"].IsMissing = true;
        Assert.False(await program.Reload(c => c with { Gpio = MoreLines }));
        Assert.Null(Sink(program, "gpio"));
        Assert.NotNull(Sink(program, "log"));
        Assert.Single(_log.Lines, l => l.StartsWith("gpio: gpio: GPIO line RED: there is none; it is told nothing", StringComparison.Ordinal));

        _board["RED"].IsMissing = false;
        Assert.True(await program.Reload(c => c with { Gpio = Lines }));
        await Eventually.HoldsAsync(() => _board["RED"].IsActive, "RED is driven again");
    }

    [Fact]
    public async Task Frames_are_looked_at_while_a_configuration_is_loaded_and_lines_are_changed()
    {
        await using var program = new ReloadedProgram(_board, c => c with { Gpio = Lines });
        await Eventually.HoldsAsync(() => _board["RED"].IsActive, "RED is driven");
        FakeCamera camera = _board.Cameras.Single();
        Watch before = program.View.Parts!.Watch;
        int waits = 0;
        program.Loading = Wait;
        _board.Opening = _ => Wait();
        Assert.True(await program.Reload(c => c with { Gpio = MoreLines }));
        Assert.Equal(3, waits);
        await program.Pass(10);

        // The camera was not opened again, and no frame of it was passed over; one may be on its way.
        Assert.Same(camera, _board.Cameras.Single());
        long captured = program.View.Parts!.Readers[0].Counters.Captured, lookedAt = before.Cameras[0].Frames + program.Frames;
        Assert.InRange(lookedAt, captured - 2, program.View.Parts!.Readers[0].Counters.Captured);
        Assert.Equal(0, program.View.Parts!.Readers[0].Counters.Dropped);

        void Wait()
        {
            waits++;
            long until = camera.Seen + 20;
            Eventually.Holds(() => camera.Seen >= until, "the loop goes on");
        }
    }

    [Fact]
    public async Task A_new_token_is_asked_for_once_it_is_loaded()
    {
        string file = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(file, "old");
        await using var program = new ReloadedProgram(_board, c => c with { Web = Page with { TokenFile = file } });
        Assert.Equal(HttpStatusCode.OK, await Ask("old"));
        await File.WriteAllTextAsync(file, "new");
        Assert.True(await program.Reload(c => c));
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask("old"));
        Assert.Equal(HttpStatusCode.OK, await Ask("new"));

        // A secret that can't be read is found before anything is ended.
        ISink page = Sink(program, "web")!;
        await File.WriteAllTextAsync(file, "");
        Assert.False(await program.Reload(c => c));
        Assert.Same(page, Sink(program, "web"));
        Assert.Equal(HttpStatusCode.OK, await Ask("new"));

        async Task<HttpStatusCode> Ask(string token)
        {
            using var client = new HttpClient { BaseAddress = ((WebSink)Sink(program, "web")!).Address };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using HttpResponseMessage answer = await client.GetAsync("/api/state");
            return answer.StatusCode;
        }
    }

    [Theory]
    [InlineData("web")]
    [InlineData("webhook")]
    [InlineData("otlp")]
    [InlineData("mqtt", "password")]
    [InlineData("mqtt", "authority")]
    [InlineData("mqtt", "certificate")]
    [InlineData("mqtt", "key")]
    public async Task Another_secret_is_another_sink(string name, string secret = "token")
    {
        foreach (string file in new[] { "token", "password", "authority", "certificate", "key" })
            await File.WriteAllTextAsync(Path.Combine(_folder, file), $"{file} 1");
        using var loop = new ClassificationLoop();
        string first = Identity();
        Assert.Equal(first, Identity());
        await File.WriteAllTextAsync(Path.Combine(_folder, secret), $"{secret} 2");
        Assert.NotEqual(first, Identity());

        string Identity()
        {
            var config = new EdgeConfig
            {
                Web = Page with { TokenFile = "token" },
                Webhook = Hook with { TokenFile = "token" },
                Otlp = new OtlpConfig { TokenFile = "token" },
                Mqtt = new MqttConfig { PasswordFile = "password", Authority = "authority", Certificate = "certificate", Key = "key" },
            };
            var loaded = new LoadedConfig(config, Path.Combine(_folder, "edge.json"));
            SinkPlan?[] plans = SinkFactory.Plan(loaded, new ProgramView(loop), new Devices(), NullLoggerFactory.Instance);
            return Array.Find(plans, p => p?.Name == name)!.Identity;
        }
    }

    private static ISink? Sink(ReloadedProgram program, string name) => program.View.Parts!.Sinks.SingleOrDefault(s => s.Name == name);

    /// <summary>Another program with a page, at an address that is taken therefore.</summary>
    private sealed class RunningPage : IAsyncDisposable
    {
        private readonly ReloadedProgram _program = new(new FakeBoard(), c => c with { Web = Page });

        public string Address => ((WebSink)Sink(_program, "web")!).Address.Authority;

        public ValueTask DisposeAsync() => _program.DisposeAsync();
    }
}
