namespace Edge.Quantizer.Reference.Conformance;

/// <summary>ONNX's own tests of single operators, as Debian's package libonnx-testdata installs them.</summary>
internal static class ConformanceSuite
{
    /// <summary>Where Debian's package puts the data.</summary>
    public const string DebianFolder = "/usr/share/libonnx-testdata/data";

    /// <summary>Runs every test under <paramref name="folder"/>/node, in order of their names.</summary>
    /// <exception cref="UserException">The folder holds no tests.</exception>
    public static IReadOnlyList<ConformanceResult> Run(string folder)
    {
        string tests = Path.Combine(folder, "node");
        if (!Directory.Exists(tests))
            throw new UserException($"{tests} does not exist: install Debian's package libonnx-testdata, or name the folder of ONNX's test data with --data");
        string[] folders = [.. Directory.EnumerateDirectories(tests).Where(f => File.Exists(Path.Combine(f, "model.onnx"))).Order(StringComparer.Ordinal)];
        return folders.Length > 0
            ? [.. folders.Select(f => new ConformanceCase(f).Run())]
            : throw new UserException($"{tests} holds no folder with a model.onnx");
    }
}
