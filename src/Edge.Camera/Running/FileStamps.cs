using Edge.Camera.Config;

namespace Edge.Camera.Running;

/// <summary>When configuration and model were written last; equal stamps mean that nothing changed.</summary>
internal sealed record FileStamps(DateTime Config, DateTime Model)
{
    public static FileStamps Of(LoadedConfig config) => new(
        config.Path is null ? default : File.GetLastWriteTimeUtc(config.Path),
        config.Config.Model is { } model ? File.GetLastWriteTimeUtc(config.Resolve(model)) : default);
}
