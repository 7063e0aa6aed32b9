using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Edge.Camera.Commands;
using Edge.Camera.Config;
using Edge.Camera.Running;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Tests.Running;

/// <summary>A running program whose configuration file changes.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("edge-reload-").FullName, "edge.json");
    private readonly ListLogger _log = new();

    [Fact]
    public async Task A_changed_file_is_taken_up_and_a_wrong_one_is_not()
    {
        Write("""{ "cameras": [{ "source": "test", "width": 160, "height": 120, "rate": 50 }], "threads": 1 }""");
        using ILoggerFactory logs = LoggerFactory.Create(b => b.AddProvider(_log));
        CameraProgram program = CameraProgram.Start(() => ConfigFile.Load(_file), ConfigFile.Load(_file), logs);
        using var stop = new CancellationTokenSource();
        var thread = new Thread(() => program.Run(stop.Token));
        thread.Start();

        Write("""{ "cameras": [{ "source": "test", "width": 160, "height": 120, "rate": 50 }], "threads": 1, "decision": { "votes": 9 } }""");
        await WaitFor("the changed configuration is not used");
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.Single(_log.Lines, l => l.Contains("is not used", StringComparison.Ordinal));
        Write("""{ "cameras": [{ "source": "test", "width": 160, "height": 120, "rate": 50 }], "threads": 1, "decision": { "threshold": 0.9 } }""");
        await WaitFor("configuration changed");
        Write("""{ "cameras": [{ "source": "test", "width": 160, "height": 120, "rate": 50 }], "threads": 1, "webhook": { "url": "http://127.0.0.1:9/" } }""");
        await WaitFor("configuration changed", times: 2);

        stop.Cancel();
        thread.Join();
        await program.DisposeAsync();
        Assert.DoesNotContain(_log.Lines, l => l.Contains("trying again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_fault_of_the_program_while_it_reloads_is_logged_and_ends_nothing()
    {
        Write("{ \"cameras\": [{ \"source\": \"test\", \"width\": 160, \"height\": 120, \"rate\": 50 }], \"threads\": 1 }");
        using ILoggerFactory logs = LoggerFactory.Create(b => b.AddProvider(_log));
        bool hasStarted = false;
        CameraProgram program = CameraProgram.Start(
            () => hasStarted ? throw new KeyNotFoundException("a fault") : ConfigFile.Load(_file), ConfigFile.Load(_file), logs);
        hasStarted = true;
        using var stop = new CancellationTokenSource();
        var thread = new Thread(() => program.Run(stop.Token));
        thread.Start();
        program.ReloadInBackground();
        await WaitFor("could not be taken up");
        long frames = program.View.Parts!.Watch.Cameras[0].Frames;
        await Eventually.HoldsAsync(() => program.View.Parts.Watch.Cameras[0].Frames > frames, "frames go on");

        stop.Cancel();
        thread.Join();
        await program.DisposeAsync();
    }

    [Fact]
    public async Task A_file_that_cannot_be_looked_at_ends_nothing_and_is_said_once()
    {
        // No file system has names this long: looking at it is an error of its own, and not "no such file".
        string name = new('x', 300);
        EdgeConfig config = new()
        {
            Cameras = [new CameraConfig { Source = "test", Width = 160, Height = 120, Rate = 50 }],
            Threads = 1,
            RegionsFile = name,
        };
        var loaded = new LoadedConfig(config, _file);
        Assert.NotNull(FileStamps.Of(loaded).Problem);
        using ILoggerFactory logs = LoggerFactory.Create(b => b.AddProvider(_log));
        CameraProgram program = CameraProgram.Start(() => loaded, loaded, logs);
        using var stop = new CancellationTokenSource();
        var thread = new Thread(() => program.Run(stop.Token));
        thread.Start();
        await WaitFor(name);
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.Single(_log.Lines, l => l.Contains(name, StringComparison.Ordinal));

        stop.Cancel();
        thread.Join();
        await program.DisposeAsync();
    }

    [Fact]
    public async Task What_is_saved_while_the_configuration_is_read_is_taken_up_too()
    {
        Action? read = null;
        await using Running program = Start(Threshold(0.61), () =>
        {
            LoadedConfig config = ConfigFile.Load(_file);
            Interlocked.Exchange(ref read, null)?.Invoke();
            return config;
        });
        read = () => Write(Threshold(0.63));
        Write(Threshold(0.62));
        await WaitFor("configuration changed", times: 2);
        Assert.Equal(0.63, program.Config.Decision.Threshold);
    }

    [Fact]
    public async Task What_is_saved_while_the_program_starts_is_taken_up_too()
    {
        Action? read = () => Write(Threshold(0.63));
        await using Running program = Start(Threshold(0.62), () =>
        {
            LoadedConfig config = ConfigFile.Load(_file);
            Interlocked.Exchange(ref read, null)?.Invoke();
            return config;
        });
        await WaitFor("configuration changed");
        Assert.Equal(0.63, program.Config.Decision.Threshold);
    }

    [Fact]
    public async Task A_model_is_taken_up_when_its_file_is_replaced_or_comes_later_than_the_configuration()
    {
        string folder = Path.GetDirectoryName(_file)!, model = Path.Combine(folder, "model.edge");
        PutModel("First", model);
        await using Running program = Start(Scene("\"model\": \"model.edge\""), () => ConfigFile.Load(_file));
        PutModel("Second", model);
        await WaitFor("configuration changed; now Second");
        await program.Frame();

        Write(Scene("\"model\": \"later.edge\""));
        await WaitFor("the changed configuration is not used");
        Assert.Equal("Second", program.Network);
        await program.Frame();
        PutModel("Third", Path.Combine(folder, "later.edge"));
        await WaitFor("configuration changed; now Third");
        await program.Frame();
    }

    [Fact]
    public async Task A_hangup_loads_anew_what_no_time_stamp_tells_of()
    {
        string model = Path.Combine(Path.GetDirectoryName(_file)!, "model.edge");
        PutModel("First", model);
        DateTime written = File.GetLastWriteTimeUtc(model);
        Write(Scene("\"model\": \"model.edge\""));
        var lines = new ConcurrentQueue<string>();
        using Process process = Process.Start(
            new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "edge-camera.dll"), "run", "--config", _file])
            {
                RedirectStandardError = true,
            })!;
        process.ErrorDataReceived += (_, e) => lines.Enqueue(e.Data ?? "");
        process.BeginErrorReadLine();
        try
        {
            await WaitForLine("First:");
            PutModel("Second", model, written);
            using Process kill = Process.Start("sh", ["-c", $"kill -HUP {process.Id}"]);
            await kill.WaitForExitAsync();
            await WaitForLine("configuration changed; now Second");
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        Task WaitForLine(string text) => Eventually.HoldsAsync(
            () => lines.Any(l => l.Contains(text, StringComparison.Ordinal)), $"{text} in {string.Join(" | ", lines)}");
    }

    [Fact]
    public async Task A_hangup_while_the_program_starts_has_it_load_anew_once_it_runs()
    {
        // This process outlives its own signals, whatever the program does about them.
        using PosixSignalRegistration hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, c => c.Cancel = true);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => c.Cancel = true);
        Write(Scene("\"log\": { \"level\": \"error\" }"));
        int loads = 0;
        const int LoadsOfAStart = 2;
        Task<int> run = Task.Run(() => RunCommand.Run(Load, TextWriter.Null));
        await Eventually.HoldsAsync(() => Volatile.Read(ref loads) > LoadsOfAStart, "another load");

        // Handlers of the end are there only once it runs.
        await Eventually.HoldsAsync(
            () =>
            {
                Signal("TERM");
                return run.IsCompleted;
            },
            "the end");
        Assert.Equal(ExitCode.Success, await run);
        Assert.Equal(LoadsOfAStart + 1, loads);

        LoadedConfig Load()
        {
            if (Interlocked.Increment(ref loads) == LoadsOfAStart)
                Signal("HUP");
            return ConfigFile.Load(_file);
        }

        static void Signal(string name)
        {
            using Process kill = Process.Start("sh", ["-c", $"kill -{name} {Environment.ProcessId}"]);
            kill.WaitForExit();
        }
    }

    [Fact]
    public async Task The_level_of_the_log_is_taken_up_while_it_runs()
    {
        using Logs logs = Logs.Create(new LogConfig { Level = "error" });
        await using var program = new ReloadedProgram(new FakeBoard(), c => c with { Log = new LogConfig { Level = "error" } }, logs);
        ILogger log = logs.CreateLogger("camera");
        Assert.False(log.IsEnabled(LogLevel.Warning));
        Assert.True(await program.Reload(c => c with { Log = new LogConfig { Level = "warning" } }));
        Assert.True(log.IsEnabled(LogLevel.Warning));
        Assert.False(log.IsEnabled(LogLevel.Information));
    }

    public void Dispose()
    {
        _log.Dispose();
        Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);
    }

    private static string Scene(string more) =>
        $$"""{ "cameras": [{ "source": "test", "width": 160, "height": 120, "rate": 50 }], "threads": 1, {{more}} }""";

    private static string Threshold(double threshold) =>
        Scene(string.Create(CultureInfo.InvariantCulture, $"\"decision\": {{ \"threshold\": {threshold} }}"));

    /// <summary>Replaces a model as a whole: a running program may have the old one mapped.</summary>
    private static void PutModel(string network, string path, DateTime? written = null)
    {
        string made = ColourModel.Write(Path.GetDirectoryName(path)!, softmax: false, m => m with { Network = network });
        if (written is { } time)
            File.SetLastWriteTimeUtc(made, time);
        else if (File.Exists(path) && File.GetLastWriteTimeUtc(made) == File.GetLastWriteTimeUtc(path))
            File.SetLastWriteTimeUtc(made, File.GetLastWriteTimeUtc(path).AddSeconds(1));
        File.Move(made, path, overwrite: true);
    }

    private Running Start(string text, Func<LoadedConfig> load)
    {
        Write(text);
        return new Running(load, ConfigFile.Load(_file), _log);
    }

    private void Write(string text)
    {
        DateTime last = File.Exists(_file) ? File.GetLastWriteTimeUtc(_file) : default;
        File.WriteAllText(_file, text);
        if (File.GetLastWriteTimeUtc(_file) == last)
            File.SetLastWriteTimeUtc(_file, last.AddSeconds(1));
    }

    private async Task WaitFor(string text, int times = 1)
    {
        long start = Stopwatch.GetTimestamp();
        while (_log.Lines.Count(l => l.Contains(text, StringComparison.Ordinal)) < times)
        {
            Assert.True(
                Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60), $"not logged: {text}; but {string.Join('\n', _log.Lines)}");
            await Task.Delay(20);
        }
    }

    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly ILoggerFactory _logs;
        private readonly CameraProgram _program;
        private readonly Thread _thread;

        public Running(Func<LoadedConfig> load, LoadedConfig config, ListLogger log)
        {
            _logs = LoggerFactory.Create(b => b.AddProvider(log));
            _program = CameraProgram.Start(load, config, _logs);
            _thread = new Thread(() => _program.Run(_stop.Token));
            _thread.Start();
        }

        public EdgeConfig Config => _program.View.Parts!.Watch.Config.Config;

        public string Network => _program.View.Parts!.Watch.Model.Manifest.Network;

        /// <summary>Waits until another frame was looked at.</summary>
        public Task Frame()
        {
            Watch watch = _program.View.Parts!.Watch;
            long frames = watch.Cameras[0].Frames;
            return Eventually.HoldsAsync(() => watch.Cameras[0].Frames > frames, "another frame");
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _thread.Join();
            await _program.DisposeAsync();
            _logs.Dispose();
            _stop.Dispose();
        }
    }
}
