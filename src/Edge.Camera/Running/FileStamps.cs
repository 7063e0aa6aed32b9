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
