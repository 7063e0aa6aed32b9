using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Edge.Imaging.Codecs;

/// <summary>
/// PNG through libpng: every colour type, depth and interlacing. Alpha and transparent colours are dropped, not composed onto a
/// background, as Pillow's convert("RGB") does. Colour profiles and gamma are ignored, as in JPEG. 16 bits become
/// round(v / 257).
/// </summary>
public sealed unsafe class PngDecoder : IImageDecoder
{
    /// <summary>libpng's own limit.</summary>
    private const int MaxSide = 1_000_000;

    private const string Packages = "libpng16-16 (on Debian 13 and Ubuntu 24.04: libpng16-16t64)";

    private byte[] _essential = [];
    private byte[] _withAlpha = [];

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public bool Recognizes(ReadOnlySpan<byte> data) => data.StartsWith(Signature);

    public ExifOrientation Decode(ReadOnlySpan<byte> data, PixelBuffer destination, long maxPixels)
    {
        (int length, ExifOrientation orientation) = KeepEssential(data, maxPixels);
        try
        {
            LibPng.Image image = new() { Version = LibPng.ImageVersion };
            try
            {
                fixed (byte* from = _essential)
                {
                    // The image keeps a pointer to the data until it is freed or read.
                    if (LibPng.BeginRead(&image, from, (nuint)length) == 0)
                        throw Damaged(&image);
                    ReadPixels(&image, destination);
                }
            }
            finally
            {
                LibPng.Free(&image);
            }
        }
        catch (Exception e) when (NativeCodec.IsLoaderFailure(e))
        {
            throw NativeCodec.Unavailable(LibPng.Library, "PNG", Packages, e);
        }

        return orientation;
    }

    public void Dispose()
    {
    }

    /// <summary>
    /// Copies the signature, the critical chunks and the transparent colours. libpng would otherwise convert pixels by gAMA,
    /// cHRM, sRGB and iCCP, and inflate texts nobody reads.
    /// </summary>
    private (int Length, ExifOrientation Orientation) KeepEssential(ReadOnlySpan<byte> data, long maxPixels)
    {
        if (_essential.Length < data.Length)
            _essential = GC.AllocateUninitializedArray<byte>(data.Length);
        Signature.CopyTo(_essential);
        int length = Signature.Length;
        ExifOrientation orientation = ExifOrientation.TopLeft;
        bool first = true;
        PngChunks chunks = new(data);
        while (chunks.MoveNext())
        {
            if (first)
                CheckHeader(chunks.Type, chunks.Data, maxPixels);
            first = false;
            if (chunks.Type.SequenceEqual("eXIf"u8))
                orientation = ExifOrientations.Read(chunks.Data);

            // A capital first letter marks a critical chunk.
            if ((chunks.Type[0] & 0x20) != 0 && !chunks.Type.SequenceEqual("tRNS"u8))
                continue;
            chunks.Stored.CopyTo(_essential.AsSpan(length));
            length += chunks.Stored.Length;
        }

        if (!chunks.Type.SequenceEqual("IEND"u8))
            throw new ImageFormatException("is a PNG that is cut short; copy the file again");
        return (length, orientation);
    }

    private static void CheckHeader(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data, long maxPixels)
    {
        if (!type.SequenceEqual("IHDR"u8) || data.Length < 8)
            throw new ImageFormatException("is a damaged PNG: the header is missing; copy or save the file again");
        long width = BinaryPrimitives.ReadUInt32BigEndian(data);
        long height = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
        NativeCodec.CheckSize(width, height, maxPixels);
        if (Math.Max(width, height) > MaxSide)
            throw new ImageFormatException($"claims to be {width} × {height} pixels, but a PNG's side is limited to {MaxSide}");
    }

    private void ReadPixels(LibPng.Image* image, PixelBuffer destination)
    {
        bool alpha = (image->Format & LibPng.FormatAlpha) != 0;
        image->Format &= LibPng.FormatAlpha | LibPng.FormatColor;
        image->Flags |= LibPng.Flag16BitSrgb;
        int channels = (image->Format & LibPng.FormatColor) != 0 ? 3 : 1;
        int width = (int)image->Width, height = (int)image->Height;
        destination.Reset(width, height, channels);
        if (!alpha)
        {
            ReadInto(image, destination.Pixels, width * channels);
            return;
        }

        int length = width * height * (channels + 1);
        if (_withAlpha.Length < length)
            _withAlpha = GC.AllocateUninitializedArray<byte>(length);
        ReadInto(image, _withAlpha, width * (channels + 1));
        Span<byte> pixels = destination.Pixels;
        for (int from = 0, to = 0; to < pixels.Length; from++)
            for (int c = 0; c < channels; c++)
                pixels[to++] = _withAlpha[from++];
    }

    private static void ReadInto(LibPng.Image* image, Span<byte> pixels, int rowStride)
    {
        fixed (byte* to = pixels)
        {
            if (LibPng.FinishRead(image, null, to, rowStride, null) == 0)
                throw Damaged(image);
        }
    }

    private static ImageFormatException Damaged(LibPng.Image* image) =>
        new($"is a damaged PNG ({Marshal.PtrToStringUTF8((nint)(&image->Message))}); copy or save the file again");
}
