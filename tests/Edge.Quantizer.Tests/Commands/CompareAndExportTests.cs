using System.Text.Json;
using Edge.Quantizer.Commands;
using Edge.Quantizer.Reference.OnnxRuntime;
using Edge.Runtime.Tests.Format;
using Edge.Tests;

namespace Edge.Quantizer.Tests.Commands;

public sealed class CompareAndExportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-compare-").FullName;

    private string Package
    {
        get
        {
            string path = Path.Combine(_folder, "tiny.edge");
            File.WriteAllBytes(path, TinyModel.Inceptionlike().ToBytes());
            return path;
        }
    }

    [OnnxRuntimeFact]
    public void Export_writes_a_model_that_onnx_runtime_loads()
    {
        (int code, string output, _) = Run("export", Package, "--qdq");

        string exported = Path.Combine(_folder, "tiny.qdq.onnx");
        Assert.Equal(CommandHost.Success, code);
        Assert.StartsWith(exported, output);
        using var session = new OnnxRuntimeSession(File.ReadAllBytes(exported));
        Assert.Equal(["image"], session.InputNames);
        Assert.Equal(["probabilities"], session.OutputNames);
    }

    [OnnxRuntimeFact]
    public void Compare_reports_every_operator_as_json()
    {
        string image = SharedFolder.Path("models", "golden", "96x3", "n04522168_vase.png");

        (int code, string output, string error) = Run("compare", Package, image, "--json");

        Assert.True(code == CommandHost.Success, error);
        using JsonDocument report = JsonDocument.Parse(output);
        Assert.Equal(1, report.RootElement.GetProperty("images").GetInt32());
        Assert.Equal(
            ["conv-left", "conv-right", "join", "pool", "dense", "softmax"],
            report.RootElement.GetProperty("layers").EnumerateArray().Select(l => l.GetProperty("name").GetString()));
    }

    [Fact]
    public void A_file_that_is_no_package_gives_one_line()
    {
        string path = Path.Combine(_folder, "noise.edge");
        File.WriteAllBytes(path, [1, 2, 3]);

        (int code, _, string error) = Run("export", path, "--qdq");

        Assert.Equal(CommandHost.Failure, code);
        Assert.StartsWith($"edge-quantizer: {path}: ", error);
        Assert.Single(error.Trim().Split('\n'));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static (int Code, string Output, string Error) Run(params string[] args)
    {
        using StringWriter output = new(), error = new();
        return (CommandLine.Run(args, output, error), output.ToString(), error.ToString());
    }
}
