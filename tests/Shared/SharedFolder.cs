namespace Edge.Tests;

/// <summary>
/// Finds the folder "shared" beside the repository: trained models, photographs and harnesses too large to ship. The
/// environment variable EDGE_SHARED names it elsewhere. Tests that need it carry [SharedFact] or
/// [SharedTheory] and show up as skipped, with the reason, when it is absent.
/// </summary>
internal static class SharedFolder
{
    public const string Absent = "the folder 'shared' is not beside the repository (set EDGE_SHARED to name it)";

    private static readonly Lazy<string?> Located = new(Locate);

    public static bool Exists => Located.Value is not null;

    /// <exception cref="DirectoryNotFoundException">The folder is absent.</exception>
    public static string Root => Located.Value ?? throw new DirectoryNotFoundException(Absent);

    public static string Models => Path("models");

    public static string Images => Path("images");

    public static string Path(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Root, .. parts]);

    private static string? Locate()
    {
        string? named = Environment.GetEnvironmentVariable("EDGE_SHARED");
        if (!string.IsNullOrEmpty(named))
            return Directory.Exists(named) ? System.IO.Path.GetFullPath(named) : null;
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (!File.Exists(System.IO.Path.Combine(d.FullName, "Edge.sln")))
                continue;
            string candidate = System.IO.Path.Combine(d.Parent?.FullName ?? d.FullName, "shared");
            return Directory.Exists(candidate) ? candidate : null;
        }

        return null;
    }
}
