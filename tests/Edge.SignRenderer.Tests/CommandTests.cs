using Edge.SignRenderer.Commands;

namespace Edge.SignRenderer.Tests;

public sealed class CommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-signs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_missing_folder_of_signs_is_one_line()
    {
        (int code, string error) = Run("render", "--signs", Path.Combine(_folder, "absent"), "-o", _folder, "--count", "3");
        Assert.Equal(1, code);
        Assert.Contains("absent: no such folder", error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
    }

    [RsvgFact]
    public void A_class_without_a_drawing_is_named()
    {
        foreach (string file in Directory.GetFiles(DrawnSigns.SvgFolder, "0*.svg"))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        (int code, string error) = Run(
            "sheet", "--signs", _folder, "--cache", Path.Combine(_folder, "rasters"), "-o", Path.Combine(_folder, "sheet.png"));
        Assert.Equal(1, code);
        Assert.Contains("no file 10-*.svg", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, "sheet.png")));
    }

    [RsvgFact]
    public void A_drawing_that_is_no_SVG_is_named()
    {
        File.WriteAllText(Path.Combine(_folder, "00-broken.svg"), "<svg");
        (int code, string error) = Run("render", "--signs", _folder, "--cache", _folder, "-o", _folder, "--count", "3");
        Assert.Equal(1, code);
        Assert.Contains("00-broken.svg", error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("render", "-o", "x", "--count", "3", "--size", "8")]
    [InlineData("render", "-o", "x", "--count", "3", "--style", "other")]
    [InlineData("sheet", "-o", "x.png", "--classes", "44")]
    [InlineData("frames", "-o", "x", "--side", "1")]
    [InlineData("render", "--count", "3")]
    public void Wrong_options_are_usage_errors(params string[] arguments) => Assert.Equal(2, Run(arguments).Code);

    private static (int Code, string Error) Run(params string[] arguments)
    {
        StringWriter output = new(), error = new();
        int code = CommandLine.Run(arguments, output, error);
        return (code, error.ToString());
    }
}
