using System.Runtime.InteropServices;
using Edge.Runtime.Format.Certificates;

namespace Edge.Runtime.Format;

/// <summary>An array to be stored in a package.</summary>
/// <param name="Shape">Dimensions in memory order.</param>
/// <param name="Bytes">Elements, little endian, row-major.</param>
public sealed record ConstantData(ElementType Type, int[] Shape, ReadOnlyMemory<byte> Bytes)
{
    /// <typeparam name="T">sbyte, float or int.</typeparam>
    public static ConstantData From<T>(int[] shape, ReadOnlySpan<T> elements)
        where T : unmanaged =>
        new(ElementTypes.Of<T>(), shape, MemoryMarshal.AsBytes(elements).ToArray());
}

/// <summary>Writes packages: the same content always gives the same bytes.</summary>
public static class EdgeModelWriter
{
    /// <summary>Lays the package out in memory, without proving it.</summary>
    /// <param name="manifest">Everything but <see cref="ModelManifest.Constants"/>, which is filled in here.</param>
    /// <param name="constants">The arrays that the operators refer to by index.</param>
    /// <param name="certificate">
    /// Records of the manifest's certificate (<see cref="CertificateWriter"/>); without them the package has none: it proves these
    /// constants only.
    /// </param>
    public static byte[] ToBytes(ModelManifest manifest, IReadOnlyList<ConstantData> constants, ReadOnlyMemory<byte> certificate = default)
    {
        CertificateDefinition? proof = certificate.IsEmpty ? null : manifest.Certificate! with
        {
            Length = certificate.Length,
            Checksum = Crc32C.Compute(certificate.Span),
        };
        var definitions = new ConstantDefinition[constants.Count];
        for (int i = 0; i < definitions.Length; i++)
        {
            definitions[i] = new ConstantDefinition
            {
                Type = constants[i].Type,
                Shape = constants[i].Shape,
                Offset = 0,
                Length = constants[i].Bytes.Length,
                Checksum = Crc32C.Compute(constants[i].Bytes.Span),
            };
        }

        // The constants start behind the manifest, whose length depends on the digits of their offsets: at most a few rounds.
        byte[] text;
        long end, start = 0;
        while (true)
        {
            end = Place(definitions, start);
            if (proof is not null)
            {
                proof = proof with { Offset = Container.Align(end) };
                end = proof.Offset + proof.Length;
            }

            text = ManifestJson.Serialize(manifest with { Constants = definitions, Certificate = proof });
            long needed = Container.Align(Container.HeaderLength + text.Length);
            if (needed <= start)
                break;
            start = needed;
        }

        if (definitions.Length == 0 && proof is null)
            end = Container.HeaderLength + text.Length;
        if (end > EdgeModel.MaxFileLength)
        {
            throw new InvalidDataException(
                $"the package would have {end} bytes, more than the {EdgeModel.MaxFileLength} that it may have");
        }

        byte[] file = new byte[end];
        Container.WriteHeader(file, text, end);
        text.CopyTo(file.AsSpan(Container.HeaderLength));
        for (int i = 0; i < definitions.Length; i++)
            constants[i].Bytes.Span.CopyTo(file.AsSpan((int)definitions[i].Offset));
        if (proof is not null)
            certificate.Span.CopyTo(file.AsSpan((int)proof.Offset));
        return file;
    }

    /// <summary>
    /// Lays out, proves and writes a package. The file appears under its name only when it is whole: it is written beside,
    /// flushed to the disk and renamed.
    /// </summary>
    /// <param name="coding">How to compress it; null for a plain package.</param>
    /// <param name="certificate">See <see cref="ToBytes"/>.</param>
    /// <returns>The model as a later <see cref="EdgeModel.Load"/> will see it.</returns>
    /// <exception cref="ModelFormatException">The manifest describes a model that no device would accept.</exception>
    public static EdgeModel Write(
        string path,
        ModelManifest manifest,
        IReadOnlyList<ConstantData> constants,
        CodingOptions? coding = null,
        ReadOnlyMemory<byte> certificate = default) =>
        Write(path, ToBytes(manifest, constants, certificate), coding);

    /// <inheritdoc cref="Write(string, ModelManifest, IReadOnlyList{ConstantData}, CodingOptions?, ReadOnlyMemory{byte})"/>
    /// <param name="plain">A plain package.</param>
    public static EdgeModel Write(string path, ReadOnlySpan<byte> plain, CodingOptions? coding)
    {
        byte[] bytes = coding is null ? plain.ToArray() : Coding.PackageCompressor.Compress(plain, coding);
        EdgeModel model = EdgeModel.Parse(bytes);
        RegularFile.Replace(path, bytes, flushToDisk: true);
        return model;
    }

    /// <summary>Sets the offsets from <paramref name="start"/> on and returns the end of the last constant.</summary>
    private static long Place(ConstantDefinition[] definitions, long start)
    {
        long end = start;
        for (int i = 0; i < definitions.Length; i++)
        {
            definitions[i] = definitions[i] with { Offset = Container.Align(end) };
            end = definitions[i].Offset + definitions[i].Length;
        }

        return end;
    }
}
