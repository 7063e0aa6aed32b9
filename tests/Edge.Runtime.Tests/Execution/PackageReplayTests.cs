using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Tests;

namespace Edge.Runtime.Tests.Execution;

/// <summary>
/// Real networks on real photographs, recorded with the scalar kernels on another machine (see <see cref="PackageVectors"/>; the
/// network parity tests write them): every kernel form of this core must give the same bytes, operator by operator.
/// </summary>
public sealed class PackageReplayTests
{
    public static TheoryData<string, InstructionSet> Packages
    {
        get
        {
            var data = new TheoryData<string, InstructionSet>();
            string[] files = Directory.GetFiles(VectorFolder.Path, "*" + PackageVectors.Extension);
            foreach (string file in files.Order(StringComparer.Ordinal))
            {
                foreach (InstructionSet set in Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported))
                    data.Add(Path.GetFileNameWithoutExtension(file), set);
            }

            return data;
        }
    }

    [VectorTheory]
    [MemberData(nameof(Packages))]
    public void A_recorded_network_gives_the_recorded_bytes(string name, InstructionSet set)
    {
        PackageVectors recorded = PackageVectors.Read(Path.Combine(VectorFolder.Path, name + PackageVectors.Extension));
        byte[] package = File.ReadAllBytes(Path.Combine(VectorFolder.Path, name + ".edge"));
        Assert.True(Crc32C.Compute(package) == recorded.Package, "these vectors belong to another package: record them again");
        using var session = new Session(EdgeModel.Parse(package), new SessionOptions { Threads = 2, InstructionSet = set });

        foreach (PackageVector expected in recorded.Vectors)
        {
            PackageVector actual = PackageVector.Record(session, expected.Input);
            Assert.Equal(expected.Checksums.Length, actual.Checksums.Length);
            int differing = expected.Checksums.AsSpan().CommonPrefixLength(actual.Checksums);
            if (differing != expected.Checksums.Length)
                Assert.Fail($"'{session.Model.Manifest.Operators[differing].Name}' is the first operator that differs");
        }
    }
}

/// <summary>The folder of recorded packages that the environment variable EDGE_VECTORS names.</summary>
file static class VectorFolder
{
    public const string Variable = "EDGE_VECTORS";

    public static bool IsNamed => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable));

    public static string Path => Environment.GetEnvironmentVariable(Variable) ?? "";
}

/// <summary>A theory over recorded packages; skipped, visibly, where none are named.</summary>
internal sealed class VectorTheoryAttribute : TheoryAttribute
{
    public VectorTheoryAttribute()
    {
        if (!VectorFolder.IsNamed)
            Skip = $"{VectorFolder.Variable} names no folder of recorded packages";
    }
}
