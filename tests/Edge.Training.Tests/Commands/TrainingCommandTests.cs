using System.Text.Json;
using Edge.Imaging.Preprocessing;
using Edge.Runtime.Format;
using Edge.Training.Commands;
using Edge.Training.Tests.Data;

namespace Edge.Training.Tests.Commands;

/// <summary>The command line as a user types it.</summary>
public sealed class TrainingCommandTests : IDisposable
{
    private const string SmallNetwork = "mobilenet-v1-1.0-shallow --set width=0.1 --skip-reductions 2";

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Fit_learns_writes_a_folder_that_the_quantizer_takes_and_evaluate_agrees()
    {
        string images = Idx.WriteBars(_folder, 240, 4), output = _folder.At("out");
        string summary = Run(
            $"fit {SmallNetwork} --data {images} --epochs 8 --batch 16 --lr 0.005 --augment none --threads 1 --json -o {output}");

        using JsonDocument fitted = JsonDocument.Parse(summary);
        double accuracy = fitted.RootElement.GetProperty("validationAccuracy").GetDouble();
        Assert.True(accuracy > 0.9, summary);
        Assert.Equal("0\n1\n2\n3\n", File.ReadAllText(Path.Combine(output, "labels.txt")));
        InputPreprocessing input = PreprocessingFile.Load(Path.Combine(output, "preprocessing.json"));
        Assert.Equal((12, ChannelOrder.Luma, ResizeRule.Stretch), (input.Width, input.Order, input.Resize));
        string report = File.ReadAllText(Path.Combine(output, "report.html"));
        Assert.Contains("data:image/png;base64,", report, StringComparison.Ordinal);
        Assert.Contains("<polyline", report, StringComparison.Ordinal);
        Assert.DoesNotContain("http", report, StringComparison.Ordinal);
        Assert.DoesNotContain(".tmp", string.Join(' ', Directory.GetFiles(output)), StringComparison.Ordinal);

        string calibration = fitted.RootElement.GetProperty("next").GetString()!.Split("--calibration ")[1];
        Assert.NotEmpty(Directory.GetFiles(calibration, "*.png"));

        using JsonDocument onnx = JsonDocument.Parse(Run($"evaluate {output} --data {images} --json"));
        using JsonDocument checkpoint = JsonDocument.Parse(
            Run($"evaluate {Path.Combine(output, "checkpoint")} --data {images} --json"));
        double whole = onnx.RootElement.GetProperty("accuracy").GetDouble();
        Assert.True(whole > 0.9);
        Assert.Equal(whole, checkpoint.RootElement.GetProperty("accuracy").GetDouble());
        Assert.Contains("next: edge-quantizer quantize", Run($"resume {output}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_runs_packages_and_can_keep_to_the_images_that_did_not_train()
    {
        string images = Idx.WriteBars(_folder, 240, 4), output = _folder.At("out"), package = _folder.At("bars.edge");
        string summary = Run(
            $"fit {SmallNetwork} --data {images} --epochs 8 --batch 16 --lr 0.005 --augment none --threads 1 --json -o {output}");
        string next = JsonDocument.Parse(summary).RootElement.GetProperty("next").GetString()!;
        using var error = new StringWriter();
        string[] quantize = [.. next.Split(' ').Skip(1), "--sensitivity-images", "0", "-o", package];
        Assert.True(Edge.Quantizer.Commands.CommandLine.Run(quantize, TextWriter.Null, error) == 0, error.ToString());

        JsonElement all = JsonDocument.Parse(Run($"evaluate {package} --data {images} --json")).RootElement;
        Assert.Equal(240, all.GetProperty("images").GetInt32());
        Assert.True(all.GetProperty("accuracy").GetDouble() > 0.9, all.ToString());

        JsonElement held = JsonDocument.Parse(Run($"evaluate {output} --data {images} --held-out --json")).RootElement;
        Assert.Equal(72, held.GetProperty("images").GetInt32());
        Assert.Equal(
            JsonDocument.Parse(summary).RootElement.GetProperty("validationAccuracy").GetDouble(),
            held.GetProperty("accuracy").GetDouble(),
            tolerance: 1e-9);
    }

    [Fact]
    public void Quantization_aware_epochs_follow_and_resume_too()
    {
        string images = Idx.WriteBars(_folder, 120, 4), output = _folder.At("out");
        string arguments = $"fit {SmallNetwork} --data {images} --epochs 3 --qat-epochs 1 --batch 16 --lr 0.005 --augment none --threads 1 -o ";
        Run(arguments + output);
        byte[] first = File.ReadAllBytes(Path.Combine(output, "model.onnx"));
        Assert.Equal(4, JsonDocument.Parse(File.ReadAllText(Path.Combine(output, "history.json"))).RootElement.GetArrayLength());
        Run($"resume {output}");
        Assert.Equal(first, File.ReadAllBytes(Path.Combine(output, "model.onnx")));
    }

    [Fact]
    public void Finetune_gives_a_trained_network_other_classes()
    {
        string images = Idx.WriteBars(_folder, 160, 2), trained = _folder.At("trained"), output = _folder.At("own");
        Run($"fit {SmallNetwork} --data {images} --epochs 2 --batch 16 --augment none --threads 1 -o {trained}");
        images = Idx.WriteBars(_folder, 160, 4);
        string summary = Run($"finetune {trained}/model.onnx --data {images} --views 1 --augment noise=3 --splits 3 --probes --threads 1 --json -o {output}");
        JsonElement splits = JsonDocument.Parse(summary).RootElement.GetProperty("splits");
        Assert.Equal(3, splits.GetArrayLength());
        Assert.All(splits.EnumerateArray(), s => Assert.True(s.GetProperty("accuracy").GetDouble() > 0.4, summary));
        Assert.Equal("0\n1\n2\n3\n", File.ReadAllText(Path.Combine(output, "labels.txt")));

        string further = _folder.At("further");
        Run($"finetune {trained}/model.onnx --data {images} --epochs 2 --lr 0.003 --views 0 --augment none --threads 1 -o {further}");
        Assert.True(File.Exists(Path.Combine(further, "checkpoint")));
    }

    [Fact]
    public void Epochs_that_only_do_harm_leave_the_first_weights()
    {
        string images = Idx.WriteBars(_folder, 160, 2), trained = _folder.At("trained"), further = _folder.At("further");
        Run($"fit {SmallNetwork} --data {images} --epochs 6 --batch 16 --augment none --threads 1 -o {trained}");
        string summary = Run(
            $"fit {trained}/model.onnx --data {images} --epochs 2 --batch 16 --optimizer sgd --lr 30 --clip 1 --augment none --threads 1 --json -o {further}");
        Assert.Equal(0, JsonDocument.Parse(summary).RootElement.GetProperty("bestEpoch").GetInt32());
        Assert.Equal(Loss(trained), Loss(further));

        double Loss(string run) => JsonDocument.Parse(Run($"evaluate {run}/model.onnx --data {images} --json"))
            .RootElement.GetProperty("loss").GetDouble();
    }

    [Theory]
    [InlineData("fit squeezenet-1.1 --data missing/ -o out", "missing/: no such folder")]
    [InlineData("fit squeezenet-1.1 --data . --epochs -1 -o out", "--epochs -1")]
    [InlineData("fit squeezenet-1.1 --data . --augment flop -o out", "--augment flop")]
    [InlineData("finetune missing.onnx --data . -o out", "missing.onnx: there is no such file")]
    [InlineData("resume missing", "there is no checkpoint")]
    [InlineData("evaluate missing.edge --data . --report missing/page.html", "--report missing/page.html: there is no folder")]
    [InlineData("evaluate model.onnx --data . --report ./model.onnx", "--report ./model.onnx: is the model itself; name another file")]
    [InlineData("export model.onnx -o ./model.onnx", "--output ./model.onnx: is the network itself; name another file")]
    [InlineData("evaluate run/model.onnx --data labels.csv --report labels.csv", "--report labels.csv: is the data itself")]
    [InlineData("evaluate missing.edge --data . --preprocessing grey-8", "leave --preprocessing out")]
    [InlineData("evaluate missing.onnx --data . --preprocessing grey-8", "missing.onnx")]
    public void Mistakes_end_in_one_line(string arguments, string expected)
    {
        using var error = new StringWriter();
        Assert.Equal(1, CommandLine.Run(arguments.Split(' '), TextWriter.Null, error));
        string line = Assert.Single(error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string Run(string arguments)
    {
        using StringWriter output = new(), error = new();
        Assert.True(CommandLine.Run(arguments.Split(' '), output, error) == 0, error.ToString());
        return output.ToString();
    }
}
