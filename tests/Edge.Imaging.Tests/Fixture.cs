using System.Text;
using Edge.Imaging.Codecs;

namespace Edge.Imaging.Tests;

/// <summary>The small images beside the tests; Fixtures/make.py says what each one is.</summary>
internal static class Fixture
{
    public static string Folder => System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures");

    public static string Path(string file) => System.IO.Path.Combine(Folder, file);

    public static byte[] Bytes(string file) => File.ReadAllBytes(Path(file));

    public static PixelBuffer Read(string path)
    {
        using ImageReader reader = new();
        PixelBuffer image = new();
        reader.Read(path, image);
        return image;
    }

    /// <summary>The decoded pixels as three channels, whatever the file holds.</summary>
    public static byte[] Rgb(PixelBuffer image) => image.Channels == 3
        ? image.Pixels.ToArray()
        : [.. image.Pixels.ToArray().SelectMany(level => Enumerable.Repeat(level, 3))];

    /// <summary>Binary PPM (P6, 8 bit).</summary>
    public static (int Width, int Height, byte[] Rgb) Ppm(string file)
    {
        byte[] data = Bytes(file);
        string[] header = Encoding.ASCII.GetString(data, 0, 32).Split((char[])[' ', '\n'], 5);
        Assert.Equal("P6", header[0]);
        (int width, int height) = (int.Parse(header[1]), int.Parse(header[2]));
        return (width, height, data[^(width * height * 3)..]);
    }
}
