using Edge.Benchmarks.Packages;
using Edge.Benchmarks.Reporting;
using static Edge.Benchmarks.Reporting.Figures;

namespace Edge.Benchmarks.Instructions;

/// <summary>Instruction counts as tables.</summary>
internal static class InstructionSection
{
    public static Section Of(IReadOnlyList<InstructionCounts> counts)
    {
        var grids = new List<Grid>();
        if (counts.Any(c => c.Core == InstructionCounter.CortexA76))
            grids.Add(A76(counts.Where(c => c.Core == InstructionCounter.CortexA76)));
        if (counts.Any(c => c.Core == InstructionCounter.CortexA72))
            grids.Add(A72(counts.Where(c => c.Core == InstructionCounter.CortexA72)));
        return new Section(
            "Instructions on ARM64",
            [
                $"Commit {Machine.Commit()}.",
                "Executed by one warm run of a session on one thread, quantized input to scores, in millions, counted exactly in emulation. "
                    + "Instructions are not time: caches, latencies and dual issue are not in them.",
                "Best peers are measured ones: the fewest instructions of ncnn, ONNX Runtime, XNNPACK and MNN on the same networks in int8.",
            ],
            grids);
    }

    private static Grid A76(IEnumerable<InstructionCounts> counts)
    {
        var grid = new Grid(
            "Cortex-A76 (Raspberry Pi 5 class, SDOT)", 1,
            "network", "instructions", "target", "best peer", "", "SDOT", "SDOT share", "per SDOT", "other SIMD", "loads", "stores", "integer", "branches",
            "loads per SDOT", "M cycles at least", "bound by");
        foreach (InstructionCounts c in counts)
        {
            BenchmarkNetwork wanted = Wanted(c);
            grid.Add(
                c.Network, Millions(c.Total), Target(wanted.TargetA76, t => "≤ " + Fixed(t, 0)),
                Target(wanted.BestA76?.Millions, m => Fixed(m, 1)), wanted.BestA76?.Peer ?? "",
                Millions(c.Dot), Percent((double)c.Dot / c.Total), Fixed((double)c.Total / c.Dot, 2), Millions(c.Simd - c.Dot), Millions(c.Loads),
                Millions(c.Stores), Millions(Kind(c, "integer")), Millions(Kind(c, "branch")), Fixed((double)c.Loads / c.Dot, 3),
                Fixed(c.BoundCyclesA76, 1), c.BoundByA76);
        }

        return grid;
    }

    private static Grid A72(IEnumerable<InstructionCounts> counts)
    {
        var grid = new Grid(
            "Cortex-A72 (Raspberry Pi 4 class, no SDOT)", 1,
            "network", "instructions", "target", "best peer", "", "vector multiplies", "other SIMD", "loads", "stores", "integer", "branches", "MACs per instruction");
        foreach (InstructionCounts c in counts)
        {
            BenchmarkNetwork wanted = Wanted(c);
            long multiplies = Kind(c, "vector-mul");
            grid.Add(
                c.Network, Millions(c.Total), Target(wanted.TargetA72, t => "≤ " + Fixed(t, 0)),
                Target(wanted.BestA72?.Millions, m => Fixed(m, 1)), wanted.BestA72?.Peer ?? "",
                Millions(multiplies), Millions(c.Simd - multiplies), Millions(c.Loads), Millions(c.Stores),
                Millions(Kind(c, "integer")), Millions(Kind(c, "branch")), Fixed((double)c.Macs / c.Total, 2));
        }

        return grid;
    }

    private static BenchmarkNetwork Wanted(InstructionCounts counts) => BenchmarkNetwork.All.First(n => n.Name == counts.Network);

    private static long Kind(InstructionCounts counts, string kind) => counts.Kinds.GetValueOrDefault(kind);

    private static string Millions(long instructions) => Fixed(instructions / 1e6, 2);
}
