using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Edge.Imaging.Codecs;

/// <summary>The part of the TurboJPEG API (turbojpeg.h, 2.0 and later) that decoding needs.</summary>
internal static unsafe partial class TurboJpeg
{
    public const string Library = "libturbojpeg.so.0";

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

    [LibraryImport(Library, EntryPoint = "tjGetErrorCode")]
    public static partial int GetErrorCode(DecompressorHandle handle);

    /// <summary>The first error or warning of the last call; owned by the library.</summary>
    [LibraryImport(Library, EntryPoint = "tjGetErrorStr2")]
    public static partial byte* GetErrorString(DecompressorHandle handle);

    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    private static partial int Destroy(nint handle);

    internal sealed class DecompressorHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle() => Destroy(handle) == 0;
    }
}
