using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Quantizer;
using Edge.Training.Data;

namespace Edge.Training.Tests.Data;

public sealed class ImageSetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Subfolders_are_classes_even_beside_a_label_file()
    {
        WritePng("cats/a.png");
        WritePng("cats/b.png");
        WritePng("dogs/a.png");
        File.WriteAllText(_folder.At("labels.csv"), "file,index\ncats/a.png,17\n");
        FileImageSet set = FileImageSet.Open(_folder.Path);
        Assert.Equal(["cats", "dogs"], set.ClassNames);
        Assert.Equal([0, 0, 1], set.Classes);
    }

    [Fact]
    public void A_csv_file_of_words_names_its_classes()
    {
        WritePng("a.png");
        WritePng("b.png");
        WritePng("c.png");
        File.WriteAllText(_folder.At("list.csv"), "file,class\nb.png,zebra\na.png,ant\nc.png,\n");
        FileImageSet set = FileImageSet.Open(_folder.At("list.csv"));
        Assert.Equal(["ant", "zebra"], set.ClassNames);
        Assert.Equal([1, 0], set.Classes);
        Assert.Equal(1, set.Unlabelled);
    }

    [Fact]
    public void Images_without_classes_are_refused_with_what_to_do()
    {
        WritePng("a.png");
        UserException e = Assert.Throws<UserException>(() => FileImageSet.Open(_folder.Path));
        Assert.Contains("one subfolder per class", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("32768")]
    [InlineData("2000000000")]
    [InlineData("2147483647")]
    public void A_class_of_a_huge_number_is_refused_with_its_line(string index)
    {
        WritePng("a.png");
        WritePng("b.png");
        File.WriteAllText(_folder.At("labels.csv"), $"file,index\na.png,0\nb.png,{index}\n");
        UserException e = Assert.Throws<UserException>(() => FileImageSet.Open(_folder.Path));
        Assert.Contains($"labels.csv, line 3: class {index} is too large", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_no_IDX_file_whatever_its_name()
    {
        WritePng("photos.gz/cats/a.png");
        WritePng("photos.gz/dogs/a.png");
        Assert.Equal(["cats", "dogs"], new DataSource { Data = _folder.At("photos.gz") }.Open().ClassNames);
    }

    [Theory]
    [InlineData("cat\n\ndog\n", "names.txt, line 2: is empty")]
    [InlineData("cat\ndog\ncat\n", "names.txt, line 3: 'cat' is the name of line 1 already")]
    public void Class_names_that_name_nothing_or_twice_are_refused(string names, string expected)
    {
        File.WriteAllText(_folder.At("names.txt"), names);
        var source = new DataSource { Data = Idx.WriteBars(_folder, 8, 2), ClassNames = _folder.At("names.txt") };
        Assert.Contains(expected, Assert.Throws<UserException>(source.Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_name_of_two_lines_is_refused()
    {
        WritePng("big\ncats/a.png");
        WritePng("dogs/a.png");
        UserException e = Assert.Throws<UserException>(new DataSource { Data = _folder.Path }.Open);
        Assert.Contains("class 'big cats' has several lines", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encoded_picture_decodes_to_the_same_pixels()
    {
        foreach (int channels in new[] { 1, 3 })
        {
            var image = new PixelBuffer(5, 3, channels);
            for (int i = 0; i < image.Pixels.Length; i++)
                image.Pixels[i] = (byte)(i * 17);
            var decoded = new PixelBuffer();
            using var reader = new ImageReader();
            reader.Decode(PngEncoder.Encode(image), "picture", decoded);
            Assert.Equal((5, 3, channels), (decoded.Width, decoded.Height, decoded.Channels));
            Assert.Equal(image.Pixels.ToArray(), decoded.Pixels.ToArray());
        }
    }

    public void Dispose() => _folder.Dispose();

    private void WritePng(string name) => File.WriteAllBytes(_folder.At(name), PngEncoder.Encode(new PixelBuffer(4, 4, 3)));
}
