using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Edge.Benchmarks.Packages;
using Edge.Quantizer;
using Edge.Tests;

namespace Edge.Benchmarks.Startup;

/// <summary>Publishes edge-camera with NativeAOT and starts it over and over.</summary>
internal static class StartupBenchmark
{
    public const string Network = "squeezenet-1.1";
    public const int Runs = 30;

    /// <param name="profiles">Build profiles.</param>
    /// <param name="progress">Is told what takes time.</param>
    /// <exception cref="UserException">The program cannot be built here.</exception>
    /// <exception cref="DirectoryNotFoundException">The photographs are absent.</exception>
    public static StartupResult[] Measure(IEnumerable<string> profiles, TextWriter progress)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            throw new UserException("startup: NativeAOT builds for linux-x64 only here; run it on an x64 machine");
        string package = PackageCache.Package(Network, progress), tested = PackageCache.PackageWithSelfTest(Network, progress);
        string photograph = Directory.EnumerateFiles(SharedFolder.Path("images", "val"), "*.JPEG").Order(StringComparer.Ordinal).First();
        var results = new List<StartupResult>();
        foreach (string profile in profiles)
        {
            progress.WriteLine($"publishing edge-camera, {profile} profile");
            string folder = Path.Combine(Repository.Artifacts, "edge-camera-" + profile);
            ExternalTool.Run(
                "dotnet", "publish", "src/Edge.Camera", "-c", "Release", "-f", "net9.0", "-r", "linux-x64",
                $"-p:EdgeCameraProfile={profile}", "-o", folder, "--nologo", "-v", "q");
            string program = Path.Combine(folder, "edge-camera");
            progress.WriteLine($"starting edge-camera, {profile} profile");
            results.Add(new StartupResult(
                profile, new FileInfo(program).Length, VerifyAndPack(program, package),
                [
                    Cost("--version", program, "--version"),
                    Cost("classify one photograph", program, "classify", "--quiet", "--threads", "1", package, photograph),
                    Cost("the same with two self-test vectors", program, "classify", "--quiet", "--threads", "1", tested, photograph),
                ]));
        }

        return [.. results];
    }

    private static ProcessCost Cost(string name, params string[] command)
    {
        string[] figures = ExternalTool.Run(Repository.PathTo("tools", "startup.sh"), command).Split();
        double[] values = Array.ConvertAll(figures[..4], f => double.Parse(f, CultureInfo.InvariantCulture));
        return new ProcessCost(name, values[0], values[1], values[2], values[3]);
    }

    private static double VerifyAndPack(string program, string package)
    {
        double least = double.PositiveInfinity;
        for (int i = 0; i < Runs; i++)
        {
            using JsonDocument report = JsonDocument.Parse(
                ExternalTool.Run(program, "bench", package, "--threads", "1", "--runs", "1", "--json"));
            least = Math.Min(
                least,
                report.RootElement.GetProperty("verificationMilliseconds").GetDouble()
                    + report.RootElement.GetProperty("preparationMilliseconds").GetDouble());
        }

        return least;
    }
}
