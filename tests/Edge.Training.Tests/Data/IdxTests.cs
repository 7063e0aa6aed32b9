using System.IO.Compression;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Quantizer;
using Edge.Training.Data;

namespace Edge.Training.Tests.Data;

public sealed class IdxTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    public void Images_and_labels_are_read_plain_and_compressed_grey_and_colour(int channels, bool compressed)
    {
        string suffix = compressed ? ".gz" : "";
        string images = _folder.At("train-images-idx3-ubyte" + suffix);
        byte[] pixels = [.. Enumerable.Range(0, 2 * 2 * 3 * channels).Select(i => (byte)i)];
        Idx.Write(images, channels == 1 ? [2, 2, 3] : [2, 2, 3, 3], pixels, compressed);
        Idx.Write(_folder.At("train-labels-idx1-ubyte" + suffix), [2], [1, 0], compressed);

        IdxImageSet set = IdxImageSet.Open(images);

        using var reader = new ImageReader();
        var image = new PixelBuffer();
        set.Read(1, reader, image);
        Assert.Equal([1, 0], set.Classes);
        Assert.Equal(["0", "1"], set.ClassNames);
        Assert.Equal((3, 2, channels), (image.Width, image.Height, image.Channels));
        Assert.Equal(pixels[(6 * channels)..], image.Pixels.ToArray());
    }

    [Fact]
    public void A_cut_file_is_named()
    {
        string images = _folder.At("images.idx");
        Idx.Write(images, [4, 2, 2], new byte[15]);
        Idx.Write(_folder.At("labels.idx"), [4], new byte[4]);
        UserException e = Assert.Throws<UserException>(() => IdxImageSet.Open(images));
        Assert.Contains("images.idx: cut short: 15 of 16", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_announces_terabytes_is_refused()
    {
        string images = _folder.At("images.idx");
        Idx.Write(images, [int.MaxValue, int.MaxValue, 2], new byte[15]);
        Assert.Throws<UserException>(() => IdxImageSet.Open(images, images));
    }

    [Fact]
    public void Labels_must_be_as_many_as_images()
    {
        string images = _folder.At("images.idx"), labels = _folder.At("labels.idx");
        Idx.Write(images, [4, 2, 2], new byte[16]);
        Idx.Write(labels, [3], new byte[3]);
        UserException e = Assert.Throws<UserException>(() => IdxImageSet.Open(images, labels));
        Assert.Contains("3 labels for 4 images", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_gzip_data_is_named()
    {
        string images = _folder.At("images.idx.gz");
        File.WriteAllBytes(images, [0x1F, 0x8B, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
        Assert.Contains(
            "images.idx.gz",
            Assert.Throws<UserException>(() => IdxImageSet.Open(images, images)).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}

/// <summary>Writes IDX files.</summary>
internal static class Idx
{
    public static void Write(string path, int[] shape, byte[] data, bool compressed = false)
    {
        using FileStream file = File.Create(path);
        using Stream stream = compressed ? new GZipStream(file, CompressionLevel.Fastest) : file;
        stream.Write([0, 0, 8, (byte)shape.Length]);
        foreach (int d in shape)
            stream.Write([(byte)(d >> 24), (byte)(d >> 16), (byte)(d >> 8), (byte)d]);
        stream.Write(data);
    }

    /// <summary>
    /// Small images of some classes that a network tells apart quickly: a bright bar in a place and direction of its class, in
    /// noise.
    /// </summary>
    public static string WriteBars(TemporaryFolder folder, int images, int classes, int side = 12)
    {
        SampleRandom random = SampleRandom.For(7, 1);
        byte[] pixels = new byte[images * side * side], labels = new byte[images];
        for (int i = 0; i < images; i++)
        {
            int c = labels[i] = (byte)(i % classes);
            int place = 1 + (c / 2 * 4) + random.Below(3);
            for (int p = 0; p < side * side; p++)
            {
                bool bright = (c % 2 == 0 ? p / side : p % side) == place;
                pixels[(i * side * side) + p] = (byte)((bright ? 180 : 40) + random.Below(40));
            }
        }

        string path = folder.At("bars-images.idx");
        Write(path, [images, side, side], pixels);
        Write(folder.At("bars-labels.idx"), [images], labels);
        return path;
    }
}

/// <summary>A folder of its own for one test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("edge-train-").FullName;

    public string At(string name)
    {
        string path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
