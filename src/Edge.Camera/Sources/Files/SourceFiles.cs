namespace Edge.Camera.Sources.Files;

/// <summary>Opens what a configuration names.</summary>
internal static class SourceFiles
{
    /// <exception cref="SourceException">Absent or forbidden.</exception>
    public static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = e switch
            {
                FileNotFoundException or DirectoryNotFoundException => "no such file or folder",
                UnauthorizedAccessException => "may not be read; check its permissions",
                _ => "cannot be read: " + e.Message.ReplaceLineEndings(" "),
            };
            throw new SourceException($"{path}: {reason}", e);
        }
    }
}
