using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Edge.Benchmarks.Packages;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Quantizer;
using Edge.Tests;

namespace Edge.Benchmarks.Startup;

/// <summary>Publishes edge-camera with NativeAOT and starts it over and over; beside it a program that does nothing.</summary>
internal static class StartupBenchmark
{
    public const string Network = "squeezenet-1.1";
    public const string Empty = "(empty program)";
    public const string Version = "--version";
    public const string Decoded = "classify one decoded image";
    public const int Runs = 100;

    /// <summary>The smallest settings: what is left is the runtime itself.</summary>
    private const string EmptyProject =
        """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net9.0</TargetFramework>
            <AssemblyName>empty</AssemblyName>
            <PublishAot>true</PublishAot>
            <StackTraceSupport>false</StackTraceSupport>
            <UseSystemResourceKeys>true</UseSystemResourceKeys>
            <IlcDehydrate>false</IlcDehydrate>
            <PositionIndependentExecutable>false</PositionIndependentExecutable>
            <ConcurrentGarbageCollection>false</ConcurrentGarbageCollection>
          </PropertyGroup>
        </Project>
        """;

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
        string decoded = Decode(photograph);
        progress.WriteLine("publishing an empty program");
        string empty = PublishEmpty();
        var results = new List<StartupResult>
        {
            new(Empty, new FileInfo(empty).Length, Sections(empty), null, [Cost("nothing", empty)]),
        };
        foreach (string profile in profiles)
        {
            progress.WriteLine($"publishing edge-camera, {profile} profile");
            string program = Publish("src/Edge.Camera", "edge-camera-" + profile, "edge-camera", $"-p:EdgeCameraProfile={profile}");
            progress.WriteLine($"starting edge-camera, {profile} profile");
            results.Add(new StartupResult(
                profile, new FileInfo(program).Length, Sections(program), Phases(program, package, decoded),
                [
                    Cost(Version, program, "--version"),
                    Cost(Decoded, program, "classify", "--quiet", "--threads", "1", package, decoded),
                    Cost("classify one JPEG photograph", program, "classify", "--quiet", "--threads", "1", package, photograph),
                    Cost("the same with two self-test vectors", program, "classify", "--quiet", "--threads", "1", tested, photograph),
                ]));
        }

        return [.. results];
    }

    private static string PublishEmpty()
    {
        string folder = Directory.CreateDirectory(Path.Combine(Repository.Artifacts, "empty-program")).FullName;
        File.WriteAllText(Path.Combine(folder, "empty.csproj"), EmptyProject);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), "return 0;\n");
        return Publish(folder, "empty-published", "empty");
    }

    private static string Publish(string project, string name, string program, params string[] options)
    {
        string folder = Path.Combine(Repository.Artifacts, name);
        ExternalTool.Run(
            "dotnet",
            ["publish", project, "-c", "Release", "-f", "net9.0", "-r", "linux-x64", "-o", folder, "--nologo", "-v", "q", .. options]);
        return Path.Combine(folder, program);
    }

    /// <summary>The photograph as a PPM file.</summary>
    private static string Decode(string photograph)
    {
        using var reader = new ImageReader();
        var image = new PixelBuffer();
        reader.Read(photograph, image);
        string path = Path.Combine(Repository.Artifacts, "decoded.ppm");
        File.WriteAllBytes(path, [.. Encoding.ASCII.GetBytes($"P6 {image.Width} {image.Height} 255\n"), .. image.Pixels]);
        return path;
    }

    private static ProcessCost Cost(string name, params string[] command)
    {
        string[] figures = ExternalTool.Run(Repository.PathTo("tools", "startup.sh"), command).Split();
        double[] values = Array.ConvertAll(figures[..4], f => double.Parse(f, CultureInfo.InvariantCulture));
        return new ProcessCost(name, values[0], values[1], values[2], values[3]);
    }

    private static Dictionary<string, long> Sections(string program)
    {
        var sections = new Dictionary<string, long>();
        foreach (string line in ExternalTool.Run("size", "-A", program).Split('\n'))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 3 && long.TryParse(words[1], CultureInfo.InvariantCulture, out long bytes))
                sections[words[0]] = bytes;
        }

        return sections;
    }

    private static AnswerPhases Phases(string program, string package, string picture)
    {
        double[] least = new double[5];
        Array.Fill(least, double.PositiveInfinity);
        for (int i = 0; i < Runs; i++)
        {
            JsonElement load = Report(program, "bench", package, "--threads", "1", "--runs", "1", "--json");
            JsonElement answer = Report(program, "classify", "--threads", "1", "--json", package, picture)
                .GetProperty("images")[0].GetProperty("milliseconds");
            Least(0, load, "verificationMilliseconds");
            Least(1, load, "preparationMilliseconds");
            Least(2, answer, "decode");
            Least(3, answer, "prepare");
            Least(4, answer, "run");
        }

        return new AnswerPhases(least[0], least[1], least[2], least[3], least[4]);

        void Least(int phase, JsonElement report, string name) =>
            least[phase] = Math.Min(least[phase], report.GetProperty(name).GetDouble());
    }

    private static JsonElement Report(string program, params string[] arguments)
    {
        using JsonDocument report = JsonDocument.Parse(ExternalTool.Run(program, arguments));
        return report.RootElement.Clone();
    }
}
