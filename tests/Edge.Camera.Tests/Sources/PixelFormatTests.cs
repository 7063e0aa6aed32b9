using Edge.Camera.Sources.V4L2;
using Edge.Imaging;
using Edge.Imaging.Frames;

namespace Edge.Camera.Tests.Sources;

/// <summary>What the kernel's four letters say about the bytes (Documentation/userspace-api/media/v4l).</summary>
public class PixelFormatTests
{
    // BT.601, limited range: Y, Cb, Cr of pure red, blue and white.
    private const byte RedY = 81, RedU = 90, RedV = 240, BlueY = 41, BlueU = 240, BlueV = 110, WhiteY = 235;

    /// <summary>Four pixels a row: two are red, two blue.</summary>
    [Theory]
    [InlineData("YUYV", "yuyv", new[] { RedY, RedU, RedY, RedV, BlueY, BlueU, BlueY, BlueV }, null)]
    [InlineData("UYVY", "uyvy", new[] { RedU, RedY, RedV, RedY, BlueU, BlueY, BlueV, BlueY }, null)]
    [InlineData("NV12", "nv12", new[] { RedY, RedY, BlueY, BlueY }, new[] { RedU, RedV, BlueU, BlueV })]
    [InlineData("NV21", "nv21", new[] { RedY, RedY, BlueY, BlueY }, new[] { RedV, RedU, BlueV, BlueU })]
    [InlineData("YU12", "i420", new[] { RedY, RedY, BlueY, BlueY }, new[] { RedU, BlueU, RedV, BlueV })]
    [InlineData("RGB3", "rgb24", new byte[] { 255, 0, 0, 255, 0, 0, 0, 0, 255, 0, 0, 255 }, null)]
    [InlineData("BGR3", "bgr24", new byte[] { 0, 0, 255, 0, 0, 255, 255, 0, 0, 255, 0, 0 }, null)]
    public void Colours_come_out_as_they_went_in(string letters, string name, byte[] row, byte[]? chroma)
    {
        PixelBuffer image = Read(letters, name, row, chroma);
        for (int y = 0; y < 2; y++)
        {
            ReadOnlySpan<byte> pixels = image.Row(y);
            for (int x = 0; x < 4; x++)
            {
                (int red, int green, int blue) = (pixels[x * 3], pixels[(x * 3) + 1], pixels[(x * 3) + 2]);
                Assert.InRange(x < 2 ? red : blue, 250, 255);
                Assert.InRange(x < 2 ? blue : red, 0, 5);
                Assert.InRange(green, 0, 5);
            }
        }
    }

    [Fact]
    public void Grey_is_brightness_alone()
    {
        PixelBuffer image = Read("GREY", "grey", [16, 16, WhiteY, WhiteY], null);
        ReadOnlySpan<byte> pixels = image.Row(0);
        Assert.Equal((pixels[0], pixels[0]), (pixels[1], pixels[2]));
        Assert.Equal((pixels[9], pixels[9]), (pixels[10], pixels[11]));
        Assert.InRange(pixels[0], 0, 16);
        Assert.InRange(pixels[9], WhiteY, 255);
    }

    [Theory]
    [InlineData("MJPG")]
    [InlineData("JPEG")]
    public void Motion_JPEG_has_two_names(string letters) =>
        Assert.True(PixelFormat.Find(Code(letters)) is { IsJpeg: true, Name: "mjpeg" });

    [Fact]
    public void Other_formats_are_not_looked_at() => Assert.Null(PixelFormat.Find(Code("RGGB")));

    /// <summary>Two equal rows, with the chroma of both behind them.</summary>
    private static unsafe PixelBuffer Read(string letters, string name, byte[] row, byte[]? chroma)
    {
        PixelFormat format = PixelFormat.Find(Code(letters))!;
        Assert.Equal(name, format.Name);
        byte[] buffer = [.. row, .. row, .. chroma ?? []];
        var description = new FrameDescription(format.Layout!.Value, 4, 2);
        Assert.Equal(buffer.Length, CameraFrame.BufferLength(description));
        var image = new PixelBuffer();
        fixed (byte* data = buffer)
            FramePixels.ToRgb(CameraFrame.FromBuffer(description, data, buffer.Length), description, image);
        return image;
    }

    private static uint Code(string letters) => BitConverter.ToUInt32(System.Text.Encoding.ASCII.GetBytes(letters));
}
