using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;

namespace Edge.Imaging.Codecs;

/// <summary>
/// WebP, BMP, GIF (first picture) and TIFF (first page) through ImageSharp. JPEG and PNG stay with libturbojpeg and libpng, so that
/// calibration and device see the same pixels in every build. Only of builds with <c>FullFeed=true</c>.
/// </summary>
public sealed class ImageSharpDecoder : IImageDecoder
{
    /// <summary>Endings of the formats' file names.</summary>
    internal static readonly string[] Extensions = [".webp", ".bmp", ".gif", ".tif", ".tiff"];

    /// <summary>ImageSharp's working memory beside the pixels: row buffers and the format's own.</summary>
    private const int SpareMegabytes = 64;

    private const int BytesPerPixel = 3;

    public bool Recognizes(ReadOnlySpan<byte> data) =>
        data.StartsWith("GIF8"u8)
        || data.StartsWith("BM"u8)
        || data.StartsWith("II*\0"u8) || data.StartsWith("MM\0*"u8)
        || (data.StartsWith("RIFF"u8) && data.Length >= 12 && data[8..].StartsWith("WEBP"u8));

    /// <inheritdoc/>
    /// <remarks>Always three channels. A picture whose end is missing decodes to what is there, as ImageSharp has it.</remarks>
    public ExifOrientation Decode(ReadOnlySpan<byte> data, PixelBuffer destination, long maxPixels)
    {
        DecoderOptions options = Options(maxPixels);
        try
        {
            ImageInfo info = Image.Identify(options, data);
            NativeCodec.CheckSize(info.Width, info.Height, maxPixels);
            using Image<Rgb24> image = Image.Load<Rgb24>(options, data);
            destination.Reset(image.Width, image.Height, BytesPerPixel);
            image.CopyPixelDataTo(destination.Pixels);
            return Orientation(image);
        }
        catch (Exception e) when (e is UnknownImageFormatException or InvalidImageContentException or InvalidMemoryOperationException
                                      or NotSupportedException)
        {
            throw new ImageFormatException($"is a damaged or unsupported image ({e.Message.ReplaceLineEndings(" ")}); save it as JPEG or PNG", e);
        }
    }

    public void Dispose()
    {
    }

    private static DecoderOptions Options(long maxPixels)
    {
        var configuration = new Configuration(
            new WebpConfigurationModule(), new BmpConfigurationModule(), new GifConfigurationModule(), new TiffConfigurationModule())
        {
            MemoryAllocator = MemoryAllocator.Create(
                new MemoryAllocatorOptions { AllocationLimitMegabytes = (int)(maxPixels * BytesPerPixel >> 20) + SpareMegabytes }),
        };
        return new DecoderOptions { Configuration = configuration, MaxFrames = 1 };
    }

    private static ExifOrientation Orientation(Image<Rgb24> image)
    {
        if (image.Metadata.ExifProfile is { } exif && exif.TryGetValue(ExifTag.Orientation, out IExifValue<ushort>? value)
            && value.Value is >= (ushort)ExifOrientation.TopLeft and <= (ushort)ExifOrientation.LeftBottom)
            return (ExifOrientation)value.Value;
        return ExifOrientation.TopLeft;
    }
}
