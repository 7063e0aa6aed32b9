using Edge.Camera.Config;

namespace Edge.Camera.Running;

/// <summary>When configuration, model and drawn regions were written last; equal stamps mean that nothing changed.</summary>
internal sealed record FileStamps(DateTime Config, DateTime Model, DateTime Regions)
{
    public static FileStamps Of(LoadedConfig config) => new(
        config.Path is null ? default : File.GetLastWriteTimeUtc(config.Path),
        config.Config.Model is { } model ? File.GetLastWriteTimeUtc(config.Resolve(model)) : default,
        config.Config.RegionsFile is { } regions ? File.GetLastWriteTimeUtc(config.Resolve(regions)) : default);
}
