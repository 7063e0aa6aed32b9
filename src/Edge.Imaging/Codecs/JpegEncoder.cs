using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Edge.Imaging.Codecs;

/// <summary>JPEG through libturbojpeg's tjCompress2 (turbojpeg.h, 2.0 and later). Not thread-safe.</summary>
public sealed unsafe partial class JpegEncoder : IDisposable
{
    // enum TJSAMP.
    private const int Samples444 = 0;
    private const int Samples420 = 2;
    private const int SamplesGrey = 3;
    private const int FlagNoRealloc = 1024;

    private readonly CompressorHandle _handle = Create();
    private byte[] _buffer = [];

    /// <summary>Compresses an R G B or grey image.</summary>
    /// <param name="image">Three channels, or one.</param>
    /// <param name="quality">1 to 100.</param>
    /// <param name="halfChroma">Colour at half the resolution in both directions (4:2:0), as most cameras store it.</param>
    /// <returns>The file, valid until the next call.</returns>
    public ReadOnlySpan<byte> Encode(PixelBuffer image, int quality, bool halfChroma)
    {
        bool grey = image.Channels == 1;
        int sampling = grey ? SamplesGrey : halfChroma ? Samples420 : Samples444;
        int format = grey ? TurboJpeg.PixelFormatGray : TurboJpeg.PixelFormatRgb;
        int capacity = checked((int)BufferSize(image.Width, image.Height, sampling));
        if (_buffer.Length < capacity)
            _buffer = GC.AllocateUninitializedArray<byte>(capacity);
        fixed (byte* from = image.Pixels, to = _buffer)
        {
            byte* target = to;
            CULong length = new((uint)_buffer.Length);
            int result = Compress(
                _handle, from, image.Width, image.Stride, image.Height, format, &target, &length, sampling, quality,
                FlagNoRealloc);
            if (result != 0)
                throw new InvalidOperationException("tjCompress2 failed on an image in memory");
            return _buffer.AsSpan(0, (int)length.Value);
        }
    }

    public void Dispose() => _handle.Dispose();

    private static CompressorHandle Create()
    {
        try
        {
            return InitCompress();
        }
        catch (Exception e) when (NativeCodec.IsLoaderFailure(e))
        {
            throw NativeCodec.Unavailable(TurboJpeg.Library, "JPEG", "libturbojpeg0 (on Ubuntu: libturbojpeg)", e);
        }
    }

    [LibraryImport(TurboJpeg.Library, EntryPoint = "tjInitCompress")]
    private static partial CompressorHandle InitCompress();

    [LibraryImport(TurboJpeg.Library, EntryPoint = "tjBufSize")]
    private static partial CULong BufferSizeNative(int width, int height, int sampling);

    private static ulong BufferSize(int width, int height, int sampling) => BufferSizeNative(width, height, sampling).Value;

    [LibraryImport(TurboJpeg.Library, EntryPoint = "tjCompress2")]
    private static partial int Compress(
        CompressorHandle handle, byte* source, int width, int pitch, int height, int pixelFormat, byte** destination,
        CULong* length, int sampling, int quality, int flags);

    [LibraryImport(TurboJpeg.Library, EntryPoint = "tjDestroy")]
    private static partial int Destroy(nint handle);

    private sealed class CompressorHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle() => Destroy(handle) == 0;
    }
}
