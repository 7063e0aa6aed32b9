using static Edge.Runtime.Format.Verification.ShapeCheck;

namespace Edge.Runtime.Format.Verification;

/// <summary>
/// Constants lie in the file, aligned, in order, apart from each other and intact, then the certificate; the gaps hold zeros and nothing follows.
/// </summary>
internal static class ConstantsCheck
{
    public static void Run(VerificationContext context)
    {
        Places(context);
        int end = context.ManifestEnd;
        for (int i = 0; i < context.Manifest.Constants.Length; i++)
        {
            ConstantDefinition constant = context.Manifest.Constants[i];
            Content(context, $"constants[{i}]", constant, end);
            end = (int)(constant.Offset + constant.Length);
        }

        CertificateCheck.Content(context, end);
    }

    /// <summary>Proves where the constants lie, without looking at their bytes.</summary>
    public static void Places(VerificationContext context)
    {
        ConstantDefinition[] constants = context.Manifest.Constants;
        long end = context.ManifestEnd;
        for (int i = 0; i < constants.Length; i++)
            end = Place(context, i, end);
        end = CertificateCheck.Place(context, end);
        if (end != context.File.Length)
            throw new ModelFormatException("file", end, $"{context.File.Length - end} bytes follow the last section");
    }

    private static long Place(VerificationContext context, int index, long previousEnd)
    {
        string field = $"constants[{index}]";
        ConstantDefinition constant = context.Manifest.Constants[index] ?? throw context.Fail(field, "is null");
        if (constant.Codec != "plain")
            throw context.Fail($"{field}.codec", $"'{constant.Codec}' is unknown; known is plain");
        if (!Enum.IsDefined(constant.Type))
            throw context.Fail($"{field}.type", "is no element type");
        long elements = ShapeCheck.Elements(context, $"{field}.shape", constant.Shape);
        long bytes = elements * constant.Type.Size();
        if (constant.Length != bytes)
        {
            throw context.Fail(
                $"{field}.length",
                $"{constant.Length} bytes, but {constant.Type} {Text(constant.Shape)} has {bytes}");
        }

        if (constant.Offset % Container.Alignment != 0)
            throw context.Fail($"{field}.offset", $"{constant.Offset} is not a multiple of {Container.Alignment}");
        if (constant.Offset < previousEnd)
            throw context.Fail($"{field}.offset", $"{constant.Offset} overlaps what ends at byte {previousEnd}");
        if (constant.Offset > context.File.Length || constant.Length > context.File.Length - constant.Offset)
        {
            throw context.Fail(
                $"{field}.length",
                $"{constant.Length} bytes at {constant.Offset} reach behind the file's end at {context.File.Length}");
        }

        return constant.Offset + constant.Length;
    }

    private static void Content(VerificationContext context, string field, ConstantDefinition constant, int previousEnd)
    {
        int gap = context.File[previousEnd..(int)constant.Offset].IndexOfAnyExcept((byte)0);
        if (gap >= 0)
        {
            throw new ModelFormatException(
                field, previousEnd + gap, "the gap in front of this constant holds something else than zeros");
        }

        if (Crc32C.Compute(context.File.Slice((int)constant.Offset, (int)constant.Length)) != constant.Checksum)
            throw new ModelFormatException($"{field}.checksum", constant.Offset, "the constant is damaged (CRC-32C differs)");
    }
}
