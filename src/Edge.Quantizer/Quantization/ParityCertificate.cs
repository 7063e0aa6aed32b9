using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Runtime.Execution;
using Edge.Runtime.Format.Certificates;

namespace Edge.Quantizer.Quantization;

/// <summary>Makes the certificate that a package carries: held-out calibration images with the float network's logits and the package's.</summary>
internal static class ParityCertificate
{
    /// <param name="session">Of the package without certificate.</param>
    /// <param name="graph">The float network.</param>
    /// <param name="network">What the package was made of.</param>
    /// <param name="images">Calibration images.</param>
    /// <param name="count">Images wanted; no more than were held out.</param>
    /// <param name="maxDrop">Budget, points of a hundred; null for what these images show.</param>
    /// <exception cref="UserException">The package misses the budget on these images.</exception>
    public static (CertificateDefinition Definition, byte[] Section) Create(
        Session session, ModelGraph graph, QuantizedNetwork network, ICalibrationSet images, int count, double? maxDrop)
    {
        QuantizationParameters input = new(session.Model.Input.Scale, session.Model.Input.ZeroPoint);
        int[] chosen = PostTrainingQuantizer.CertificateImages(network.HeldOut, count);
        int elements = session.Input.Length;
        (CertificateDefinition definition, byte[] section) = CertificateRunner.Create(
            session,
            network.Lowered.TensorOf(PostTrainingQuantizer.LogitsOf(graph)),
            maxDrop,
            chosen.Select(Example),
            [.. chosen.Select(i => network.HeldOut[i].Class).OfType<int>()]);
        return definition.Drop <= definition.MaxDrop
            ? (definition, section)
            : throw new UserException(FormattableString.Invariant(
                $"the certificate's {definition.Images} images miss the budget: {definition.Drop:0.##} points of {definition.MaxDrop:0.##}; give --max-drop more, or leave --certificate out"));

        (sbyte[] Codes, float[] Reference) Example(int index)
        {
            sbyte[] codes = new sbyte[elements];
            images.Read(index, input, codes);
            return (codes, network.HeldOut[index].Logits);
        }
    }
}
