using System.Security.Cryptography;

namespace Edge.Camera.Config;

/// <summary>Tokens, passwords and keys, which stand in files of their own and not in the configuration.</summary>
internal static class Secrets
{
    /// <summary>The first line of a file.</summary>
    /// <param name="config">Where paths start.</param>
    /// <param name="key">In front of what is wrong.</param>
    /// <param name="path">Null gives null.</param>
    /// <exception cref="ConfigException">It can't be read, or is empty.</exception>
    public static string? Read(LoadedConfig config, string key, string? path)
    {
        if (path is null)
            return null;
        string file = config.Resolve(path);
        try
        {
            return File.ReadLines(file).FirstOrDefault()?.Trim() is { Length: > 0 } secret
                ? secret
                : throw new ConfigException([$"{key}: {file}: is empty"]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException([$"{key}: {file}: {e.Message.ReplaceLineEndings(" ")}"]);
        }
    }

    /// <summary>The first line of a credential that systemd hands over (LoadCredential=, systemd.exec(5)).</summary>
    /// <exception cref="ConfigException">There is none of this name.</exception>
    public static string Credential(string key, string name)
    {
        if (Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is not { Length: > 0 } folder)
        {
            throw new ConfigException(
                [$"{key}: '{name}': systemd hands over no credentials; write LoadCredential={name}:FILE into the unit"]);
        }

        return Read(new LoadedConfig(new EdgeConfig(), null), key, Path.Combine(folder, name))!;
    }

    /// <summary>Tells apart what a file held when another library read it: the SHA-256 of its bytes, in hexadecimal digits.</summary>
    /// <param name="key">In front of what is wrong.</param>
    /// <param name="file">Absolute; null gives null.</param>
    /// <exception cref="ConfigException">It can't be read.</exception>
    public static string? Fingerprint(string key, string? file)
    {
        if (file is null)
            return null;
        try
        {
            return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException([$"{key}: {file}: {e.Message.ReplaceLineEndings(" ")}"]);
        }
    }

    /// <summary>The absolute path of a file that another library reads.</summary>
    /// <exception cref="ConfigException">It is not there, or may not be read.</exception>
    public static string? Readable(LoadedConfig config, string key, string? path)
    {
        if (path is null)
            return null;
        string file = config.Resolve(path);
        try
        {
            File.OpenRead(file).Dispose();
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException([$"{key}: {file}: {e.Message.ReplaceLineEndings(" ")}"]);
        }
    }
}
