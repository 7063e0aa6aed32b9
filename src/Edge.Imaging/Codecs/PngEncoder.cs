using System.Runtime.InteropServices;

namespace Edge.Imaging.Codecs;

/// <summary>Writes 8-bit images as PNG, through libpng, which frees what it allocates when a write ends.</summary>
public static unsafe class PngEncoder
{
    private const string Packages = "libpng16-16 (on Debian 13 and Ubuntu 24.04: libpng16-16t64)";

    /// <returns>A whole PNG file: RGB, or grey for one channel.</returns>
    /// <exception cref="CodecUnavailableException">libpng is not installed.</exception>
    public static byte[] Encode(PixelBuffer pixels)
    {
        LibPng.Image image = new()
        {
            Version = LibPng.ImageVersion,
            Width = (uint)pixels.Width,
            Height = (uint)pixels.Height,
            Format = pixels.Channels == 3 ? LibPng.FormatColor : 0,
        };
        try
        {
            fixed (byte* from = pixels.Pixels)
            {
                nuint length = 0;
                if (LibPng.Write(&image, null, &length, 0, from, pixels.Stride, null) == 0)
                    throw Failed(&image);
                byte[] file = new byte[length];
                fixed (byte* to = file)
                {
                    if (LibPng.Write(&image, to, &length, 0, from, pixels.Stride, null) == 0)
                        throw Failed(&image);
                }

                return length == (nuint)file.Length ? file : file[..(int)length];
            }
        }
        catch (Exception e) when (NativeCodec.IsLoaderFailure(e))
        {
            throw NativeCodec.Unavailable(LibPng.Library, "PNG", Packages, e);
        }
    }

    private static InvalidOperationException Failed(LibPng.Image* image) =>
        new("libpng: " + Marshal.PtrToStringUTF8((nint)(&image->Message)));
}
