using System.Diagnostics;
using Edge.Tests;

namespace Edge.Imaging.Tests;

public sealed class ImageFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("edge-images-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_label_file_gives_its_images_in_its_order()
    {
        Touch("b.jpg", "a.png", "c.png", "unlisted.jpg");
        Labels("file,index,name\r\nb.jpg,7,\"hen, \"\"the\"\" bird\"\r\n\r\na.png,,unknown\nc.png,-1,unknown");

        ImageFolder folder = ImageFolder.Open(_root);

        Assert.Equal([("b.jpg", 7), ("a.png", null), ("c.png", null)], folder.Images.Select(i => (Relative(i), i.Class)));
        Assert.True(folder.HasLabels);
        Assert.Empty(folder.ClassNames);
    }

    [Fact]
    public void Another_column_of_words_names_the_classes()
    {
        Touch("x/1.jpg", "y/1.jpg", "z/1.jpg");
        Labels("file,species,inat_index\nx/1.jpg,wren,3\ny/1.jpg,dove,4\nz/1.jpg,wren,5\n");

        ImageFolder folder = ImageFolder.Open(_root, "species");
        Assert.Equal(["dove", "wren"], folder.ClassNames);
        Assert.Equal([1, 0, 1], folder.Images.Select(i => i.Class));

        Assert.Equal([3, 4, 5], ImageFolder.Open(_root).Images.Select(i => i.Class));
    }

    [Fact]
    public void A_folder_per_class_is_ordered_by_name()
    {
        Touch("wren/2.jpg", "wren/10.JPEG", "Dove/1.png", "empty/readme.txt");

        ImageFolder folder = ImageFolder.Open(_root);

        Assert.Equal(["Dove", "wren"], folder.ClassNames);
        Assert.Equal(
            [("Dove/1.png", 0), ("wren/10.JPEG", 1), ("wren/2.jpg", 1)], folder.Images.Select(i => (Relative(i), i.Class)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("all/")]
    public void Hidden_files_and_folders_are_no_images(string above)
    {
        Touch($"{above}wren/1.jpg", $"{above}wren/._1.jpg", $"{above}dove/2.png", $"{above}.thumbnails/1.jpg", $"{above}dove/.cache/2.png");

        Assert.Equal([$"{above}dove/2.png", $"{above}wren/1.jpg"], ImageFolder.Open(_root).Images.Select(Relative));
        Assert.Equal([$"{above}dove/2.png", $"{above}wren/1.jpg"], ImageFolder.OpenUnlabelled(_root).Images.Select(Relative));
        Assert.Equal(above.Length > 0 ? ["all"] : ["dove", "wren"], ImageFolder.Open(_root).ClassNames);
    }

    [Fact]
    public void Images_without_labels_are_ordered_by_path()
    {
        Touch("b.jpg", "B.jpg", "a/c.png", "notes.txt");

        ImageFolder folder = ImageFolder.Open(_root);

        Assert.Equal(["B.jpg", "a/c.png", "b.jpg"], folder.Images.Select(Relative));
        Assert.All(folder.Images, i => Assert.Null(i.Class));
        Assert.False(folder.HasLabels);
    }

    [Fact]
    public void Labels_can_be_left_aside()
    {
        Touch("wren/1.jpg", "dove/1.jpg");
        Labels("file,index\nwren/1.jpg,3\n");

        ImageFolder folder = ImageFolder.OpenUnlabelled(_root);

        Assert.Equal([("dove/1.jpg", null), ("wren/1.jpg", (int?)null)], folder.Images.Select(i => (Relative(i), i.Class)));
    }

    [Theory]
    [InlineData("index,name\n1,hen\n", "has no column \"file\"; its columns are index, name")]
    [InlineData("file,label\na.jpg,1\n", "has no column \"index\"; its columns are file, label")]
    [InlineData("file,index\na.jpg,hen\n", "column \"index\" holds \"hen\", which is no class index")]
    [InlineData("file,index\na.jpg,-2\n", "column \"index\" holds \"-2\", which is no class index")]
    [InlineData("file,index\na.jpg,1\nb.jpg,2\n", ", line 3: there is no file b.jpg in this folder")]
    [InlineData("file,index\na.jpg,1,2\n", ", line 2: 3 fields, but 2 columns")]
    [InlineData("file,index\na.jpg,\"1\n", ", line 2: a quoted field does not end")]
    [InlineData("file,index\n", "lists no images")]
    [InlineData("", "lists no images")]
    public void A_bad_label_file_is_named_with_its_line(string labels, string message)
    {
        Touch("a.jpg");
        Labels(labels);

        var e = Assert.Throws<ImageFormatException>(() => ImageFolder.Open(_root));

        Assert.StartsWith(Path.Combine(_root, "labels.csv"), e.Message);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_images_an_absent_one_and_a_file_are_errors()
    {
        Assert.Contains("has no JPEG or PNG images", Message(_root), StringComparison.Ordinal);
        Assert.EndsWith("no such folder", Message(Path.Combine(_root, "absent")));
        Touch("a.jpg");
        Assert.EndsWith("is a file, not a folder", Message(Path.Combine(_root, "a.jpg")));

        static string Message(string path) => Assert.Throws<ImageFormatException>(() => ImageFolder.Open(path)).Message;
    }

    [Fact]
    public void A_pipe_called_like_an_image_is_none()
    {
        Touch("a.jpg");
        using (Process make = Process.Start("mkfifo", [Path.Combine(_root, "z.jpg")]))
            make.WaitForExit();

        Assert.Equal(["a.jpg"], ImageFolder.Open(_root).Images.Select(Relative));
        Labels("file,index\na.jpg,1\nz.jpg,2\n");
        string message = Assert.Throws<ImageFormatException>(() => ImageFolder.Open(_root)).Message;
        Assert.EndsWith("labels.csv, line 3: z.jpg is a device or a pipe; list files only", message);
    }

    [SharedFact]
    public void The_shared_folders_are_read()
    {
        Assert.Equal(250, ImageFolder.Open(SharedFolder.Path("images", "val")).Images.Count(i => i.Class is not null));
        Assert.Equal(100, ImageFolder.Open(SharedFolder.Path("images", "calib")).Images.Count);
        ImageFolder birds = ImageFolder.Open(SharedFolder.Path("images", "birds"));
        Assert.Equal((420, 410), (birds.Images.Count, birds.Images.Count(i => i.Class is not null)));
        Assert.Equal(84, ImageFolder.Open(SharedFolder.Path("images", "birds"), "species").ClassNames.Count);
    }

    private string Relative(FolderImage image) => Path.GetRelativePath(_root, image.Path);

    private void Labels(string content) => File.WriteAllText(Path.Combine(_root, ImageFolder.LabelFile), content);

    private void Touch(params string[] files)
    {
        foreach (string file in files)
        {
            string path = Path.Combine(_root, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, []);
        }
    }
}
