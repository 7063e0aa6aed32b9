using System.Text;
using Edge.Quantizer.Graph;
using Edge.Runtime.Format;

namespace Edge.Quantizer;

/// <summary>Files that appear under their name only when they are whole: written beside it, then renamed.</summary>
internal static class WholeFile
{
    /// <summary>Writes a text in UTF-8.</summary>
    public static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes the file. What was there before stays until all of it is written; where that fails nothing is left behind.</summary>
    public static void Write(string path, byte[] bytes) => RegularFile.Replace(path, bytes);

    /// <summary>Says before long work that there is no place for its result, or that it would destroy what the command reads or writes besides.</summary>
    /// <param name="option">Which named the file, as in --report.</param>
    /// <param name="path">The file; null where none is asked for.</param>
    /// <param name="others">What must stay: files, and folders whose files must; null where there is none.</param>
    /// <exception cref="UserException">It is a folder, or to lie in one that does not exist, or one of the others.</exception>
    public static void Require(string option, string? path, params ReadOnlySpan<(string What, string? Path)> others)
    {
        if (path is null)
            return;
        if (Directory.Exists(path))
            throw new UserException($"{option} {path}: is a folder; name a file");
        if (RegularFile.IsSpecial(path))
            return;
        string target = RegularFile.Resolve(path), folder = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(folder))
            throw new UserException($"{option} {path}: there is no folder {folder}; make it first");
        foreach ((string what, string? other) in others)
        {
            if (other is null)
                continue;
            string taken = RegularFile.Resolve(other);
            if (target == taken)
                throw new UserException($"{option} {path}: is {what} itself; name another file");
            if (Directory.Exists(taken) && target.StartsWith(taken.TrimEnd('/') + '/', StringComparison.Ordinal) && File.Exists(target) && !IsResult(target))
                throw new UserException($"{option} {path}: is a file of {what} already; name another");
        }
    }

    /// <summary>Refuses to write over a file that a model keeps weights in, which is known only once the model is read.</summary>
    /// <exception cref="UserException">The output is such a file.</exception>
    public static void RequireNoWeights(string option, string? path, ModelGraph graph) =>
        Require(option, path, [.. graph.ExternalFiles.Select(f => ("the model's weight file", (string?)f))]);

    /// <summary>Whether a file is one that an earlier run of a command wrote: a package or a page.</summary>
    private static bool IsResult(string path) => path.EndsWith(".html", StringComparison.OrdinalIgnoreCase) || EdgeModel.IsPackage(path);
}
