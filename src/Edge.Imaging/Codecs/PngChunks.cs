using System.Buffers.Binary;

namespace Edge.Imaging.Codecs;

/// <summary>Walks the chunks of a PNG file: length, type, data, CRC (which is left to libpng).</summary>
internal ref struct PngChunks(ReadOnlySpan<byte> file)
{
    public const int SignatureLength = 8;

    private const int Overhead = 12;
    private ReadOnlySpan<byte> _rest = file[SignatureLength..];

    /// <summary>Four letters.</summary>
    public ReadOnlySpan<byte> Type { get; private set; }

    public ReadOnlySpan<byte> Data { get; private set; }

    /// <summary>The chunk as stored, with length, type and CRC.</summary>
    public ReadOnlySpan<byte> Stored { get; private set; }

    /// <summary>False after the last chunk, and where the file ends inside one.</summary>
    public bool MoveNext()
    {
        if (_rest.Length < Overhead || Type.SequenceEqual("IEND"u8))
            return false;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(_rest);
        if (length > _rest.Length - Overhead)
            return false;
        Type = _rest.Slice(4, 4);
        Data = _rest.Slice(8, (int)length);
        Stored = _rest[..((int)length + Overhead)];
        _rest = _rest[Stored.Length..];
        return true;
    }
}
