using System.Text.Json;
using Edge.Quantizer.Commands;
using Edge.Runtime.Tests.Format;
using Edge.Tests.Onnx;
using Google.Protobuf;

namespace Edge.Tests.Commands;

public sealed class InspectCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-inspect-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_model_is_shown_with_costs_and_what_runs_in_float()
    {
        (int code, string output, string error) = Run("inspect", Model());

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("model.onnx: ONNX opset 13", output, StringComparison.Ordinal);
        Assert.Contains("1x4x6x6", output, StringComparison.Ordinal);
        Assert.Contains("total: 3 nodes, 76 parameters, 2,592 MACs", output, StringComparison.Ordinal);
        Assert.Contains("runs in float: LRN 'lrn2': it has no int8 form", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_facts_come_as_JSON()
    {
        (int code, string output, _) = Run("inspect", Model(), "--json");

        JsonElement facts = JsonDocument.Parse(output).RootElement;
        Assert.Equal(0, code);
        Assert.Equal(2592, facts.GetProperty("multiplyAccumulates").GetInt64());
        Assert.Equal(
            ["int8", "fused", "float"],
            facts.GetProperty("nodes").EnumerateArray().Select(n => n.GetProperty("runsAs").GetString()));
        Assert.Equal([1, 4, 6, 6], facts.GetProperty("outputs")[0].GetProperty("shape").Deserialize<int[]>()!);
    }

    [Theory]
    [InlineData(1, "no such file", "inspect", "missing.onnx")]
    [InlineData(1, "magic", "inspect", "text.edge")]
    [InlineData(1, "expected sizes joined by x", "inspect", "missing.onnx", "--input-shape", "big")]
    [InlineData(1, "given twice", "inspect", "missing.onnx", "--input-shape", "1x3", "--input-shape", "1x4")]
    [InlineData(2, "file: the text given is empty", "inspect", "")]
    [InlineData(2, "See: edge-quantizer inspect --help", "inspect")]
    [InlineData(2, "See: edge-quantizer --help")]
    [InlineData(2, "'--unknown'", "inspect", "a.onnx", "--unknown")]
    public void Errors_are_lines_and_an_exit_code(int expectedCode, string expected, params string[] arguments)
    {
        File.WriteAllText(Path.Combine(_folder, "text.edge"), new string('x', 100));
        string[] args = [.. arguments.Select(a => a.EndsWith(".edge", StringComparison.Ordinal) ? Path.Combine(_folder, a) : a)];

        (int code, string output, string error) = Run(args);

        Assert.Equal(expectedCode, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Equal("", output);
    }

    [Fact]
    public void What_a_file_holds_decides_not_its_name()
    {
        string package = Path.Combine(_folder, "package.onnx"), model = Path.Combine(_folder, "model.edge");
        File.WriteAllBytes(package, TinyModel.Inceptionlike().ToBytes());
        File.Move(Model(), model);

        Assert.Contains("package.onnx: tiny, ", Run("inspect", package).Output, StringComparison.Ordinal);
        Assert.StartsWith("model.edge: ONNX opset 13", Run("inspect", model).Output, StringComparison.Ordinal);
    }

    [SharedFact]
    public void The_published_deep_compression_file_is_shown_too()
    {
        (int code, string output, string error) = Run("inspect", SharedFolder.Path("models", "compressed_SqueezeNet.net"));

        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith("compressed_SqueezeNet.net: Deep Compression\n", output, StringComparison.Ordinal);
        Assert.Contains("every operator has an int8 form", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_shows_examples()
    {
        (int code, string output, _) = Run("inspect", "--help");

        Assert.Equal(0, code);
        Assert.Contains("edge-quantizer inspect squeezenet.onnx", output, StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = CommandLine.Run(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }

    private string Model()
    {
        OnnxBuilder builder = new OnnxBuilder(13).Input("x", 1, 2, 8, 8).Weight("w", [4, 2, 3, 3]).Weight("b", [4])
            .Node("Conv", "x w b", "c").Node("Relu", "c", "r").Node("LRN", "r", "y", ("size", 3)).Output("y");
        string path = Path.Combine(_folder, "model.onnx");
        File.WriteAllBytes(path, builder.Model.ToByteArray());
        return path;
    }
}
