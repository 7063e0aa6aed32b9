using Edge.Runtime.Execution;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Quantization;

/// <summary>What a package says beside its operators.</summary>
/// <param name="Network">Name for people.</param>
/// <param name="Labels">Class names in output order, or empty.</param>
/// <param name="LabelOffset">Outputs in front of the first real class.</param>
public sealed record PackageDescription(
    string Network,
    InputPreprocessing Preprocessing,
    string[] Labels,
    int LabelOffset,
    Provenance Provenance);

/// <summary>Makes packages of lowered models: plans the arena, fills the manifest.</summary>
public static class PackageAssembler
{
    /// <summary>The manifest without accuracy report and self-test.</summary>
    public static ModelManifest Manifest(LoweredModel lowered, PackageDescription description)
    {
        PackageBuilder package = lowered.Package;
        var manifest = new ModelManifest
        {
            Network = description.Network,
            Preprocessing = description.Preprocessing,
            Labels = description.Labels,
            LabelOffset = description.LabelOffset,
            Tensors = [.. package.Tensors],
            Operators = [.. package.Operators],
            Constants = [],
            Input = lowered.Input,
            Outputs = lowered.Outputs,
            ArenaSize = 0,
            Provenance = description.Provenance,
        };
        return ArenaPlanner.Plan(manifest).ApplyTo(manifest);
    }

    /// <summary>A verified model in memory.</summary>
    public static EdgeModel InMemory(LoweredModel lowered, PackageDescription description) =>
        EdgeModel.Parse(EdgeModelWriter.ToBytes(Manifest(lowered, description), lowered.Package.Constants));
}
