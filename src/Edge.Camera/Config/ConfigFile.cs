using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Edge.Camera.Config;

/// <summary>A configuration with the place it came from.</summary>
/// <param name="Config">Valid.</param>
/// <param name="Path">Null for the defaults without a file.</param>
internal sealed record LoadedConfig(EdgeConfig Config, string? Path)
{
    /// <summary>Paths in the file start at its folder.</summary>
    public string Resolve(string path) =>
        System.IO.Path.GetFullPath(path, System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path ?? "edge.json"))!);
}

/// <summary>Everything that is wrong with a configuration file, one line each.</summary>
internal sealed class ConfigException(IReadOnlyList<string> problems) : Exception(string.Join('\n', problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}

/// <summary>Reads configuration files. Comments and trailing commas are allowed.</summary>
internal static class ConfigFile
{
    /// <exception cref="ConfigException">Not readable, no JSON, unknown keys, or values that make no sense; each with its line.</exception>
    public static LoadedConfig Load(string path)
    {
        byte[] text;
        try
        {
            text = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : e.Message.ReplaceLineEndings(" ");
            throw new ConfigException([$"{path}: {reason}"]);
        }

        var loaded = new LoadedConfig(Parse(text, path), path);
        return loaded.Config.RegionsFile is { } file
            ? loaded with { Config = RegionsFile.Over(loaded.Config, loaded.Resolve(file)) }
            : loaded;
    }

    /// <param name="text">UTF-8.</param>
    /// <param name="name">In front of every problem.</param>
    /// <exception cref="ConfigException">See <see cref="Load"/>.</exception>
    public static EdgeConfig Parse(ReadOnlySpan<byte> text, string name)
    {
        if (text.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            text = text[3..];
        try
        {
            JsonTypeInfo<EdgeConfig> type = ConfigJson.Default.EdgeConfig;
            var keys = new ConfigKeys(text, type);
            if (keys.Problems.Count > 0)
                throw new ConfigException([.. keys.Problems.ConvertAll(p => $"{name}:{p.Line}: {p.Message}")]);
            EdgeConfig config = JsonSerializer.Deserialize(text, type) ?? throw new ConfigException([$"{name}: is null; write {{}}"]);
            List<(string Key, string Message)> wrong = ConfigRules.Check(config);
            if (wrong.Count > 0)
                throw new ConfigException([.. wrong.ConvertAll(p => $"{name}:{keys.LineOf(p.Key)}: {p.Key}: {p.Message}")]);
            return config;
        }
        catch (JsonException e)
        {
            throw new ConfigException([$"{name}:{(e.LineNumber ?? 0) + 1}: {Syntax(e)}"]);
        }
    }

    /// <summary>What is wrong, without the reader's own position, which counts lines from 0.</summary>
    public static string Syntax(JsonException exception)
    {
        string key = (exception.Path ?? "$").TrimStart('$').TrimStart('.'), message = exception.Message;
        if (key.Length > 0)
            return $"{key}: has the wrong kind of value";
        int position = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return "no JSON: " + (position < 0 ? message : message[..position]).ReplaceLineEndings(" ");
    }
}
