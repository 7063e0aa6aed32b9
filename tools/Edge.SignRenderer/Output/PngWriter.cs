using System.Runtime.InteropServices;
using Edge.Imaging;
using Edge.Imaging.Codecs;

namespace Edge.SignRenderer.Output;

/// <summary>PNG through libpng's simplified API.</summary>
internal static unsafe partial class PngWriter
{
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, PixelBuffer pixels)
    {
        LibPng.Image image = new()
        {
            Version = LibPng.ImageVersion,
            Width = (uint)pixels.Width,
            Height = (uint)pixels.Height,
            Format = LibPng.FormatColor,
        };
        string partial = path + ".partial";
        fixed (byte* from = pixels.Pixels)
        {
            if (WriteToFile(&image, partial, 0, from, pixels.Stride, null) == 0)
                throw new IOException($"{path}: cannot be written ({Marshal.PtrToStringUTF8((nint)(&image.Message))})");
        }

        File.Move(partial, path, overwrite: true);
    }

    [LibraryImport(LibPng.Library, EntryPoint = "png_image_write_to_file", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int WriteToFile(
        LibPng.Image* image, string path, int convertTo8Bit, byte* buffer, int rowStride, void* colormap);
}
