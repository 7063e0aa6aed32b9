using Edge.Camera.Config;

namespace Edge.Camera.Running;

/// <summary>When configuration, model and drawn regions were written last; equal stamps mean that nothing changed.</summary>
/// <param name="Config">UTC.</param>
/// <param name="Model">UTC.</param>
/// <param name="Regions">UTC.</param>
/// <param name="Problem">Why one of them can't be told, in one line; null when all can.</param>
internal sealed record FileStamps(DateTime Config, DateTime Model, DateTime Regions, string? Problem)
{
    public static FileStamps Of(LoadedConfig config)
    {
        string? problem = null;
        return new FileStamps(
            Of(config.Path, ref problem),
            Of(config.Config.Model is { } model ? config.Resolve(model) : null, ref problem),
            Of(config.Config.RegionsFile is { } regions ? config.Resolve(regions) : null, ref problem),
            problem);
    }

    private static DateTime Of(string? path, ref string? problem)
    {
        try
        {
            return path is null ? default : File.GetLastWriteTimeUtc(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem ??= e.Message.ReplaceLineEndings(" ");
            return default;
        }
    }
}

/// <summary>A configuration as it was read.</summary>
/// <param name="config">What was read.</param>
/// <param name="stamps">Of its files, no newer than what was read of them: one that is written meanwhile looks changed afterwards.</param>
internal sealed class StampedConfig(LoadedConfig config, FileStamps stamps)
{
    public LoadedConfig Config { get; } = config;

    public FileStamps Stamps { get; } = stamps;

    /// <summary>Reads a configuration.</summary>
    /// <param name="load">Reads the configuration.</param>
    /// <param name="last">What it gave last; says which files belong to it.</param>
    /// <exception cref="ConfigException">What <paramref name="load"/> throws.</exception>
    public static StampedConfig Load(Func<LoadedConfig> load, LoadedConfig last)
    {
        while (true)
        {
            FileStamps stamps = FileStamps.Of(last);
            LoadedConfig config = load();
            if (config.Path == last.Path && config.Config.Model == last.Config.Model && config.Config.RegionsFile == last.Config.RegionsFile)
                return new StampedConfig(config, stamps);
            last = config;
        }
    }
}
