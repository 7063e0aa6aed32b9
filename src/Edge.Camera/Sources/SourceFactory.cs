using Edge.Camera.Config;
using Edge.Camera.Sources.Commands;
using Edge.Camera.Sources.Files;
using Edge.Camera.Sources.V4L2;
using Edge.Imaging;

namespace Edge.Camera.Sources;

/// <summary>What the word in <see cref="CameraConfig.Source"/> stands for.</summary>
internal static class SourceFactory
{
    private static readonly string[] Words = ["auto", "test", "command", .. ConfigRules.Presets];

    /// <returns>Makes a closed source each time it is called.</returns>
    /// <exception cref="ConfigException">The word stands for nothing.</exception>
    public static Func<IFrameSource> For(CameraConfig camera, LoadedConfig config)
    {
        string source = camera.Source, path = config.Resolve(source);
        if (source == "test")
            return () => new TestSource(camera.Width, camera.Height, camera.Rate);
        if (source == "command" || ConfigRules.Presets.Contains(source))
            return () => new ProgramSource(camera);
#if FULL_FEED
        if (Bindings.BindingsSource.TryParse(source, out int bus))
            return () => new Bindings.BindingsSource(camera, bus);
#endif
        if (source == "auto" || source.StartsWith("/dev/", StringComparison.Ordinal))
            return () => new VideoSource(camera);
        if (StreamFileSource.HasExtension(source))
            return () => new StreamFileSource(path, camera.Rate, camera.Loop);
        if (ImageFolder.HasImageExtension(source) || Directory.Exists(path))
            return () => new ImageSource(path, camera.Rate, camera.Loop);
        string place = $"{config.Path ?? "configuration"}: camera '{camera.Name}': source '{source}'";
        if (File.Exists(path))
            throw new ConfigException(
                [$"{place}: must be .jpg, .png, .y4m or .mjpeg; for films set source to ffmpeg-rtsp and address to the path"]);
        if (source.Contains('/'))
            throw new ConfigException([$"{place}: no such file or folder"]);
        if (Spelling.Nearest(source, Words) is { } near)
            throw new ConfigException([$"{place}: did you mean '{near}'?"]);

        // Part of a camera's name.
        return () => new VideoSource(camera);
    }
}
