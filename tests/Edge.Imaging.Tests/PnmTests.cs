using System.Text;
using Edge.Imaging.Codecs;

namespace Edge.Imaging.Tests;

/// <summary>Decoded pictures: PGM and PPM.</summary>
public class PnmTests
{
    private static readonly byte[] Pixels = [1, 2, 3, 10, 13, 32, 7, 8, 9, 255, 0, 128];

    [Theory]
    [InlineData("P6 2 2 255\n", 2, 2, 3)]
    [InlineData("P6\n# made by hand\n4 1 # as wide as it is\n255\n", 4, 1, 3)]
    [InlineData("P5\r\n4\t3\n255 ", 4, 3, 1)]
    public void A_picture_is_read_as_it_is(string header, int width, int height, int channels)
    {
        PixelBuffer image = Decode([.. Encoding.ASCII.GetBytes(header), .. Pixels, 99]);
        Assert.Equal((width, height, channels), (image.Width, image.Height, image.Channels));
        Assert.Equal(Pixels, image.Pixels.ToArray());
    }

    [Theory]
    [InlineData("P6 2 3 255\n", "p: is a PNM image that is cut short; copy the file again")]
    [InlineData("P6 2 2 65535\n", "p: is a PNM image of 65535 levels; only 255 can be read, so convert it first")]
    [InlineData("P6 0 2 255\n", "p: claims to be 0 × 2 pixels, which is no image")]
    [InlineData("P6 99999999999999999999 2 255\n", "p: is a damaged PNM image: its header has no size; copy or save the file again")]
    [InlineData("P6 two 2 255\n", "p: is a damaged PNM image: its header has no size; copy or save the file again")]
    [InlineData("P6 1000000 1000000 255\n",
        "p: claims to be 1000000 × 1000000 pixels, more than the limit of 100 megapixels; scale it down first")]
    public void A_wrong_picture_is_one_line(string header, string message) =>
        Assert.Equal(message, Assert.Throws<ImageFormatException>(() => Decode([.. Encoding.ASCII.GetBytes(header), .. Pixels])).Message);

    [Fact]
    public void A_picture_cut_at_any_byte_is_an_error()
    {
        byte[] whole = [.. "P6 2 2 255\n"u8, .. Pixels];
        for (int length = 0; length < whole.Length; length++)
            Assert.Throws<ImageFormatException>(() => Decode(whole[..length]));
    }

    private static PixelBuffer Decode(byte[] file)
    {
        using ImageReader reader = new();
        PixelBuffer image = new();
        reader.Decode(file, "p", image);
        return image;
    }
}
