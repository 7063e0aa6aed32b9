using System.IO.Compression;

namespace Edge.Runtime.Format.Coding;

/// <summary>Makes compressed packages of plain ones: the same content always gives the same bytes.</summary>
internal static class PackageCompressor
{
    /// <summary>Brotli's highest quality, and the largest window that a reader takes.</summary>
    private const int Quality = 11, Window = 15;

    /// <param name="plain">A package of version 1.</param>
    /// <exception cref="InvalidDataException">It shrinks more than a reader would believe.</exception>
    public static byte[] Compress(ReadOnlySpan<byte> plain, CodingOptions options)
    {
        ReadOnlySpan<byte> text = Container.ReadHeader(plain);
        ModelManifest manifest = ManifestJson.Parse(text, Container.HeaderLength);
        byte[] buffer = new byte[BrotliEncoder.GetMaxCompressedLength(text.Length)];
        if (!BrotliEncoder.TryCompress(text, buffer, out int length, Quality, Window))
            throw new InvalidDataException("the manifest can't be compressed");
        ReadOnlySpan<byte> compressed = buffer.AsSpan(0, length);
        var writer = new BitWriter();
        foreach (ConstantDefinition constant in manifest.Constants)
            ConstantEncoder.Encode(constant, plain.Slice((int)constant.Offset, (int)constant.Length), options, writer);
        writer.Align();
        ReadOnlySpan<byte> certificate = manifest.Certificate is { } c ? plain.Slice((int)c.Offset, (int)c.Length) : [];
        byte[] file = new byte[CompressedPackage.HeaderLength + length + writer.Bytes.Length + certificate.Length];
        if (plain.Length > (long)file.Length * CompressedPackage.MaxExpansion)
        {
            throw new InvalidDataException(
                $"{plain.Length} bytes shrink to {file.Length}, more than {CompressedPackage.MaxExpansion} times: store the package plain");
        }

        CompressedPackage.WriteHeader(file, compressed, text.Length, plain.Length, file.Length);
        compressed.CopyTo(file.AsSpan(CompressedPackage.HeaderLength));
        writer.Bytes.CopyTo(file.AsSpan(CompressedPackage.HeaderLength + length));
        certificate.CopyTo(file.AsSpan(file.Length - certificate.Length));
        return file;
    }
}
