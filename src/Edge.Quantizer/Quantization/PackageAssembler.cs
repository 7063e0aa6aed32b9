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
    /// <exception cref="UserException">It is larger than a package may be.</exception>
    public static EdgeModel InMemory(LoweredModel lowered, PackageDescription description) =>
        InMemory(Manifest(lowered, description), lowered.Package.Constants);

    /// <inheritdoc cref="InMemory(LoweredModel, PackageDescription)"/>
    public static EdgeModel InMemory(ModelManifest manifest, IReadOnlyList<ConstantData> constants) =>
        Packing(manifest.Network, () => EdgeModel.Parse(EdgeModelWriter.ToBytes(manifest, constants)));

    /// <summary>Does work of <see cref="EdgeModelWriter"/>, which refuses what no package can hold.</summary>
    /// <param name="name">Of the package, for the message.</param>
    /// <exception cref="UserException">It was refused.</exception>
    internal static EdgeModel Packing(string name, Func<EdgeModel> work)
    {
        try
        {
            return work();
        }
        catch (InvalidDataException e)
        {
            throw new UserException($"{name}: {e.Message}", e);
        }
    }
}
