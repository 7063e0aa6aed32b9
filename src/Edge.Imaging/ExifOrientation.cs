using System.Buffers.Binary;

namespace Edge.Imaging;

/// <summary>
/// Where the stored image's first row and first column belong in the upright image (TIFF 6.0, tag 274): "RightTop" has its
/// first row on the right and its first column on top.
/// </summary>
public enum ExifOrientation
{
    TopLeft = 1,
    TopRight,
    BottomRight,
    BottomLeft,
    LeftTop,
    RightTop,
    RightBottom,
    LeftBottom,
}

public static class ExifOrientations
{
    private const int OrientationTag = 0x0112;
    private const int ShortType = 3;
    private const int EntryLength = 12;

    /// <summary>
    /// The orientation in the first directory of an EXIF block. Damaged metadata never spoils an image: whatever cannot be
    /// read counts as <see cref="ExifOrientation.TopLeft"/>, as in image viewers.
    /// </summary>
    /// <param name="tiff">The block from its byte order mark on (in a JPEG, what follows "Exif\0\0").</param>
    public static ExifOrientation Read(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8 || !(tiff.StartsWith("II*\0"u8) || tiff.StartsWith("MM\0*"u8)))
            return ExifOrientation.TopLeft;
        bool littleEndian = tiff[0] == 'I';
        uint directory = littleEndian
            ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..])
            : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
            return ExifOrientation.TopLeft;
        ReadOnlySpan<byte> entries = tiff[(int)directory..];
        int count = UInt16(entries, littleEndian);
        entries = entries[2..];
        for (; count > 0 && entries.Length >= EntryLength; count--, entries = entries[EntryLength..])
        {
            if (UInt16(entries, littleEndian) != OrientationTag)
                continue;
            int value = UInt16(entries[8..], littleEndian);
            return UInt16(entries[2..], littleEndian) == ShortType && value is >= 1 and <= 8
                ? (ExifOrientation)value
                : ExifOrientation.TopLeft;
        }

        return ExifOrientation.TopLeft;
    }

    /// <summary>Copies <paramref name="source"/> upright into <paramref name="destination"/>.</summary>
    /// <param name="source">As stored.</param>
    /// <param name="destination">Another buffer; takes the upright size.</param>
    /// <param name="orientation">How the stored image lies.</param>
    public static void MakeUpright(PixelBuffer source, PixelBuffer destination, ExifOrientation orientation)
    {
        bool swapped = orientation >= ExifOrientation.LeftTop;
        bool mirrorX = orientation is ExifOrientation.TopRight or ExifOrientation.BottomRight
            or ExifOrientation.RightBottom or ExifOrientation.LeftBottom;
        bool mirrorY = orientation is ExifOrientation.BottomRight or ExifOrientation.BottomLeft
            or ExifOrientation.RightTop or ExifOrientation.RightBottom;
        int width = source.Width, height = source.Height, channels = source.Channels;
        destination.Reset(swapped ? height : width, swapped ? width : height, channels);

        // Source bytes from one stored column (row) to the next, in the direction in which the upright image is filled.
        int column = mirrorX ? -channels : channels;
        int row = mirrorY ? -source.Stride : source.Stride;
        int first = (mirrorX ? (width - 1) * channels : 0) + (mirrorY ? (height - 1) * source.Stride : 0);
        (int stepX, int stepY) = swapped ? (row, column) : (column, row);

        ReadOnlySpan<byte> from = source.Pixels;
        Span<byte> to = destination.Pixels;
        int written = 0;
        for (int y = 0; y < destination.Height; y++)
        {
            int read = first + y * stepY;
            for (int x = 0; x < destination.Width; x++, read += stepX)
                for (int c = 0; c < channels; c++)
                    to[written++] = from[read + c];
        }
    }

    private static ushort UInt16(ReadOnlySpan<byte> data, bool littleEndian) => littleEndian
        ? BinaryPrimitives.ReadUInt16LittleEndian(data)
        : BinaryPrimitives.ReadUInt16BigEndian(data);
}
