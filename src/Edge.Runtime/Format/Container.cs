using System.Buffers.Binary;

namespace Edge.Runtime.Format;

/// <summary>
/// The outer shell of a plain package; see <see cref="Coding.CompressedPackage"/> for the other one. All numbers little endian:
/// <code>
///  0  magic, 8 bytes: 89 'E' 'D' 'G' 'E' 0D 0A 1A (a text transfer damages it visibly, as in PNG)
///  8  format version, uint32
/// 12  manifest length in bytes, uint32
/// 16  file length in bytes, uint64
/// 24  0, uint32
/// 28  CRC-32C of bytes 0 to 27 followed by the manifest, uint32
/// 32  manifest, JSON in UTF-8
///     constants, then the certificate if there is one, each at a multiple of 64, zeros in between; the file ends with the last one
/// </code>
/// </summary>
internal static class Container
{
    public const uint Version = 1;
    public const int HeaderLength = 32;
    public const int Alignment = 64;

    /// <summary>A manifest of a thousand operators has some 300 KB; a length beyond this is damage or malice.</summary>
    public const int MaxManifestLength = 16 << 20;

    private const int ChecksumOffset = 28;

    private static ReadOnlySpan<byte> Magic => [0x89, (byte)'E', (byte)'D', (byte)'G', (byte)'E', 0x0D, 0x0A, 0x1A];

    public static long Align(long offset) => (offset + Alignment - 1) & -Alignment;

    /// <summary>Fills the first <see cref="HeaderLength"/> bytes.</summary>
    public static void WriteHeader(Span<byte> header, ReadOnlySpan<byte> manifest, long fileLength)
    {
        WriteSignature(header, Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], (uint)manifest.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], fileLength);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(header[ChecksumOffset..], Checksum(header, manifest));
    }

    /// <summary>Fills the first 12 bytes: magic and format version.</summary>
    public static void WriteSignature(Span<byte> header, uint version)
    {
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], version);
    }

    /// <summary>Whether the bytes begin with the signature of a package.</summary>
    public static bool IsPackage(ReadOnlySpan<byte> file) => file.StartsWith(Magic);

    /// <summary>Proves the shell and returns the manifest's bytes, which start at <see cref="HeaderLength"/>.</summary>
    /// <exception cref="ModelFormatException">The shell is damaged, truncated or of another version.</exception>
    public static ReadOnlySpan<byte> ReadHeader(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderLength)
        {
            throw new ModelFormatException(
                "file", file.Length, $"{file.Length} bytes are too few for the {HeaderLength}-byte header");
        }

        if (!IsPackage(file))
            throw new ModelFormatException("header.magic", 0, "this is no .edge package");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(file[8..]);
        if (version != Version)
        {
            throw new ModelFormatException(
                "header.version", 8,
                $"format version {version} is unknown, this program reads {Version} and {Coding.CompressedPackage.Version}: "
                + "update it or pack the model again");
        }

        ulong fileLength = BinaryPrimitives.ReadUInt64LittleEndian(file[16..]);
        if (fileLength != (ulong)file.Length)
        {
            throw new ModelFormatException(
                "header.fileLength", 16, $"the package has {fileLength} bytes, the file {file.Length}: copy it again");
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(file[12..]);
        if (length > MaxManifestLength || length > file.Length - HeaderLength)
        {
            throw new ModelFormatException(
                "header.manifestLength", 12, $"{length} bytes exceed the file or {MaxManifestLength} bytes");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(file[24..]) != 0)
            throw new ModelFormatException("header.reserved", 24, "must be 0");
        ReadOnlySpan<byte> manifest = file.Slice(HeaderLength, (int)length);
        if (BinaryPrimitives.ReadUInt32LittleEndian(file[ChecksumOffset..]) != Checksum(file, manifest))
            throw new ModelFormatException("header.checksum", ChecksumOffset, "header or manifest is damaged (CRC-32C differs)");
        return manifest;
    }

    private static uint Checksum(ReadOnlySpan<byte> header, ReadOnlySpan<byte> manifest) =>
        Crc32C.Append(Crc32C.Compute(header[..ChecksumOffset]), manifest);
}
