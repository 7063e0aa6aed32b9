using Edge.Imaging.Codecs;
using Edge.Tests;

namespace Edge.Imaging.Tests;

public class DecodingTests
{
    public static TheoryData<string> Images =>
        [.. Directory.EnumerateFiles(Fixture.Folder).Where(ImageFolder.HasImageExtension).Select(f => Path.GetFileName(f)!).Order()];

    [Theory]
    [MemberData(nameof(Images))]
    public void Pixels_and_orientation_are_the_expected_ones(string file)
    {
        PixelBuffer image = Fixture.Read(Fixture.Path(file));

        (int width, int height, byte[] rgb) = Fixture.Ppm(Path.ChangeExtension(file, ".ppm"));
        Assert.Equal((width, height), (image.Width, image.Height));
        Assert.Equal(rgb, Fixture.Rgb(image));
    }

    [Theory]
    [InlineData("jpeg-grey.jpg", 1)]
    [InlineData("png-grey16.png", 1)]
    [InlineData("png-grey-alpha.png", 1)]
    [InlineData("jpeg-cmyk.jpg", 3)]
    [InlineData("png-palette4.png", 3)]
    public void Grey_files_have_one_channel_and_all_others_three(string file, int channels) =>
        Assert.Equal(channels, Fixture.Read(Fixture.Path(file)).Channels);

    [Theory]
    [InlineData("jpeg-420.jpg", "JPEG")]
    [InlineData("jpeg-progressive.jpg", "JPEG")]
    [InlineData("jpeg-ycck.jpg", "JPEG")]
    [InlineData("png-rgba.png", "PNG")]
    [InlineData("png-rgb-interlaced.png", "PNG")]
    public void A_file_cut_at_any_byte_is_an_error_that_says_so(string file, string format)
    {
        using ImageReader reader = new();
        PixelBuffer image = new();
        byte[] data = Fixture.Bytes(file);
        for (int length = 16; length < data.Length; length++)
        {
            var e = Assert.Throws<ImageFormatException>(() => reader.Decode(data.AsSpan(0, length), file, image));
            Assert.Equal($"{file}: is a {format} that is cut short; copy the file again", e.Message);
        }

        for (int length = 0; length < 16; length++)
            Assert.Throws<ImageFormatException>(() => reader.Decode(data.AsSpan(0, length), file, image));
    }

    [Theory]
    [InlineData("jpeg-420.jpg")]
    [InlineData("jpeg-orientation-5.jpg")]
    [InlineData("png-rgb16-gamma.png")]
    [InlineData("png-palette8-transparent.png")]
    public void A_flipped_byte_gives_an_image_or_a_one_line_error(string file)
    {
        using ImageReader reader = new() { MaxPixels = 1_000_000 };
        PixelBuffer image = new();
        byte[] original = Fixture.Bytes(file);
        for (int position = 0; position < original.Length; position++)
        {
            byte[] data = [.. original];
            data[position] ^= 0xFF;
            try
            {
                reader.Decode(data, file, image);
                Assert.True(image.Width > 0 && image.Height > 0);
            }
            catch (ImageFormatException e)
            {
                Assert.StartsWith(file + ": ", e.Message);
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }

    [Theory]
    [InlineData("jpeg-444.jpg")]
    [InlineData("png-rgb.png")]
    public void An_image_over_the_limit_is_refused_before_its_pixels_are_decoded(string file)
    {
        using ImageReader reader = new() { MaxPixels = 390 };

        var e = Assert.Throws<ImageFormatException>(() => reader.Read(Fixture.Path(file), new PixelBuffer()));

        Assert.Contains("claims to be 23 × 17 pixels, more than the limit of 0.00039 megapixels", e.Message);
    }

    [Theory]
    [InlineData(0, 17)]
    [InlineData(23, 0)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(100_000, 1_001)]
    public void A_png_header_with_an_absurd_size_is_refused(int width, int height)
    {
        byte[] data = Fixture.Bytes("png-rgb.png");
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(16), width);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(20), height);
        using ImageReader reader = new();

        var e = Assert.Throws<ImageFormatException>(() => reader.Decode(data, "bomb.png", new PixelBuffer()));

        Assert.StartsWith($"bomb.png: claims to be {width} × {height} pixels", e.Message);
    }

    [Theory]
    [InlineData("GIF89a", "is a GIF image; JPEG and PNG can be read, so convert it first")]
    [InlineData("RIFF\u0001\u0001\u0001\u0001WEBPVP8 ", "is a WebP image; JPEG and PNG can be read, so convert it first")]
    [InlineData("BM......", "is a BMP image; JPEG and PNG can be read, so convert it first")]
    [InlineData("II*\0....", "is a TIFF or camera raw image; JPEG and PNG can be read, so convert it first")]
    [InlineData("....ftypheic", "is a HEIF image; JPEG and PNG can be read, so convert it first")]
    [InlineData("hello", "is neither a JPEG nor a PNG image")]
    [InlineData("", "is empty")]
    public void Another_kind_of_file_is_named(string content, string message)
    {
        using ImageReader reader = new();

        var e = Assert.Throws<ImageFormatException>(
            () => reader.Decode(System.Text.Encoding.Latin1.GetBytes(content), "x.jpg", new PixelBuffer()));

        Assert.Equal("x.jpg: " + message, e.Message);
    }

    [Fact]
    public void An_absent_file_and_a_folder_are_one_line_errors()
    {
        string absent = Path.Combine(Fixture.Folder, "absent.jpg");
        Assert.Equal($"{absent}: no such file", Assert.Throws<ImageFormatException>(() => Fixture.Read(absent)).Message);
        Assert.Equal(
            $"{Fixture.Folder}: is a folder, not an image",
            Assert.Throws<ImageFormatException>(() => Fixture.Read(Fixture.Folder)).Message);
    }

    [Fact]
    public void The_reader_serves_images_of_all_kinds_and_sizes_in_turn_without_allocating()
    {
        using ImageReader reader = new();
        PixelBuffer image = new();
        string[] files = ["jpeg-420.jpg", "jpeg-cmyk.jpg", "png-rgba16.png", "jpeg-orientation-6.jpg", "png-grey.png"];
        byte[][] data = [.. files.Select(Fixture.Bytes)];
        void DecodeAll()
        {
            for (int i = 0; i < data.Length; i++)
                reader.Decode(data[i], files[i], image);
        }

        Assert.Equal(0, Allocation.Of(DecodeAll));
        Assert.Equal(Fixture.Ppm("png-grey.ppm").Rgb, Fixture.Rgb(image));
    }

    [Fact]
    public void A_missing_library_is_named_with_the_package_that_brings_it()
    {
        CodecUnavailableException e = NativeCodec.Unavailable("libx.so.1", "JPEG", "libx1", new DllNotFoundException());
        Assert.Equal("libx.so.1 is missing, so JPEG images cannot be read; install it with: apt install libx1", e.Message);
    }
}
