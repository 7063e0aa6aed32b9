using Edge.Camera.Config;
using Edge.Camera.Running;
using Edge.Camera.Sinks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Edge.Camera.Tests.Sinks.Mqtt;

/// <summary>The program on its generated scene, telling a broker.</summary>
internal sealed class MqttProgram : IAsyncDisposable
{
    private readonly CameraProgram _program;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;

    public MqttProgram(MqttConfig mqtt)
    {
        var loaded = new LoadedConfig(Config(mqtt), null);
        _program = CameraProgram.Start(() => loaded, loaded, NullLoggerFactory.Instance);
        _thread = new Thread(() => _program.Run(_stop.Token));
        _thread.Start();
    }

    public ProgramView View => _program.View;

    public SinkStatus Status => View.Parts!.Sinks.Single(s => s.Name == "mqtt").Status;

    public long Frames => View.Parts!.Watch.Cameras[0].Frames;

    public static EdgeConfig Config(MqttConfig mqtt) => new()
    {
        Cameras =
        [
            new CameraConfig
            {
                Name = "front door",
                Source = "test",
                Width = 320,
                Height = 240,
                Rate = 20,
                Regions = [new RegionConfig { Name = "all" }, new RegionConfig { Name = "corner", Width = 0.1, Height = 0.1 }],
            },
        ],
        Threads = 1,
        Mqtt = mqtt,
    };

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _thread.Join();
        await _program.DisposeAsync();
        _stop.Dispose();
    }
}
