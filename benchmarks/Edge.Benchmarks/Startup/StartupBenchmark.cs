using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
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

    /// <summary>Every command has its turn in every round, so that a busy moment of the machine does not fall on one alone.</summary>
    public const int Rounds = 15;

    /// <summary>Of a command in a round.</summary>
    public const int RunsPerRound = 20;

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
        List<StartedProgram> programs = [new(Empty, PublishEmpty(), [], [("nothing", [])], null)];
        foreach (string profile in profiles)
        {
            progress.WriteLine($"publishing edge-camera, {profile} profile");
            string program = Publish(
                "src/Edge.Camera", "edge-camera-" + profile, "edge-camera", $"-p:EdgeCameraProfile={profile}", "-p:IlcGenerateMapFile=true");
            string map = Repository.PathTo("src", "Edge.Camera", "obj", "Release", "net9.0", "linux-x64", "native", "edge-camera.map.xml");
            programs.Add(new StartedProgram(
                profile, program, ProgramOwners.Read(map),
                [
                    (Version, ["--version"]),
                    (Decoded, ["classify", "--quiet", "--threads", "1", package, decoded]),
                    ("classify one JPEG photograph", ["classify", "--quiet", "--threads", "1", package, photograph]),
                    ("the same with two self-test vectors", ["classify", "--quiet", "--threads", "1", tested, photograph]),
                ],
                (package, decoded)));
        }

        for (int round = 1; round <= Rounds; round++)
        {
            progress.WriteLine($"starting programs, round {round} of {Rounds}");
            foreach (StartedProgram program in programs)
                program.Round();
        }

        return [.. programs.Select(p => new StartupResult(p.Name, p.Bytes, Sections(p.Path), p.Owners, p.Phases, p.Runs))];
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
}
