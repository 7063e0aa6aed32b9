using System.Diagnostics;
using Edge.Runtime.Tests.Format;

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

    [Fact]
    public void What_a_command_reads_and_writes_besides_must_stay()
    {
        string model = At("model.onnx"), photos = Directory.CreateDirectory(At("photos")).FullName, photo = At("photos/1.jpg");
        File.WriteAllText(model, "");
        File.WriteAllText(photo, "");
        File.CreateSymbolicLink(At("link.onnx"), "model.onnx");
        File.CreateSymbolicLink(At("album"), photos);

        Require(At("model.edge"));
        Require(At("photos/2.jpg"));
        Require("/dev/null");
        string result = At("photos/model.edge"), page = At("photos/page.html");
        File.WriteAllBytes(result, TinyModel.Inceptionlike().ToBytes());
        File.WriteAllText(page, "");
        Require(result);
        Require(page);
        Assert.Equal($"--output {model}: is the model itself; name another file", Refused(model));
        Assert.Contains("link.onnx: is the model itself", Refused(At("link.onnx")), StringComparison.Ordinal);
        Assert.Contains(": is the model itself", Refused(At("photos/../model.onnx")), StringComparison.Ordinal);
        Assert.Equal($"--output {photo}: is a file of the calibration folder already; name another", Refused(photo));
        Assert.Contains(": is a file of the calibration folder already", Refused(At("album/1.jpg")), StringComparison.Ordinal);

        string Refused(string path) => Assert.Throws<UserException>(() => Require(path)).Message;
        void Require(string path) => WholeFile.Require("--output", path, ("the model", model), ("the calibration folder", photos), ("none", null));
    }

    [Fact]
    public void A_link_stays_one_and_what_it_names_gets_the_text()
    {
        WholeFile.Write(At("page.html"), "old");
        File.CreateSymbolicLink(At("link"), "page.html");

        WholeFile.Write(At("link"), "new");

        Assert.Equal("page.html", new FileInfo(At("link")).LinkTarget);
        Assert.Equal("new", File.ReadAllText(At("page.html")));
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public async Task A_pipe_is_written_into()
    {
        using (Process make = Process.Start("mkfifo", [At("pipe")]))
            await make.WaitForExitAsync();
        File.CreateSymbolicLink(At("out"), "pipe");
        Task<string> read = Task.Run(() => File.ReadAllText(At("pipe")));

        WholeFile.Write(At("out"), "text");

        Assert.Equal("text", await read.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal([At("out"), At("pipe")], Directory.GetFiles(_folder).Order(StringComparer.Ordinal));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);
}
