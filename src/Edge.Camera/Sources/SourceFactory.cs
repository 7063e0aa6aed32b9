using Edge.Camera.Config;

namespace Edge.Camera.Sources;

/// <summary>What the word in <see cref="CameraConfig.Source"/> stands for.</summary>
internal static class SourceFactory
{
    /// <returns>Makes a closed source each time it is called.</returns>
    /// <exception cref="ConfigException">The word stands for nothing.</exception>
    public static Func<IFrameSource> For(CameraConfig camera, LoadedConfig config)
    {
        switch (camera.Source)
        {
            case "test":
                return () => new TestSource(camera.Width, camera.Height, camera.Rate);
            default:
                throw new ConfigException(
                    [$"{config.Path ?? "configuration"}: camera '{camera.Name}': source '{camera.Source}' is neither a device, a preset nor a file"]);
        }
    }
}
