using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Edge.Imaging.Codecs;

/// <summary>The part of the TurboJPEG API (turbojpeg.h, 2.0 and later) that decoding needs.</summary>
internal static unsafe partial class TurboJpeg
{
    public const string Library = "libturbojpeg.so.0";

    // enum TJSAMP: how chroma is subsampled.
    public const int Subsampling444 = 0;
    public const int Subsampling422 = 1;
    public const int Subsampling420 = 2;
    public const int SubsamplingGray = 3;

    // enum TJCS: what the components are.
    public const int ColorspaceYCbCr = 1;
    public const int ColorspaceGray = 2;
    public const int ColorspaceCmyk = 3;
    public const int ColorspaceYcck = 4;

    // enum TJPF: order of the decoded bytes.
    public const int PixelFormatRgb = 0;
    public const int PixelFormatGray = 6;
    public const int PixelFormatCmyk = 11;

    /// <summary>The exact integer inverse DCT.</summary>
    public const int FlagAccurateDct = 4096;

    /// <summary>Gives up on files with hundreds of progressive scans, which cost minutes.</summary>
    public const int FlagLimitScans = 32768;

    /// <summary>Result of <see cref="GetErrorCode"/>: the pixels were decoded as well as the data allowed.</summary>
    public const int ErrorWarning = 0;

    [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
    public static partial DecompressorHandle InitDecompress();

    /// <summary>0, or -1 on an error or a warning.</summary>
    [LibraryImport(Library, EntryPoint = "tjDecompress2")]
    public static partial int Decompress(
        DecompressorHandle handle, byte* data, nuint length, byte* destination, int width, int pitch, int height,
        int pixelFormat, int flags);

    /// <summary>0, or -1 on an error.</summary>
    [LibraryImport(Library, EntryPoint = "tjDecompressHeader3")]
    public static partial int DecompressHeader(
        DecompressorHandle handle, byte* data, nuint length, out int width, out int height, out int subsampling,
        out int colorspace);

    /// <summary>
    /// 0, or -1 on an error or a warning. Takes the largest scaling factor n/8 whose size fits into width × height. Planes of
    /// luma are padded to whole chroma samples.
    /// </summary>
    [LibraryImport(Library, EntryPoint = "tjDecompressToYUVPlanes")]
    public static partial int DecompressToPlanes(
        DecompressorHandle handle, byte* data, nuint length, byte** planes, int width, int* strides, int height, int flags);

    [LibraryImport(Library, EntryPoint = "tjGetErrorCode")]
    public static partial int GetErrorCode(DecompressorHandle handle);

    /// <summary>The first error or warning of the last call; owned by the library.</summary>
    [LibraryImport(Library, EntryPoint = "tjGetErrorStr2")]
    public static partial byte* GetErrorString(DecompressorHandle handle);

    /// <summary>Whether the last call ended with a warning about something that leaves every pixel intact.</summary>
    public static bool EndedHarmlessly(DecompressorHandle handle)
    {
        if (GetErrorCode(handle) != ErrorWarning)
            return false;
        ReadOnlySpan<byte> message = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(GetErrorString(handle));
        return message.IndexOf("extraneous bytes before marker"u8) >= 0
            || message.IndexOf("Adobe color transform"u8) >= 0
            || message.IndexOf("ICC profile"u8) >= 0;
    }

    public static string ErrorMessage(DecompressorHandle handle) =>
        Marshal.PtrToStringUTF8((nint)GetErrorString(handle)) ?? "unknown error";

    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    private static partial int Destroy(nint handle);

    internal sealed class DecompressorHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle() => Destroy(handle) == 0;
    }
}
