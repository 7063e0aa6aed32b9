using System.Text;

namespace Edge.Quantizer;

/// <summary>Files that appear under their name only when they are whole: written beside it, then renamed.</summary>
internal static class WholeFile
{
    /// <summary>Writes a text in UTF-8.</summary>
    public static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes the file. What was there before stays until all of it is written; where that fails nothing is left behind.</summary>
    public static void Write(string path, byte[] bytes)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Says before long work that there is no place for its result.</summary>
    /// <param name="option">Which named the file, as in --report.</param>
    /// <param name="path">The file; null where none is asked for.</param>
    /// <exception cref="UserException">It is a folder, or to lie in one that does not exist.</exception>
    public static void Require(string option, string? path)
    {
        if (path is null)
            return;
        if (Directory.Exists(path))
            throw new UserException($"{option} {path}: is a folder; name a file");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder))
            throw new UserException($"{option} {path}: there is no folder {folder}; make it first");
    }
}
