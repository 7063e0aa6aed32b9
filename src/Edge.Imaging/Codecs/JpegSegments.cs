using System.Buffers.Binary;

namespace Edge.Imaging.Codecs;

/// <summary>Walks the marker segments of a JPEG file (ITU-T T.81, annex B), over the entropy-coded data between them.</summary>
internal ref struct JpegSegments(ReadOnlySpan<byte> file)
{
    public const byte StartOfScan = 0xDA;
    public const byte EndOfImage = 0xD9;
    public const byte App1 = 0xE1;

    private ReadOnlySpan<byte> _rest = file[2..];

    /// <summary>Second byte of the marker.</summary>
    public byte Marker { get; private set; }

    /// <summary>The segment behind its length field; empty for markers without one.</summary>
    public ReadOnlySpan<byte> Payload { get; private set; }

    /// <summary>SOF0 to SOF15: the frame header with the image's size.</summary>
    public readonly bool IsFrameHeader => Marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    /// <summary>False after the end-of-image marker and where the data ends too early.</summary>
    public bool MoveNext()
    {
        if (Marker == EndOfImage)
            return false;
        while (true)
        {
            int start = _rest.IndexOf((byte)0xFF);
            if (start < 0 || start + 1 >= _rest.Length)
                return false;
            byte marker = _rest[start + 1];

            // FF 00 is a data byte, FF FF a fill byte, FF D0 to D7 a restart in the middle of a scan.
            if (marker is 0x00 or 0xFF or 0x01 or (>= 0xD0 and <= 0xD8))
            {
                _rest = _rest[(start + (marker == 0xFF ? 1 : 2))..];
                continue;
            }

            Marker = marker;
            Payload = default;
            _rest = _rest[(start + 2)..];
            if (marker == EndOfImage)
                return true;
            if (_rest.Length < 2)
                return false;
            int length = BinaryPrimitives.ReadUInt16BigEndian(_rest);
            if (length < 2 || length > _rest.Length)
                return false;
            Payload = _rest[2..length];
            _rest = _rest[length..];
            return true;
        }
    }
}
