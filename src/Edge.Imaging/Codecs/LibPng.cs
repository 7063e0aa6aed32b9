using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Edge.Imaging.Codecs;

/// <summary>
/// The part of libpng's simplified API (png.h, 1.6) that decoding and encoding need. The full API reports errors by longjmp, which must not
/// cross managed frames.
/// </summary>
internal static unsafe partial class LibPng
{
    public const string Library = "libpng16.so.16";

    // PNG_FORMAT_FLAG_*: what a decoded pixel consists of. Without any flag: one grey byte.
    public const uint FormatAlpha = 1;
    public const uint FormatColor = 2;

    /// <summary>PNG_IMAGE_FLAG_16BIT_sRGB: 16-bit files hold the same kind of values as 8-bit ones, not linear light.</summary>
    public const uint Flag16BitSrgb = 4;

    /// <summary>PNG_IMAGE_VERSION.</summary>
    public const uint ImageVersion = 1;

    [LibraryImport(Library, EntryPoint = "png_image_begin_read_from_memory")]
    public static partial int BeginRead(Image* image, byte* data, nuint length);

    [LibraryImport(Library, EntryPoint = "png_image_finish_read")]
    public static partial int FinishRead(Image* image, void* background, byte* buffer, int rowStride, void* colormap);

    /// <summary>With a null buffer only sets <paramref name="length"/> to the size of the result.</summary>
    [LibraryImport(Library, EntryPoint = "png_image_write_to_memory")]
    public static partial int Write(
        Image* image, byte* memory, nuint* length, int convertTo8Bit, byte* pixels, int rowStride, void* colormap);

    [LibraryImport(Library, EntryPoint = "png_image_free")]
    public static partial void Free(Image* image);

    /// <summary>png_image.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Image
    {
        public void* Opaque;
        public uint Version;
        public uint Width;
        public uint Height;
        public uint Format;
        public uint Flags;
        public uint ColormapEntries;
        public uint WarningOrError;
        public MessageText Message;
    }

    /// <summary>Zero-terminated.</summary>
    [InlineArray(64)]
    internal struct MessageText
    {
        private byte _first;
    }
}
