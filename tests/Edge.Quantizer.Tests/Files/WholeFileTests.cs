namespace Edge.Quantizer.Tests.Files;

public sealed class WholeFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-files-").FullName;

    [Fact]
    public void What_was_there_gives_way_to_the_new_text()
    {
        string path = At("page.html");
        WholeFile.Write(path, "a longer text");
        WholeFile.Write(path, "größer");

        Assert.Equal("größer"u8.ToArray(), File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_file_that_cannot_take_its_place_leaves_nothing_behind()
    {
        string taken = Directory.CreateDirectory(At("taken")).FullName;

        Assert.ThrowsAny<SystemException>(() => WholeFile.Write(taken, "text"));

        Assert.Equal([taken], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void Places_where_no_file_can_be_are_told_before()
    {
        WholeFile.Require("--report", null);
        WholeFile.Require("--report", At("page.html"));
        Assert.Equal($"--report {_folder}: is a folder; name a file", Refused(_folder));
        Assert.Equal($"--report {At("none/page.html")}: there is no folder {At("none")}; make it first", Refused(At("none/page.html")));

        static string Refused(string path) => Assert.Throws<UserException>(() => WholeFile.Require("--report", path)).Message;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);
}
