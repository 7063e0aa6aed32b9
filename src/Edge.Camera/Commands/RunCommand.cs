using System.CommandLine;
using System.Runtime.InteropServices;
using Edge.Camera.Config;
using Edge.Camera.Running;
using Edge.Imaging;
using Microsoft.Extensions.Logging;

namespace Edge.Camera.Commands;

/// <summary><c>edge-camera run [--config edge.json]</c>.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        Option<string?> config = new("--config", "-c")
        {
            Description = "The configuration file; without one, the first camera is shown in the log.",
            HelpName = "edge.json",
        };
        Option<string?> source = new("--source") { Description = "In place of the first camera's source: test, /dev/video0, …", HelpName = "source" };
        Command command = new("run", "Watches cameras: classifies what they see and tells GPIO lines, a web page, a web address, an MQTT broker and the log.")
        {
            config, source,
        };
        command.SetAction(parsed =>
        {
            string? path = parsed.GetValue(config), from = parsed.GetValue(source);
            return Run(() => Load(path, from), parsed.InvocationConfiguration.Error);
        });
        return command;
    }

    private static LoadedConfig Load(string? path, string? source)
    {
        LoadedConfig loaded = path is null ? new LoadedConfig(new EdgeConfig(), null) : ConfigFile.Load(path);
        if (source is null)
            return loaded;

        // Paths of a command line start where it is typed, not at the configuration.
        source = Path.Exists(source) ? Path.GetFullPath(source) : source;
        CameraConfig[] cameras = [loaded.Config.Cameras[0] with { Source = source }, .. loaded.Config.Cameras[1..]];
        return loaded with { Config = loaded.Config with { Cameras = cameras } };
    }

    /// <summary>Runs until a signal or the end of all sources.</summary>
    /// <param name="load">Reads the configuration: at the start, and whenever it changed or a hangup asks for it.</param>
    /// <param name="error">Told why it can't run.</param>
    /// <returns>An exit code.</returns>
    internal static int Run(Func<LoadedConfig> load, TextWriter error)
    {
        try
        {
            LoadedConfig config = load();
            using ILoggerFactory logs = Logs.Create(config.Config.Log);
            using var stop = new CancellationTokenSource();

            // A hangup ends a process that does not handle it, and a program that starts is asked to reload like any other: it does so then.
            var started = new TaskCompletionSource<CameraProgram>(TaskCreationOptions.RunContinuationsAsynchronously);
            using PosixSignalRegistration hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
            {
                context.Cancel = true;
                started.Task.ContinueWith(t => t.Result.ReloadInBackground(), TaskScheduler.Default);
            });
            CameraProgram program = CameraProgram.Start(load, config, logs);
            started.SetResult(program);
            using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            try
            {
                program.Run(stop.Token);
            }
            finally
            {
                program.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }

            return ExitCode.Success;

            void Stop(PosixSignalContext context)
            {
                context.Cancel = true;
                stop.Cancel();
            }
        }
        catch (ConfigException e)
        {
            foreach (string problem in e.Problems)
                error.WriteLine($"{CommandLine.ProgramName}: {problem}");
            return ExitCode.ConfigUnusable;
        }
        catch (CodecUnavailableException e)
        {
            error.WriteLine($"{CommandLine.ProgramName}: {e.Message}");
            return ExitCode.ImageFailed;
        }
    }
}
