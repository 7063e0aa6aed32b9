using Edge.Camera.Capture;
using Edge.Camera.Config;
using Edge.Camera.Sinks;
using Edge.Camera.Sources;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Running;

/// <summary>
/// <c>edge-camera run</c>: cameras, loop and sinks of a configuration, systemd's notifications, and the change to another
/// configuration while it runs.
/// </summary>
internal sealed class CameraProgram : IAsyncDisposable
{
    private static readonly TimeSpan CameraStall = TimeSpan.FromSeconds(5);

    private readonly ILoggerFactory _logs;
    private readonly ILogger _log;
    private readonly SystemdNotifier _systemd = new();
    private readonly ClassificationLoop _loop;
    private readonly Timer? _watchdog;
    private readonly Timer _status;
    private Watch _watch;
    private List<CameraReader> _readers = [];
    private List<ISink> _sinks = [];

    private CameraProgram(Watch watch, ILoggerFactory logs)
    {
        (_watch, _logs, _log) = (watch, logs, logs.CreateLogger("edge-camera"));
        _loop = new ClassificationLoop();
        if (SystemdNotifier.WatchdogInterval is { } interval)
            _watchdog = new Timer(_ => FeedWatchdog(), null, TimeSpan.Zero, interval);
        _status = new Timer(_ => _systemd.Status(StatusLine()), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
    }

    /// <summary>Loads everything and starts the cameras.</summary>
    /// <exception cref="CommandException">The model can't be used.</exception>
    /// <exception cref="ConfigException">The configuration makes no sense with this model or machine.</exception>
    public static CameraProgram Start(LoadedConfig config, ILoggerFactory logs)
    {
        Watch watch = Watch.Load(config);
        var program = new CameraProgram(watch, logs);
        ProgramLog.Model(program._log, watch.Model.Manifest.Network, watch.InstructionSet, watch.Threads);
        program._readers = [.. watch.Cameras.Select(program.CreateReader)];
        program._sinks = SinkFactory.Create(watch, logs);
        program._loop.ChangeTo(watch, program._readers, program._sinks);
        foreach (CameraReader reader in program._readers)
            reader.Start();
        return program;
    }

    /// <summary>Classifies until it is cancelled or all sources have ended.</summary>
    public void Run(CancellationToken cancellation)
    {
        _systemd.Ready();
        _loop.Run(cancellation);
        _systemd.Stopping();
    }

    /// <summary>
    /// Changes to another configuration without a gap: the new model is loaded beside the old one, cameras that stay the same stay
    /// open. When the new one can't be used the old one goes on.
    /// </summary>
    public async Task<bool> Reload(Func<LoadedConfig> load)
    {
        _systemd.Reloading();
        try
        {
            Watch watch = Watch.Load(load());
            List<ISink> sinks = SinkFactory.Create(watch, _logs);
            (Watch oldWatch, List<ISink> oldSinks, List<CameraReader> oldReaders) = (_watch, _sinks, _readers);
            var readers = new List<CameraReader>();
            foreach (CameraWatcher camera in watch.Cameras)
                readers.Add(Kept(camera, oldWatch, oldReaders) ?? CreateReader(camera));
            foreach (CameraReader reader in readers.Except(oldReaders))
                reader.Start();
            await _loop.ChangeTo(watch, readers, sinks).ConfigureAwait(false);
            (_watch, _sinks, _readers) = (watch, sinks, readers);
            foreach (CameraReader reader in oldReaders.Except(readers))
                reader.Dispose();
            foreach (ISink sink in oldSinks)
                await sink.DisposeAsync().ConfigureAwait(false);
            oldWatch.Dispose();
            ProgramLog.Reloaded(_log, watch.Model.Manifest.Network);
            return true;
        }
        catch (Exception e) when (e is ConfigException or CommandException)
        {
            ProgramLog.NotReloaded(_log, e.Message.ReplaceLineEndings("; "));
            return false;
        }
        finally
        {
            _systemd.Ready();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _status.DisposeAsync().ConfigureAwait(false);
        if (_watchdog is not null)
            await _watchdog.DisposeAsync().ConfigureAwait(false);
        foreach (CameraReader reader in _readers)
            reader.Dispose();
        foreach (ISink sink in _sinks)
            await sink.DisposeAsync().ConfigureAwait(false);
        _loop.Dispose();
        _watch.Dispose();
        _systemd.Dispose();
    }

    /// <summary>A camera that is configured as before stays open.</summary>
    private static CameraReader? Kept(CameraWatcher camera, Watch oldWatch, List<CameraReader> oldReaders)
    {
        CameraConfig? before = Array.Find(oldWatch.Cameras, c => c.Camera.Name == camera.Camera.Name)?.Camera;
        return before is not null && CameraConfig.SameSource(before, camera.Camera)
            ? oldReaders.Find(r => r.Name == camera.Camera.Name)
            : null;
    }

    private CameraReader CreateReader(CameraWatcher camera) => new(
        camera.Camera.Name,
        SourceFactory.For(camera.Camera, _watch.Config),
        CameraStall,
        _loop.FrameReady,
        _logs.CreateLogger("camera"));

    private void FeedWatchdog()
    {
        if (_loop.SinceAlive < TimeSpan.FromSeconds(_watch.Config.Config.Watchdog.Stall))
            _systemd.FeedWatchdog();
    }

    private string StatusLine() => string.Join(
        "; ",
        _watch.Cameras.Select(c => $"{c.Camera.Name}: {_readers.Find(r => r.Name == c.Camera.Name)?.Trouble ?? $"{c.Frames} frames classified"}"));
}

internal static partial class ProgramLog
{
    [LoggerMessage(LogLevel.Information, "{network}: {instructionSet} kernels, {threads} thread(s)")]
    public static partial void Model(ILogger log, string network, Edge.Runtime.Execution.InstructionSet instructionSet, int threads);

    [LoggerMessage(LogLevel.Information, "configuration changed; now {network}")]
    public static partial void Reloaded(ILogger log, string network);

    [LoggerMessage(LogLevel.Error, "the changed configuration is not used: {problem}")]
    public static partial void NotReloaded(ILogger log, string problem);
}
