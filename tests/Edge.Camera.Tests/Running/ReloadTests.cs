using System.Diagnostics;
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
        CameraProgram program = CameraProgram.Start(
            () => throw new KeyNotFoundException("a fault"), ConfigFile.Load(_file), logs);
        using var stop = new CancellationTokenSource();
        var thread = new Thread(() => program.Run(stop.Token));
        thread.Start();
        program.ReloadInBackground();
        await WaitFor("could not be taken up");
        long frames = program.View.Parts!.Watch.Cameras[0].Frames;
        Assert.True(SpinWait.SpinUntil(() => program.View.Parts.Watch.Cameras[0].Frames > frames, TimeSpan.FromSeconds(60)));

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

    public void Dispose()
    {
        _log.Dispose();
        Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);
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
}
