using System.Diagnostics;
using Edge.Camera.Capture;
using Edge.Camera.Classification;
using Edge.Camera.Config;
using Edge.Camera.Running;
using Edge.Camera.Sinks;
using Edge.Camera.Sinks.Gpio;
using Edge.Camera.Sources;
using Edge.Imaging;

namespace Edge.Camera.Checking;

/// <summary>What a configuration asks for: the model, the cameras, the lines and the disk.</summary>
internal static class ConfigChecks
{
    /// <summary>Where the Debian package keeps its configuration.</summary>
    private const string ServiceFolder = "/etc/edge-camera";

    private const int Attempts = 10;
    private static readonly string[] HiddenFolders = ["/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/"];
    private static readonly TimeSpan CameraTimeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Reads the configuration and tries everything in it. A camera that is in use shows up as bad; lines that a running edge-camera
    /// holds do not.
    /// </summary>
    /// <param name="path">Null is the defaults without a file.</param>
    public static IEnumerable<CheckItem> All(string? path)
    {
        List<CheckItem> items = [];
        LoadedConfig? config = Load(path, items);
        if (config is null)
            return items;
        items.AddRange(Model(config));
        items.AddRange(config.Config.Cameras.Select(c => Camera(c, config)));
        if (config.Config.Gpio is { } gpio)
            items.AddRange(gpio.Outputs.Select(o => o.Line).Concat(gpio.Buttons.Select(b => b.Line)).Select(l => Line(gpio.Chip, l)));
        if (config.Config.Snapshots is { } snapshots)
            items.Add(Disk(snapshots, config.Resolve(snapshots.Folder)));
#if EDGE_MQTT
        if (config.Config.Mqtt is { } mqtt)
            items.Add(Sinks.Mqtt.MqttCheck.Item(mqtt, config));
#endif
#if EDGE_OTLP
        if (config.Config.Otlp is { } otlp)
            items.Add(Telemetry.OtlpCheck.Item(otlp, config));
#endif
        return items;
    }

    private static LoadedConfig? Load(string? path, List<CheckItem> items)
    {
        const string Name = "configuration";
        try
        {
            LoadedConfig config = path is null ? new LoadedConfig(new EdgeConfig(), null) : ConfigFile.Load(path);
            SinkFactory.RefuseWhatIsNotBuilt(config.Config);
            items.Add(CheckItem.Good(Name, path ?? "none; the first camera is shown in the log"));
            return config;
        }
        catch (ConfigException e)
        {
            items.AddRange(e.Problems.Select(p => CheckItem.Bad(Name, p)));
            return null;
        }
    }

    /// <summary>The model, and how accurate its certificate proves it to be here.</summary>
    private static List<CheckItem> Model(LoadedConfig config)
    {
        const string Certificate = "certificate";
        List<CheckItem> items = [];
        try
        {
            using Watch watch = Watch.Load(config);
            int vectors = watch.Model.Manifest.SelfTest?.Seeds.Length ?? 0;
            string proof = vectors == 0 ? "checksums verified, no self-test in the package" : $"{vectors} self-test vector(s) are bit-exact";
            items.Add(CheckItem.Good("model", $"{watch.Model.Manifest.Network}: {proof} with {watch.InstructionSet} kernels"));
            if (HiddenFromService(config) is { } hidden)
                items.Add(CheckItem.Bad("model", hidden));
            if (watch.ReplayCertificate() is { } certificate)
                items.Add(CheckItem.Good(Certificate, TextReport.Describe(certificate)));
        }
        catch (Exception e) when (e is CommandException or ConfigException)
        {
            items.Add(CheckItem.Bad(items.Count == 0 ? "model" : Certificate, e.Message));
        }

        return items;
    }

    /// <summary>
    /// What to tell of a model that the service doesn't see, which reads the configuration in its own folder: its unit has ProtectHome and
    /// PrivateTmp. Null where there is nothing to tell.
    /// </summary>
    internal static string? HiddenFromService(LoadedConfig config)
    {
        if (config is not { Path: { } path, Config.Model: { } model } || Path.GetDirectoryName(Path.GetFullPath(path)) != ServiceFolder)
            return null;
        string file = config.Resolve(model);
        return HiddenFolders.Any(f => file.StartsWith(f, StringComparison.Ordinal))
            ? $"{file}: the service sees neither home folders nor /tmp; copy the model to {ServiceFolder}, and name that file"
            : null;
    }

    private static CheckItem Camera(CameraConfig camera, LoadedConfig config)
    {
        string name = $"camera {camera.Name}";
        using var stop = new CancellationTokenSource(CameraTimeout);
        IFrameSource? source = null;
        try
        {
            source = SourceFactory.For(camera, config)();
            long start = Stopwatch.GetTimestamp();
            source.Open(stop.Token);
            return FirstFrame(source, stop.Token)
                ? CheckItem.Good(name, $"{source.Description}, first frame after {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms")
                : NoFrame(name, source.Description);
        }
        catch (Exception e) when (e is SourceException or ConfigException or ImagingException)
        {
            return CheckItem.Bad(name, e.Message);
        }
        catch (EndOfStreamException)
        {
            return CheckItem.Bad(name, $"{source!.Description}: there is no frame in it");
        }
        catch (OperationCanceledException)
        {
            return NoFrame(name, source?.Description ?? camera.Source);
        }
        finally
        {
            source?.Dispose();
        }
    }

    private static CheckItem NoFrame(string name, string source) =>
        CheckItem.Bad(name, $"{source}: no frame in {CameraTimeout.TotalSeconds:0} s; check the cable, and try another format");

    /// <summary>Drivers may begin with a few damaged frames.</summary>
    private static bool FirstFrame(IFrameSource source, CancellationToken stop)
    {
        using var decoder = new FrameDecoder((_, _) => 8);
        for (int damaged = 0; !stop.IsCancellationRequested;)
        {
            if (source.Read(TimeSpan.FromMilliseconds(500), stop) is not { } frame)
                continue;
            try
            {
                decoder.Decode(frame, out _);
                return true;
            }
            catch (ImageFormatException) when (++damaged < Attempts)
            {
            }
            finally
            {
                source.Return(frame);
            }
        }

        return false;
    }

    private static CheckItem Line(string? chip, string line)
    {
        string name = $"GPIO {line}";
        try
        {
            GpioLine found = GpioChips.Find(chip, line);
            string where = $"offset {found.Offset} of {found.Chip}";
            return found.Consumer switch
            {
                null => CheckItem.Good(name, $"{where}, free"),
                GpioLines.Consumer => CheckItem.Good(name, $"{where}, held by a running edge-camera"),
                { } other => CheckItem.Bad(name, $"{where}: '{other}' uses it; end that program, or take another line"),
            };
        }
        catch (GpioException e)
        {
            return CheckItem.Bad(name, e.Message);
        }
    }

    private static CheckItem Disk(SnapshotConfig snapshots, string folder)
    {
        const string Name = "disk";
        const long Megabyte = 1 << 20;
        string there = folder;
        while (!Directory.Exists(there))
            there = Path.GetDirectoryName(there)!;
        try
        {
            // A file that has no name and vanishes by itself would need O_TMPFILE, which not every file system has.
            using (File.Create(Path.Combine(there, $".edge-camera-{Environment.ProcessId}"), 1, FileOptions.DeleteOnClose))
            {
            }

            long free = new DriveInfo(there).AvailableFreeSpace / Megabyte;
            return free < snapshots.KeepFreeMegabytes
                ? CheckItem.Bad(
                    Name,
                    $"{folder}: {free} MB free, and snapshots.keepFreeMegabytes is {snapshots.KeepFreeMegabytes}; make room: nothing would be kept")
                : CheckItem.Good(Name, $"{folder}: {free} MB free, pictures take up to {snapshots.MaxMegabytes} MB");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return CheckItem.Bad(Name, $"{folder}: {Environment.UserName} may not write there; give it the folder, or change snapshots.folder");
        }
    }
}
