using Edge.Quantizer;

namespace Edge.Benchmarks;

/// <summary>Folders of the repository that the benchmarks were built in.</summary>
internal static class Repository
{
    private static readonly Lazy<string> Located = new(Locate);

    /// <exception cref="UserException">The program was moved out of its repository.</exception>
    public static string Root => Located.Value;

    /// <summary>What the benchmarks keep between runs; nothing of it is versioned.</summary>
    public static string Artifacts => Directory.CreateDirectory(PathTo("artifacts", "benchmarks")).FullName;

    public static string PathTo(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    private static string Locate()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (File.Exists(Path.Combine(d.FullName, "Edge.sln")))
                return d.FullName;
        }

        throw new UserException($"{AppContext.BaseDirectory}: lies in no clone of the repository; run the benchmarks with dotnet run");
    }
}
