using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Format.Certificates;

namespace Edge.Quantizer.Quantization;

/// <summary>Writes quantized networks as packages, with their accuracy report and self-test.</summary>
internal static class QuantizedPackage
{
    /// <summary>Seeds of the self-test vectors; any would do, these are the first digits of π and e.</summary>
    private static readonly ulong[] SelfTestSeeds = [3141592653589793, 2718281828459045];

    /// <param name="target">File to write.</param>
    /// <param name="report">Compared with float on <paramref name="images"/> images.</param>
    /// <param name="layers">Of the same report.</param>
    /// <param name="coding">How to compress the package; null for a plain one.</param>
    /// <param name="certify">Makes the certificate with a session of the package without it; null for none.</param>
    public static EdgeModel Write(
        string target,
        QuantizedNetwork quantized,
        PackageDescription description,
        LayerReport report,
        IReadOnlyList<LayerNoise> layers,
        int images,
        CodingOptions? coding,
        Func<Session, (CertificateDefinition Definition, byte[] Section)>? certify = null)
    {
        ModelManifest manifest = PackageAssembler.Manifest(quantized.Lowered, description) with
        {
            Accuracy = new AccuracyReport
            {
                Images = images,
                Top1Agreement = report.Agreement.Top1Agreement,
                LogitSqnr = Finite(report.Agreement.LogitSqnr),
                Method = quantized.Fallback is { Steps.Count: > 1 and var kept } ? $"{quantized.Technique} + {kept - 1} layer(s) in float" : quantized.Technique.ToString(),
                Layers = [.. layers.Select(l => new LayerAccuracy { Tensor = l.Name, Sqnr = Finite(l.Sqnr), Cosine = Finite(l.Cosine) })],
            },
        };
        return Write(target, manifest, quantized.Lowered.Package.Constants, coding, certify);
    }

    /// <summary>Adds self-test and certificate to a manifest, and writes.</summary>
    /// <exception cref="UserException">It is larger than a package may be, or shrinks more than a reader would believe.</exception>
    public static EdgeModel Write(
        string target,
        ModelManifest manifest,
        IReadOnlyList<ConstantData> constants,
        CodingOptions? coding,
        Func<Session, (CertificateDefinition Definition, byte[] Section)>? certify = null)
    {
        using (var session = new Session(
            PackageAssembler.InMemory(manifest, constants),
            new SessionOptions { Threads = 1, InstructionSet = InstructionSet.Scalar }))
        {
            manifest = manifest with { SelfTest = SelfTestRunner.Compute(session, SelfTestSeeds) };
        }

        if (certify is null)
            return PackageAssembler.Packing(target, () => EdgeModelWriter.Write(target, manifest, constants, coding));

        // The fastest kernels: they give the same bytes as the scalar ones.
        using var fast = new Session(PackageAssembler.InMemory(manifest, constants));
        (CertificateDefinition definition, byte[] section) = certify(fast);
        return PackageAssembler.Packing(
            target, () => EdgeModelWriter.Write(target, manifest with { Certificate = definition }, constants, coding, section));
    }

    /// <summary>JSON has no infinity: a tensor without any noise is stored as 999 dB.</summary>
    private static double Finite(double decibels) => double.IsFinite(decibels) ? Math.Round(decibels, 4) : decibels > 0 ? 999 : -999;
}
