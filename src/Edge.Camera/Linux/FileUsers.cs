using System.Globalization;

namespace Edge.Camera.Linux;

/// <summary>Which programs have a file or device open, as fuser(1) finds it: by the links below /proc/PID/fd.</summary>
internal static class FileUsers
{
    /// <summary>Other processes that have it open, as far as this user may see: only root sees those of other users.</summary>
    /// <param name="path">May be a symbolic link.</param>
    /// <returns>Names with process ids, as in <c>ffmpeg (1234)</c>; empty when none can be seen.</returns>
    public static IReadOnlyList<string> Of(string path)
    {
        string target = Resolve(path);
        List<string> users = [];
        foreach (string process in Entries("/proc", Directory.GetDirectories))
        {
            if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                && id != Environment.ProcessId
                && Array.Exists(Entries(Path.Combine(process, "fd"), Directory.GetFiles), f => Target(f) == target))
                users.Add($"{NameOf(process)} ({id})");
        }

        return users;
    }

    private static string Resolve(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        }
        catch (IOException)
        {
            return path;
        }
    }

    private static string? Target(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string NameOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "comm")).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "?";
        }
    }

    /// <summary>Nothing for what has ended meanwhile or belongs to somebody else.</summary>
    private static string[] Entries(string folder, Func<string, string[]> list)
    {
        try
        {
            return list(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
