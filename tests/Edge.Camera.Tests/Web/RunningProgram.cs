using System.Diagnostics;
using Edge.Camera.Config;
using Edge.Camera.Running;
using Edge.Camera.Web;
using Microsoft.Extensions.Logging.Abstractions;

namespace Edge.Camera.Tests.Web;

/// <summary>The program on its generated scene, with a page on a free port of this machine.</summary>
public sealed class RunningProgram : IAsyncDisposable, IDisposable
{
    private readonly CameraProgram _program;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;

    public RunningProgram()
        : this(new WebConfig())
    {
    }

    internal RunningProgram(WebConfig web, double rate = 30, double stall = 20, int width = 320, string? regionsFile = null)
    {
        EdgeConfig config = new()
        {
            Cameras =
            [
                new CameraConfig { Name = "front door", Source = "test", Width = width, Height = width * 3 / 4, Rate = rate },
            ],
            Threads = 1,
            RegionsFile = regionsFile,
            Watchdog = new WatchdogConfig { Stall = stall },
            Web = web with { Listen = web.Listen == new WebConfig().Listen ? "127.0.0.1:0" : web.Listen },
        };
        var loaded = new LoadedConfig(config, null);
        _program = CameraProgram.Start(Load, loaded, NullLoggerFactory.Instance);
        _thread = new Thread(() => _program.Run(_stop.Token));
        _thread.Start();
        Address = _program.View.Parts!.Sinks.OfType<WebSink>().Single().Address;
        Client = new HttpClient { BaseAddress = Address };

        // As ConfigFile.Load does behind a file.
        LoadedConfig Load() =>
            regionsFile is null ? loaded : loaded with { Config = RegionsFile.Over(loaded.Config, regionsFile) };
    }

    public HttpClient Client { get; }

    public Uri Address { get; }

    internal ProgramView View => _program.View;

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _thread.Join();
        await _program.DisposeAsync();
        Client.Dispose();
        _stop.Dispose();
    }
}
