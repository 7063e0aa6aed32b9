using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Edge.Camera.Config;

/// <summary>
/// Regions that were drawn on the page, by the camera's name: <c>{ "gate": [{ "name": "left", "width": 0.5 }] }</c>. A file of
/// its own, because the configuration is a person's, with comments, and under systemd lies where no program may write. Cameras
/// that are not configured (any more) keep their regions.
/// </summary>
internal static class RegionsFile
{
    private static readonly Lock Gate = new();

    private static JsonTypeInfo<Dictionary<string, RegionConfig[]>> Type => ConfigJson.Default.RegionsByCamera;

    /// <summary>A configuration whose cameras have the regions of the file, where it names them.</summary>
    /// <param name="config">Valid.</param>
    /// <param name="path">Absolute; a file that is not there changes nothing.</param>
    /// <exception cref="ConfigException">The file can't be read, or holds what no region may be.</exception>
    public static EdgeConfig Over(EdgeConfig config, string path)
    {
        Dictionary<string, RegionConfig[]> drawn = Load(path);
        return config with
        {
            Cameras = Array.ConvertAll(
                config.Cameras, c => drawn.TryGetValue(c.Name, out RegionConfig[]? regions) ? c with { Regions = regions } : c),
        };
    }

    /// <summary>Sets the regions of one camera. The file is replaced as a whole or stays as it is, also when the power goes.</summary>
    /// <param name="path">Absolute; its folder is made if it is not there.</param>
    /// <param name="camera">Name.</param>
    /// <param name="regions">Valid; none is the whole picture.</param>
    /// <exception cref="ConfigException">The file can't be read or written.</exception>
    public static void Save(string path, string camera, RegionConfig[] regions)
    {
        lock (Gate)
        {
            Dictionary<string, RegionConfig[]> drawn = Load(path);
            drawn[camera] = regions;
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                using (FileStream whole = File.Create(path + ".part"))
                {
                    JsonSerializer.Serialize(whole, drawn, Type);
                    whole.Flush(flushToDisk: true);
                }

                File.Move(path + ".part", path, overwrite: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ConfigException(
                    [$"{e.Message.ReplaceLineEndings(" ")}; set regionsFile to a file in a folder that edge-camera may write"]);
            }
        }
    }

    private static Dictionary<string, RegionConfig[]> Load(string path)
    {
        try
        {
            byte[] text = File.ReadAllBytes(path);
            var keys = new ConfigKeys(text, Type);
            if (keys.Problems.Count > 0)
                throw new ConfigException([.. keys.Problems.ConvertAll(p => $"{path}:{p.Line}: {p.Message}")]);
            Dictionary<string, RegionConfig[]> drawn = JsonSerializer.Deserialize(text, Type) ?? [];
            List<string> problems = [];
            foreach ((string camera, RegionConfig[] regions) in drawn)
            {
                foreach ((string key, string message) in ConfigRules.CheckRegions(camera, regions))
                    problems.Add($"{path}:{keys.LineOf(key)}: {key}: {message}");
            }

            return problems.Count == 0 ? drawn : throw new ConfigException(problems);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (JsonException e)
        {
            throw new ConfigException([$"{path}:{(e.LineNumber ?? 0) + 1}: {ConfigFile.Syntax(e)}"]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException([$"{path}: {e.Message.ReplaceLineEndings(" ")}"]);
        }
    }
}
