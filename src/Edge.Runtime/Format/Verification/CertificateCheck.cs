using Edge.Runtime.Format.Certificates;

namespace Edge.Runtime.Format.Verification;

/// <summary>
/// The certificate's section lies intact behind the constants, and its numbers fit the model. What the section unpacks to is checked
/// by <see cref="CertificateReader"/>, which never takes more than one image's memory.
/// </summary>
internal static class CertificateCheck
{
    /// <summary>Proves where the section lies, without looking at its bytes, and returns its end.</summary>
    /// <param name="context">Manifest and file.</param>
    /// <param name="end">Where the last constant ends.</param>
    public static long Place(VerificationContext context, long end)
    {
        if (context.Manifest.Certificate is not { } certificate)
            return end;
        if (certificate.Offset % Container.Alignment != 0)
            throw context.Fail("certificate.offset", $"{certificate.Offset} is not a multiple of {Container.Alignment}");
        if (certificate.Offset < end)
            throw context.Fail("certificate.offset", $"{certificate.Offset} overlaps what ends at byte {end}");
        if (certificate.Length < 1 || certificate.Offset > context.File.Length || certificate.Length > context.File.Length - certificate.Offset)
        {
            throw context.Fail(
                "certificate.length",
                $"{certificate.Length} bytes at {certificate.Offset} are none, or reach behind the file's end at {context.File.Length}");
        }

        return certificate.Offset + certificate.Length;
    }

    /// <summary>Proves that the section is intact.</summary>
    /// <param name="context">Manifest and file.</param>
    /// <param name="end">Where the last constant ends.</param>
    public static void Content(VerificationContext context, int end)
    {
        if (context.Manifest.Certificate is not { } certificate)
            return;
        int gap = context.File[end..(int)certificate.Offset].IndexOfAnyExcept((byte)0);
        if (gap >= 0)
            throw new ModelFormatException("certificate", end + gap, "the gap in front of the certificate holds something else than zeros");
        if (Crc32C.Compute(context.File.Slice((int)certificate.Offset, (int)certificate.Length)) != certificate.Checksum)
            throw new ModelFormatException("certificate.checksum", certificate.Offset, "the certificate is damaged (CRC-32C differs)");
    }

    /// <summary>Proves the numbers; relies on tensors and operators being proven.</summary>
    public static void Numbers(VerificationContext context)
    {
        if (context.Manifest.Certificate is not { } certificate)
            return;
        if (certificate.Images is < 1 or > CertificateDefinition.MaxImages)
            throw context.Fail("certificate.images", $"{certificate.Images} is not between 1 and {CertificateDefinition.MaxImages}");
        if (certificate.MaxDrop is not (>= -100 and <= 100))
            throw context.Fail("certificate.maxDrop", $"{certificate.MaxDrop} is not between -100 and 100");
        if (certificate.Drop is not (>= -100 and <= 100))
            throw context.Fail("certificate.drop", $"{certificate.Drop} is not between -100 and 100");
        ModelManifest manifest = context.Manifest;
        int logits = certificate.Logits;
        if (!Array.Exists(manifest.Operators, op => op.Outputs[0] == logits))
            throw context.Fail("certificate.logits", $"no operator computes tensor {logits}");
        long scores = Elements(manifest.Tensors[manifest.Outputs[0]]), values = Elements(manifest.Tensors[logits]);
        if (values != scores || manifest.LabelOffset >= values)
        {
            throw context.Fail(
                "certificate.logits",
                $"tensor '{manifest.Tensors[logits].Name}' has {values} elements, the model {scores} scores, {manifest.LabelOffset} of them in front of the classes");
        }

        if (certificate.Classes.Length != 0 && certificate.Classes.Length != certificate.Images)
            throw context.Fail("certificate.classes", $"{certificate.Classes.Length} classes for {certificate.Images} images");
        int wrong = Array.FindIndex(certificate.Classes, c => c < 0 || c >= values - manifest.LabelOffset);
        if (wrong >= 0)
            throw context.Fail($"certificate.classes[{wrong}]", $"there is no class {certificate.Classes[wrong]}");
    }

    private static long Elements(TensorDefinition tensor)
    {
        long elements = 1;
        foreach (int dimension in tensor.Shape)
            elements *= dimension;
        return elements;
    }
}
