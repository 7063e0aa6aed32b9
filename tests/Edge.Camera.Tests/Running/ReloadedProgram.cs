using System.Diagnostics;
using Edge.Camera.Config;
using Edge.Camera.Running;
using Edge.Camera.Sinks.Gpio;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Edge.Camera.Tests.Running;

/// <summary>A running program on a board of the test's, which tells colours apart and is given other configurations.</summary>
internal sealed class ReloadedProgram : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-reloaded-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly CameraProgram _program;
    private readonly Thread _thread;
    private EdgeConfig _config;

    /// <param name="board">Where it looks and what it drives.</param>
    /// <param name="change">What is configured besides model and camera.</param>
    /// <param name="logs">Null for nobody.</param>
    public ReloadedProgram(FakeBoard board, Func<EdgeConfig, EdgeConfig> change, ILoggerFactory? logs = null)
    {
        _config = change(new EdgeConfig
        {
            Model = ColourModel.Write(_folder, softmax: false),
            Threads = 1,
            Cameras = [new CameraConfig { Source = "colour" }],
        });
        _program = CameraProgram.Start(Load, Load(), logs ?? NullLoggerFactory.Instance, board.Devices);
        _thread = new Thread(() => _program.Run(_stop.Token));
        _thread.Start();
    }

    /// <summary>Called while a configuration is loaded.</summary>
    public Action Loading { get; set; } = () => { };

    public ProgramView View => _program.View;

    public GpioSink Gpio => View.Parts!.Sinks.OfType<GpioSink>().Single();

    /// <summary>Of the configuration at work.</summary>
    public long Frames => View.Parts!.Watch.Cameras.Sum(c => c.Frames);

    /// <returns>Whether the changed configuration is used.</returns>
    public Task<bool> Reload(Func<EdgeConfig, EdgeConfig> change)
    {
        _config = change(_config);
        return _program.Reload();
    }

    /// <summary>Waits until so many more frames were decided on.</summary>
    public Task Pass(int frames)
    {
        long until = Frames + frames;
        return Eventually.HoldsAsync(() => Frames >= until, $"{frames} frames");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _thread.Join();
        await _program.DisposeAsync();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private LoadedConfig Load()
    {
        LoadedConfig loaded = new(_config, null);
        Loading();
        return loaded;
    }
}
