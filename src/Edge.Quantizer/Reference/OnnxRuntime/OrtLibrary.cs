using System.Runtime.InteropServices;

namespace Edge.Quantizer.Reference.OnnxRuntime;

/// <summary>
/// Finds ONNX Runtime's native library: the path in <see cref="Variable"/>, then the npm package below tools/onnxruntime of the
/// repository that the program runs from, then the program's own folder, then the system's libraries.
/// </summary>
internal static class OrtLibrary
{
    /// <summary>Environment variable with the path of the library.</summary>
    public const string Variable = "EDGE_ONNXRUNTIME";

    public const string Absent =
        "ONNX Runtime is not installed: run 'npm ci --ignore-scripts' in tools/onnxruntime of the repository, or set "
        + Variable + " to the path of libonnxruntime.so.1";

    private const string FileName = "libonnxruntime.so.1";

    private static readonly Lazy<nint> Handle = new(Open);

    public static bool IsAvailable
    {
        get
        {
            try
            {
                return Handle.Value != 0;
            }
            catch (UserException)
            {
                return false;
            }
        }
    }

    /// <summary>Handle of the loaded library, never 0.</summary>
    /// <exception cref="UserException">It is not installed, or does not load on this machine.</exception>
    public static nint Load() => Handle.Value;

    private static nint Open()
    {
        string? named = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(named))
            return OpenFile(named, $"{Variable}={named}");
        foreach (string path in Candidates())
        {
            if (File.Exists(path))
                return OpenFile(path, path);
        }

        return NativeLibrary.TryLoad(FileName, out nint handle) ? handle : throw new UserException(Absent);
    }

    private static nint OpenFile(string path, string label)
    {
        try
        {
            return NativeLibrary.Load(Path.GetFullPath(path));
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new UserException($"{label}: cannot be loaded as ONNX Runtime: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static IEnumerable<string> Candidates()
    {
        string[] package = ["tools", "onnxruntime", "node_modules", "onnxruntime-node", "bin", "napi-v6", "linux"];
        string architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            yield return Path.Combine([d.FullName, .. package, architecture, FileName]);
        }

        yield return Path.Combine(AppContext.BaseDirectory, FileName);
        yield return Path.Combine(AppContext.BaseDirectory, "libonnxruntime.so");
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", $"linux-{architecture}", "native", "libonnxruntime.so");
    }
}
