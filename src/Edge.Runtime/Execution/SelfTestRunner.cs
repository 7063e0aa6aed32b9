using System.Runtime.InteropServices;
using Edge.Runtime.Format;

namespace Edge.Runtime.Execution;

/// <summary>Replays a package's self-test: proof that this core computes what the packing machine computed.</summary>
public static class SelfTestRunner
{
    /// <summary>Runs every vector of the package.</summary>
    /// <returns>Null when all digests are as stored or the package has none, else a sentence about the first that
    /// differs.</returns>
    public static string? Run(Session session)
    {
        if (session.Model.Manifest.SelfTest is not { } test)
            return null;
        for (int i = 0; i < test.Seeds.Length; i++)
        {
            uint digest = Digest(session, test.Seeds[i]);
            if (digest != test.Digests[i])
            {
                return $"self-test vector {i} of '{session.Model.Manifest.Network}' gives {digest:x8} "
                    + $"instead of {test.Digests[i]:x8} with {session.InstructionSet} kernels: results would differ from those measured";
            }
        }

        return null;
    }

    /// <summary>The self-test to store in a package.</summary>
    public static SelfTest Compute(Session session, params ulong[] seeds) =>
        new() { Seeds = seeds, Digests = Array.ConvertAll(seeds, seed => Digest(session, seed)) };

    /// <summary>Fills the input with the bytes of <see cref="SelfTest.Seeds"/>' formula.</summary>
    public static void Fill(Span<sbyte> input, ulong seed)
    {
        ulong x = seed;
        for (int i = 0; i < input.Length; i++)
        {
            x = unchecked((x * 6364136223846793005) + 1442695040888963407);
            input[i] = (sbyte)(x >> 56);
        }
    }

    private static uint Digest(Session session, ulong seed)
    {
        Fill(session.Input, seed);
        session.Run();
        uint crc = 0;
        for (int i = 0; i < session.Model.Manifest.Outputs.Length; i++)
            crc = Crc32C.Append(crc, session.OutputBytes(i));
        return crc;
    }
}
