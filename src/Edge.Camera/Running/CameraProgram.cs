using Edge.Camera.Capture;
using Edge.Camera.Config;
using Edge.Camera.Sinks;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Running;

/// <summary>
/// <c>edge-camera run</c>: cameras, loop and sinks of a configuration, systemd's notifications, and the change to another
/// configuration while it runs.
/// </summary>
internal sealed class CameraProgram : IAsyncDisposable
{
    private static readonly TimeSpan CameraStall = TimeSpan.FromSeconds(5);

    /// <summary>A file counts as changed when it looks the same after another period: editors and copies are done by then.</summary>
    private static readonly TimeSpan FilePeriod = TimeSpan.FromSeconds(1);

    private readonly ILoggerFactory _logs;
    private readonly ILogger _log;
    private readonly Devices _devices;
    private readonly SinkSet _sinks;
    private readonly SystemdNotifier _systemd = new();
    private readonly ClassificationLoop _loop;
    private readonly Timer? _watchdog;
    private readonly Timer _status;
    private readonly Timer _files;
    private readonly Func<LoadedConfig> _load;
    private readonly SemaphoreSlim _reloading = new(1, 1);
    private volatile StampedConfig _read;
    private volatile FileStamps? _seen;
    private Watch _watch;
    private List<CameraReader> _readers = [];

    private CameraProgram(Func<LoadedConfig> load, StampedConfig read, Watch watch, ILoggerFactory logs, Devices devices)
    {
        (_load, _read, _watch, _logs, _log, _devices) = (load, read, watch, logs, logs.CreateLogger("edge-camera"), devices);
        _sinks = new SinkSet(_log);
        _loop = new ClassificationLoop(devices.Clock);
        View = new ProgramView(_loop);
        if (SystemdNotifier.WatchdogInterval is { } interval)
            _watchdog = new Timer(_ => FeedWatchdog(), null, TimeSpan.Zero, interval);
        _files = new Timer(_ => ReloadChangedFiles(), null, FilePeriod, FilePeriod);
        _status = new Timer(_ => _systemd.Status(StatusLine()), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
    }

    /// <summary>What is running now, for those who show it.</summary>
    public ProgramView View { get; }

    /// <summary>Loads everything and starts the cameras.</summary>
    /// <param name="load">Reads the configuration, now and whenever it changed.</param>
    /// <param name="config">What it gave before; says which files to watch from now on.</param>
    /// <param name="logs">Outlives the program.</param>
    /// <param name="devices">Null for the machine's own.</param>
    /// <exception cref="CommandException">The model can't be used.</exception>
    /// <exception cref="ConfigException">The configuration makes no sense with this model or machine.</exception>
    public static CameraProgram Start(Func<LoadedConfig> load, LoadedConfig config, ILoggerFactory logs, Devices? devices = null)
    {
        StampedConfig read = StampedConfig.Load(load, config);
        config = read.Config;
        Watch watch = Watch.Load(config);
        var program = new CameraProgram(load, read, watch, logs, devices ?? new Devices());
        try
        {
            SinkPlan?[] plans = SinkFactory.Plan(config, program.View, program._devices, logs);
            program._sinks.ChangeTo(plans, () => { });
        }
        catch
        {
            program.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }

        ProgramLog.Model(program._log, watch.Model.Manifest.Network, watch.InstructionSet, watch.Threads);
        program._readers = [.. watch.Cameras.Select(c => program.CreateReader(c, watch.Config))];
        program.Use(watch, program._readers);
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
    /// Changes to the configuration as it is now, without a gap: the new model is loaded beside the old one, cameras that stay the same
    /// stay open, and so do sinks. When the new configuration can't be used the old one goes on, with all of its sinks.
    /// </summary>
    /// <returns>Whether the new one is used.</returns>
    public async Task<bool> Reload()
    {
        await _reloading.WaitAsync().ConfigureAwait(false);
        _systemd.Reloading();
        Watch? watch = null;
        try
        {
            // Whether it can be used or not, what is there now is seen to; what is written from now on is another change.
            _read = new StampedConfig(_read.Config, FileStamps.Of(_read.Config));
            _read = StampedConfig.Load(_load, _read.Config);
            LoadedConfig config = _read.Config;
            watch = Watch.Load(config);
            (Watch oldWatch, List<CameraReader> oldReaders) = (_watch, _readers);
            var readers = new List<CameraReader>();
            foreach (CameraWatcher camera in watch.Cameras)
                readers.Add(Kept(camera, oldWatch, oldReaders) ?? CreateReader(camera, config));
            SinkPlan?[] plans = SinkFactory.Plan(config, View, _devices, _logs);
            _sinks.ChangeTo(plans, () => Use(oldWatch, oldReaders).GetAwaiter().GetResult());
            await Use(watch, readers).ConfigureAwait(false);
            (_watch, _readers) = (watch, readers);
            foreach (CameraReader reader in oldReaders.Except(readers))
                reader.Dispose();

            // A camera has one owner: the old reader has let go of it.
            foreach (CameraReader reader in readers.Except(oldReaders))
                reader.Start();
            oldWatch.Dispose();
            if (_logs is Logs own && !own.ChangeTo(config.Config.Log))
                ProgramLog.FormatStays(_log);
            ProgramLog.Reloaded(_log, watch.Model.Manifest.Network);
            return true;
        }
        catch (Exception e)
        {
            if (watch != _watch)
                watch?.Dispose();
            if (e is not (ConfigException or CommandException))
                throw;
            ProgramLog.NotReloaded(_log, e.Message.ReplaceLineEndings("; "));
            return false;
        }
        finally
        {
            _systemd.Ready();
            _reloading.Release();
        }
    }

    /// <summary><see cref="Reload"/> for signals and timers.</summary>
    public async void ReloadInBackground()
    {
        try
        {
            await Reload().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever it is, it would end the process from here; what runs goes on.
            ProgramLog.ReloadFailed(_log, e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _files.DisposeAsync().ConfigureAwait(false);
        await _reloading.WaitAsync().ConfigureAwait(false);
        await _status.DisposeAsync().ConfigureAwait(false);
        if (_watchdog is not null)
            await _watchdog.DisposeAsync().ConfigureAwait(false);
        foreach (CameraReader reader in _readers)
            reader.Dispose();
        foreach (ISink sink in _sinks.Running)
            await sink.DisposeAsync().ConfigureAwait(false);
        _loop.Dispose();
        _watch.Dispose();
        _systemd.Dispose();
        _reloading.Dispose();
    }

    /// <summary>Has the loop look through these with the sinks there are now, and shows that to all who ask.</summary>
    /// <returns>Done when the loop has changed over.</returns>
    private Task Use(Watch watch, List<CameraReader> readers)
    {
        ISink[] sinks = _sinks.Running;
        View.Parts = new ProgramParts(watch, readers, sinks);
        return _loop.ChangeTo(watch, readers, sinks);
    }

    private void ReloadChangedFiles()
    {
        // The files of what was read last, used or not: a model that it names may be still to come.
        StampedConfig read = _read;
        FileStamps now = FileStamps.Of(read.Config);
        if (now.Problem is { } problem)
        {
            if (_seen?.Problem is null)
                ProgramLog.NotWatched(_log, problem);
            _seen = now;
            return;
        }

        if (now != read.Stamps && now == _seen)
        {
            _read = new StampedConfig(read.Config, now);
            ReloadInBackground();
        }

        _seen = now;
    }

    /// <summary>A camera that is configured as before stays open.</summary>
    private static CameraReader? Kept(CameraWatcher camera, Watch oldWatch, List<CameraReader> oldReaders)
    {
        CameraConfig? before = Array.Find(oldWatch.Cameras, c => c.Camera.Name == camera.Camera.Name)?.Camera;
        return before is not null && CameraConfig.SameSource(before, camera.Camera)
            ? oldReaders.Find(r => r.Name == camera.Camera.Name)
            : null;
    }

    private CameraReader CreateReader(CameraWatcher camera, LoadedConfig config) => new(
        camera.Camera.Name,
        _devices.Source(camera.Camera, config),
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

    [LoggerMessage(LogLevel.Warning, "log.format: the log goes on as it was; start edge-camera anew to change it")]
    public static partial void FormatStays(ILogger log);

    [LoggerMessage(LogLevel.Error, "the changed configuration could not be taken up")]
    public static partial void ReloadFailed(ILogger log, Exception exception);

    [LoggerMessage(LogLevel.Warning, "changes of the configuration can't be seen now: {problem}")]
    public static partial void NotWatched(ILogger log, string problem);

    [LoggerMessage(LogLevel.Error, "the changed configuration is not used: {problem}")]
    public static partial void NotReloaded(ILogger log, string problem);
}
