using System.Globalization;
using System.Text.Json.Serialization;
using Edge.Quantizer;

namespace Edge.Benchmarks.Instructions;

/// <summary>Instructions that one warm inference executes on one core model, by kind.</summary>
internal sealed record InstructionCounts
{
    public required string Network { get; init; }

    /// <summary>As the emulator names it, for example cortex-a76.</summary>
    public required string Core { get; init; }

    /// <summary>The kernels that the core chose.</summary>
    public required string Kernels { get; init; }

    public required long Macs { get; init; }

    public required long Total { get; init; }

    /// <summary>Counts by the counter's names of kinds.</summary>
    public required IReadOnlyDictionary<string, long> Kinds { get; init; }

    /// <summary>SDOT.</summary>
    [JsonIgnore]
    public long Dot => Kind("dot");

    /// <summary>All that the SIMD pipes execute, memory accesses excepted.</summary>
    [JsonIgnore]
    public long Simd => Dot + Kind("vector-mul") + Kind("simd/fp-other");

    [JsonIgnore]
    public long Loads => Kind("load") + Kind("vector-load");

    [JsonIgnore]
    public long Stores => Kind("store") + Kind("vector-store");

    /// <summary>
    /// Least cycles on a Cortex-A76, millions: two SIMD pipes, two pipes for loads and stores, four instructions decoded a cycle (Arm,
    /// Cortex-A76 Software Optimization Guide, PJDOC-466751330-7215, section 2). Latencies, caches and dependencies come on top.
    /// </summary>
    public double BoundCyclesA76 => Math.Max(Math.Max(Simd / 2.0, (Loads + Stores) / 2.0), Total / 4.0) / 1e6;

    /// <summary>What sets <see cref="BoundCyclesA76"/>.</summary>
    public string BoundByA76 => Simd / 2.0 >= Math.Max((Loads + Stores) / 2.0, Total / 4.0) ? "SIMD pipes"
        : (Loads + Stores) / 2.0 >= Total / 4.0 ? "load pipes" : "decode";

    /// <summary>Reads what the counter prints: the program's own line, then counts.</summary>
    /// <exception cref="UserException">It printed something else.</exception>
    public static InstructionCounts Parse(string network, string core, string output)
    {
        long? total = null, macs = null;
        string kernels = "";
        var kinds = new Dictionary<string, long>();
        foreach (string line in output.Split('\n'))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is [var set, "kernels,", var work, "multiply-accumulates"])
                (kernels, macs) = (set, long.Parse(work, CultureInfo.InvariantCulture));
            else if (words is [var all, "instructions"])
                total = Number(all);
            else if (words is [var n, _, "%", var kind])
                kinds[kind] = Number(n);
        }

        return total is null || macs is null || kinds.Count == 0
            ? throw new UserException($"{network} on {core}: the instruction counter printed no counts")
            : new InstructionCounts { Network = network, Core = core, Kernels = kernels, Macs = macs.Value, Total = total.Value, Kinds = kinds };

        static long Number(string text) => long.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
    }

    private long Kind(string name) => Kinds.GetValueOrDefault(name);
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(InstructionCounts[]))]
internal sealed partial class InstructionJson : JsonSerializerContext;
