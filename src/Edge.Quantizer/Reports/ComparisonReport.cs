using System.Text.Json;
using System.Text.Json.Serialization;
using Edge.Quantizer.Reference.Comparison;
using Edge.Quantizer.Reference.OnnxRuntime;
using Edge.Runtime.Execution;
using Spectre.Console;

namespace Edge.Quantizer.Reports;

/// <summary>All operators of one kind together.</summary>
public sealed record KindComparison(
    string Kind, int Operators, long Elements, long Different, int LargestStep, double LargestRelative, bool Holds)
{
    /// <summary>Share of elements that differ when every operator gets our bytes, 0 to 1.</summary>
    public double Fraction => Elements == 0 ? 0 : (double)Different / Elements;
}

/// <summary>What compare found out about a package.</summary>
public sealed record ComparisonReport
{
    public required string Package { get; init; }

    public required int Images { get; init; }

    /// <summary>Version of ONNX Runtime.</summary>
    public required string OnnxRuntime { get; init; }

    public required InstructionSet OurKernels { get; init; }

    /// <summary>Whether a difference on this machine counts (<see cref="OnnxRuntimeComparison.HostIsExact"/>).</summary>
    public required bool HostIsExact { get; init; }

    /// <summary>Whether every operator alone stays within what the arithmetic contract allows.</summary>
    public required bool Holds { get; init; }

    /// <summary>Images with the same top-1 output in both whole networks.</summary>
    public required int SameTop1 { get; init; }

    /// <summary>Nodes of the whole network in ONNX Runtime, by operator.</summary>
    public required IReadOnlyDictionary<string, int> FusedOperators { get; init; }

    public required IReadOnlyList<KindComparison> Kinds { get; init; }

    public required IReadOnlyList<LayerComparison> Layers { get; init; }

    internal static ComparisonReport Of(string package, OnnxRuntimeComparison comparison) => new()
    {
        Package = package,
        Images = comparison.Images,
        OnnxRuntime = OnnxRuntimeSession.LibraryVersion,
        OurKernels = comparison.InstructionSet,
        HostIsExact = OnnxRuntimeComparison.HostIsExact,
        Holds = comparison.Layers.All(l => l.Holds),
        SameTop1 = comparison.SameTop1,
        FusedOperators = comparison.WholeOperators,
        Kinds =
        [
            .. comparison.Layers.GroupBy(l => l.Kind).Select(g => new KindComparison(
                g.Key,
                g.Count(),
                g.Sum(l => l.Alone.Elements),
                g.Sum(l => l.Alone.Different),
                g.Max(l => l.Alone.LargestStep),
                g.Max(l => l.Alone.LargestRelative),
                g.All(l => l.Holds))),
        ],
        Layers = comparison.Layers,
    };

    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Options);

    internal void Write(IAnsiConsole console)
    {
        Table layers = Tables.New(
            "operator", "kind", "ONNX Runtime ran", "alone: differ", "largest", "in the network: differ", "largest", "");
        foreach (LayerComparison l in Layers)
        {
            layers.AddRow(
                Tables.Text(l.Name), Tables.Text(l.Kind), Tables.Text(l.RanAs),
                Tables.Text(Share(l.Alone.Fraction)), Tables.Text(Largest(l.Alone.LargestStep, l.Alone.LargestRelative)),
                Tables.Text(Share(l.Chained.Fraction)), Tables.Text(Largest(l.Chained.LargestStep, l.Chained.LargestRelative)),
                Tables.Text(l.Holds ? "" : "DIFFERS"));
        }

        console.Write(layers);
        Table kinds = Tables.New("kind", "operators", "elements", "differ", "largest", "");
        foreach (KindComparison k in Kinds)
        {
            kinds.AddRow(
                Tables.Text(k.Kind), Tables.Text($"{k.Operators}"), Tables.Text($"{k.Elements:N0}"),
                Tables.Text(Share(k.Fraction)), Tables.Text(Largest(k.LargestStep, k.LargestRelative)),
                Tables.Text(k.Holds ? "holds" : "DIFFERS"));
        }

        console.Write(kinds);
        string fused = string.Join(", ", FusedOperators.Select(p => $"{p.Value} {p.Key}"));
        console.WriteLine($"ONNX Runtime {OnnxRuntime} runs the export as {fused}");
        console.WriteLine($"top-1 equal in {SameTop1} of {Images} images; our kernels: {OurKernels}");
        string verdict = Holds ? "parity holds: every operator alone gives ONNX Runtime's result as exactly as the contract asks"
            : HostIsExact ? "parity is broken: see the operators marked DIFFERS"
            : "this processor lacks VNNI: ONNX Runtime may saturate sums at 16 bits, so its differences do not count against us";
        console.WriteLine($"{Package}: {verdict}");
    }

    private static string Share(double fraction) =>
        fraction == 0 ? "equal" : fraction < 0.0001 ? $"{fraction:0.0E+0}" : $"{fraction:P2}";

    /// <summary>The largest difference: steps of an int8 tensor, or relative to the largest value of a float32 tensor.</summary>
    private static string Largest(int step, double relative) =>
        step > 0 ? $"{step} step{(step == 1 ? "" : "s")}" : relative > 0 ? $"{relative:0.0E+0} relative" : "";
}
