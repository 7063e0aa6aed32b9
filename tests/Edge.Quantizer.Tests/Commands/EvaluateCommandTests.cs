using System.Text.Json;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Quantizer.Commands;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Tests.Passes;
using Edge.Runtime.Format;
using Edge.Runtime.Tests.Format;

namespace Edge.Quantizer.Tests.Commands;

public sealed class EvaluateCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-evaluate-").FullName;

    public EvaluateCommandTests()
    {
        TinyModel tiny = TinyModel.Inceptionlike();
        File.WriteAllBytes(At("plain.edge"), tiny.ToBytes());
        File.WriteAllBytes(At("named.edge"), EdgeModelWriter.ToBytes(tiny.Manifest with { Labels = ["ant", "fly", "moth", "tick", "wasp", "worm"] }, tiny.Constants));
        foreach (string image in new[] { "insects/ant/1.png", "insects/bee/1.png", "insects/bee/2.png", "numbered/1.png" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(image))!);
            File.WriteAllBytes(At(image), PngEncoder.Encode(new PixelBuffer(9, 9, 3)));
        }

        File.WriteAllText(At("numbered/labels.csv"), "file,index\n1.png,6\n");
    }

    [Fact]
    public void Images_of_classes_that_the_network_does_not_have_are_told_and_not_counted()
    {
        (int code, string table, string error) = Run("named.edge", "--images", At("insects"));

        Assert.Equal(CommandHost.Success, code);
        Assert.StartsWith("2 images of 'bee' belong to no class of the network and are not counted\n", error, StringComparison.Ordinal);
        Assert.Matches(@"images +labelled +top-1", table);
        Assert.Matches(@"int8, Edge +3 +1 +", table);
        using JsonDocument json = JsonDocument.Parse(Run("named.edge", "--images", At("insects"), "--json").Output);
        Assert.Equal(1, json.RootElement[0].GetProperty("labelled").GetInt32());
    }

    [Fact]
    public void A_class_beyond_the_last_one_is_refused() => Refused(
        "numbered/labels.csv: class 6, but the network has 6 classes", "plain.edge", "--images", At("numbered"));

    [Fact]
    public void Names_say_nothing_to_a_network_without_labels() => Refused(
        "insects: its classes have names ('ant', …), those of the network none; quantize with --labels", "plain.edge", "--images", At("insects"));

    [Theory]
    [InlineData("insects", 3)]
    [InlineData("numbered", 1)]
    public void Agreement_needs_no_classes(string images, int count)
    {
        (int code, string output, string error) = Run("plain.edge", "--images", At(images), "--no-labels", "--json");

        Assert.True(code == CommandHost.Success, error);
        JsonElement row = JsonDocument.Parse(output).RootElement[0];
        Assert.Equal((count, 0, count), (row.GetProperty("images").GetInt32(), row.GetProperty("labelled").GetInt32(), row.GetProperty("agreeing").GetInt32()));
    }

    [Fact]
    public void Every_image_can_be_told_with_its_answers()
    {
        (int code, string output, string error) = Run("named.edge", "--images", At("insects"), "--answers", At("answers.json"), "--json");

        Assert.True(code == CommandHost.Success, error);
        JsonElement summary = JsonDocument.Parse(output).RootElement[0];
        string engine = summary.GetProperty("name").GetString()!;
        JsonElement[] images = [.. JsonDocument.Parse(File.ReadAllText(At("answers.json"))).RootElement.EnumerateArray()];
        Assert.Equal(["ant/1.png", "bee/1.png", "bee/2.png"], images.Select(i => i.GetProperty("file").GetString()));
        Assert.Equal([0, null, null], images.Select(i => i.GetProperty("class") is { ValueKind: JsonValueKind.Number } c ? c.GetInt32() : (int?)null));
        int right = images.Count(i => i.GetProperty("class").ToString() == i.GetProperty("answers").GetProperty(engine).ToString());
        Assert.Equal(summary.GetProperty("top1").GetInt32(), right);
        Assert.False(summary.TryGetProperty("answers", out _));
    }

    [Fact]
    public void Answers_replace_none_of_the_images() => Refused(
        "--answers " + At("numbered/labels.csv"), "plain.edge", "--images", At("numbered"), "--answers", At("numbered/labels.csv"));

    [Theory]
    [InlineData(12, 6, "other.onnx: the network's input is 1x12x12x3 (height x width x channels after the batch), the preprocessing makes 1x")]
    [InlineData(0, 7, "other.onnx: the network has 7 outputs, the package 6; give the model that it was made of")]
    public void A_float_model_of_another_shape_is_refused(int size, int outputs, string message)
    {
        InputPreprocessing own = TinyModel.Inceptionlike().Manifest.Preprocessing;
        var g = new GraphBuilder();
        Value x = g.Input(1, 3, size > 0 ? size : own.Height, size > 0 ? size : own.Width);
        GraphExporter.Save(g.Build(g.Reshape(g.Op(OpTypes.GlobalAveragePool, [g.Conv(x, outputs, 1)]), 1, outputs)), At("other.onnx"));

        Refused(message, "named.edge", "--images", At("insects"), "--model", At("other.onnx"));
    }

    [Fact]
    public void A_package_is_no_float_model() => Refused(
        "plain.edge: is a package, not a float network; give the ONNX file that it was made of",
        "named.edge", "--images", At("insects"), "--model", At("plain.edge"));

    [Theory]
    [InlineData("-1")]
    [InlineData("100000000")]
    public void Threads_have_bounds(string threads)
    {
        (int code, _, string error) = Run("named.edge", "--images", At("insects"), "--threads", threads);

        Assert.Equal(CommandHost.UsageError, code);
        Assert.Contains($"--threads takes a number from 0 to 256, not {threads}", error, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Refused(string message, params string[] arguments)
    {
        (int code, _, string error) = Run(arguments);
        Assert.Equal(CommandHost.Failure, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    private (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        string[] all = ["evaluate", At(arguments[0]), .. arguments[1..], "--no-onnxruntime"];
        return (CommandLine.Run(all, output, error), output.ToString(), error.ToString());
    }

    private string At(string name) => Path.Combine(_folder, name);
}
