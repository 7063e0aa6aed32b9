using Edge.Benchmarks.Packages;
using Edge.Quantizer;
using Edge.Tests;

namespace Edge.Benchmarks.Instructions;

/// <summary>Counts the instructions of an inference on emulated ARM64 cores with the harness in the folder shared.</summary>
internal static class InstructionCounter
{
    public const string CortexA76 = "cortex-a76";
    public const string CortexA72 = "cortex-a72";

    private const string Project = "benchmarks/Edge.InstructionCount";

    /// <param name="networks">Networks to count.</param>
    /// <param name="cores">Core models of the emulator.</param>
    /// <param name="progress">Is told what takes time.</param>
    /// <exception cref="DirectoryNotFoundException">The folder shared is absent.</exception>
    /// <exception cref="UserException">The harness does not run on this machine.</exception>
    public static IReadOnlyList<InstructionCounts> Count(
        IReadOnlyList<BenchmarkNetwork> networks, IReadOnlyList<string> cores, TextWriter progress)
    {
        string harness = SharedFolder.Path("arm64");
        string emulated = Environment.GetEnvironmentVariable("ARM64RT") is { Length: > 0 } named ? named : "/tmp/arm64rt";
        if (!File.Exists(Path.Combine(emulated, "libicount.so")))
        {
            progress.WriteLine("setting up the ARM64 emulation");
            ExternalTool.Run(Path.Combine(harness, "setup.sh"));
        }

        string program = Path.Combine(Repository.Artifacts, "instruction-count");
        ExternalTool.Run("dotnet", "build", Project, "-c", "Release", "--nologo", "-v", "q", "-o", program);
        var counts = new List<InstructionCounts>();
        foreach (BenchmarkNetwork network in networks)
        {
            string package = PackageCache.Package(network.Name, progress);
            foreach (string core in cores)
            {
                progress.WriteLine($"counting {network.Name} on {core}");

                // The emulator's code cache goes stale when .NET maps compiled code twice.
                string output = ExternalTool.Run(
                    Path.Combine(harness, "icount.sh"), "--cpu", core, "--methods", "0", "--env", "DOTNET_EnableWriteXorExecute=0",
                    Path.Combine(program, "Edge.InstructionCount.dll"), package);
                counts.Add(InstructionCounts.Parse(network.Name, core, output));
            }
        }

        return counts;
    }
}
