using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Edge.Runtime.Format.Verification;

namespace Edge.Runtime.Format.Coding;

/// <summary>
/// A package on its way: format version 2 holds a package of version 1, compressed. Reading it makes that package again, byte for
/// byte, and everything else happens to those bytes. All numbers little endian:
/// <code>
///  0  magic, as in version 1
///  8  2, uint32
/// 12  bytes of the compressed manifest, uint32
/// 16  bytes of this file, uint64
/// 24  bytes of the manifest's text, uint32
/// 28  CRC-32C of bytes 0 to 27, bytes 32 to 39 and the compressed manifest, uint32
/// 32  bytes of the plain package, uint64; at most <see cref="MaxExpansion"/> times those of this file
/// 40  manifest of the plain package in Brotli (RFC 7932), its window of at most 32 KB
///     constants in order, each coded as <see cref="ConstantDecoder"/> describes and filled up to a byte
///     the certificate as it is, if there is one
/// </code>
/// The plain manifest holds each constant's checksum, so that a damaged code is found in what it gives.
/// </summary>
internal static class CompressedPackage
{
    public const uint Version = 2;
    public const int HeaderLength = 40;

    /// <summary>How many times larger than its file a plain package may be.</summary>
    public const int MaxExpansion = 256;

    private const int ChecksumOffset = 28;

    /// <summary>Whether the bytes begin with the header of a compressed package.</summary>
    public static bool IsCompressed(ReadOnlySpan<byte> file) =>
        file.Length >= 12 && Container.IsPackage(file) && BinaryPrimitives.ReadUInt32LittleEndian(file[8..]) == Version;

    /// <summary>Fills the first <see cref="HeaderLength"/> bytes.</summary>
    public static void WriteHeader(Span<byte> header, ReadOnlySpan<byte> manifest, int textLength, long plainLength, long fileLength)
    {
        Container.WriteSignature(header, Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], (uint)manifest.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], fileLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], (uint)textLength);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], plainLength);
        uint checksum = Crc32C.Append(Crc32C.Append(Crc32C.Compute(header[..ChecksumOffset]), header[32..40]), manifest);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ChecksumOffset..], checksum);
    }

    /// <summary>
    /// Decodes the plain package. Beside its bytes this takes less than 64 KB: tables and a buffer, no second copy of anything.
    /// </summary>
    /// <param name="manifest">Of the plain package; its constants' places are proven, everything else is not.</param>
    /// <param name="stored">Receives how each constant was stored.</param>
    /// <exception cref="ModelFormatException">The package is damaged or hostile.</exception>
    public static byte[] Expand(StoredReader reader, out ModelManifest manifest, ICollection<StoredConstant>? stored = null)
    {
        byte[] plain = ReadManifest(reader, out int textLength);
        int manifestEnd = Container.HeaderLength + textLength;
        manifest = ManifestJson.Parse(plain.AsSpan(Container.HeaderLength, textLength), Container.HeaderLength);
        ConstantsCheck.Places(new VerificationContext(manifest, plain, manifestEnd));
        Container.WriteHeader(plain, plain.AsSpan(Container.HeaderLength, textLength), plain.Length);
        DecodeConstants(reader, manifest, plain, stored);
        if (manifest.Certificate is { } certificate)
        {
            reader.Field = "certificate";
            reader.Align();
            reader.Read(plain.AsSpan((int)certificate.Offset, (int)certificate.Length));
        }

        if (reader.Offset != reader.Length)
            throw new ModelFormatException("file", reader.Offset, $"{reader.Length - reader.Offset} bytes follow the last section");
        return plain;
    }

    /// <summary>Decodes all constants into their places.</summary>
    /// <param name="reader">At the first of them.</param>
    /// <param name="plain">The plain package; zeros where the constants belong.</param>
    /// <param name="stored">Receives how each was stored.</param>
    public static void DecodeConstants(
        StoredReader reader, ModelManifest manifest, Span<byte> plain, ICollection<StoredConstant>? stored = null)
    {
        var decoder = new ConstantDecoder(reader);
        for (int i = 0; i < manifest.Constants.Length; i++)
        {
            ConstantDefinition constant = manifest.Constants[i];
            reader.Field = $"constants[{i}]";
            decoder.Decode(constant, plain.Slice((int)constant.Offset, (int)constant.Length), stored);
        }
    }

    /// <summary>Proves the shell, makes room for the plain package and puts its manifest's text in place.</summary>
    private static byte[] ReadManifest(StoredReader reader, out int textLength)
    {
        if (reader.Length < HeaderLength)
            throw new ModelFormatException("file", reader.Length, $"{reader.Length} bytes are too few for the {HeaderLength}-byte header");
        Span<byte> header = stackalloc byte[HeaderLength];
        reader.Read(header);
        ulong fileLength = BinaryPrimitives.ReadUInt64LittleEndian(header[16..]);
        if (fileLength != (ulong)reader.Length)
        {
            throw new ModelFormatException(
                "header.fileLength", 16, $"the package has {fileLength} bytes, the file {reader.Length}: copy it again");
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);
        if (length > Container.MaxManifestLength || length > reader.Length - HeaderLength)
        {
            throw new ModelFormatException(
                "header.manifestLength", 12, $"{length} bytes exceed the file or {Container.MaxManifestLength} bytes");
        }

        ulong plainLength = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        if (plainLength > EdgeModel.MaxFileLength || plainLength > (ulong)reader.Length * MaxExpansion)
        {
            throw new ModelFormatException(
                "header.plainLength", 32,
                $"{plainLength} bytes are more than {EdgeModel.MaxFileLength} or {MaxExpansion} times the file's {reader.Length}");
        }

        uint text = BinaryPrimitives.ReadUInt32LittleEndian(header[24..]);
        if (text > Container.MaxManifestLength || text + (ulong)Container.HeaderLength > plainLength)
        {
            throw new ModelFormatException(
                "header.textLength", 24, $"{text} bytes exceed the plain package or {Container.MaxManifestLength} bytes");
        }

        byte[] plain = new byte[plainLength];
        uint checksum = Crc32C.Append(Crc32C.Compute(header[..ChecksumOffset]), header[32..]);
        textLength = (int)text;
        Decompress(reader, (int)length, plain.AsSpan(Container.HeaderLength, textLength), ref checksum);
        if (checksum != BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumOffset..]))
            throw new ModelFormatException("header.checksum", ChecksumOffset, "header or manifest is damaged (CRC-32C differs)");
        return plain;
    }

    private static void Decompress(StoredReader reader, int length, Span<byte> text, ref uint checksum)
    {
        // Window sizes of 2^10 to 2^15 (RFC 7932 section 9.1): the decoder allocates that much, and its prefix codes, of which a
        // hostile text can name 3 · 256 (section 7.3: some megabytes), an ordinary one a handful.
        ReadOnlySpan<byte> start = reader.Next();
        if (start.Length == 0 || (start[0] & 0x0F) != 1 || (start[0] >> 4 & 7) < 2)
            throw new ModelFormatException("manifest", HeaderLength, "its compression does not begin with a window of at most 32 KB");
        using var decoder = new BrotliDecoder();
        var status = OperationStatus.NeedMoreData;
        while (length > 0)
        {
            ReadOnlySpan<byte> next = reader.Next();
            next = next[..Math.Min(next.Length, length)];
            if (next.Length == 0)
                throw new ModelFormatException("manifest", reader.Offset, "the package ends inside it");
            checksum = Crc32C.Append(checksum, next);
            int taken = next.Length;
            while (status == OperationStatus.NeedMoreData && next.Length > 0)
            {
                status = decoder.Decompress(next, text, out int consumed, out int written);
                next = next[consumed..];
                text = text[written..];
                if (consumed == 0 && written == 0)
                    break;
            }

            if (status is OperationStatus.InvalidData or OperationStatus.DestinationTooSmall || next.Length > 0)
                throw new ModelFormatException("manifest", reader.Offset, "is damaged, or longer or shorter than the header says");
            reader.Position += taken;
            length -= taken;
        }

        if (status != OperationStatus.Done || text.Length > 0)
            throw new ModelFormatException("manifest", reader.Offset, "is damaged, or longer or shorter than the header says");
    }
}
