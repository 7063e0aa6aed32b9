using System.Text.Json;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Quantizer.Commands;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Onnx.Schema;
using Edge.Quantizer.Tests.Passes;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Tests.Format;
using Google.Protobuf;

namespace Edge.Quantizer.Tests.Commands;

public sealed class QuantizeCommandTests : IDisposable
{
    private const int Size = 12, Photos = 8;

    private readonly string _folder = Directory.CreateTempSubdirectory("edge-quantize-").FullName;

    public QuantizeCommandTests()
    {
        var g = new GraphBuilder();
        Value x = g.Relu(g.Conv(g.Input(1, 3, Size, Size), 8, 3));
        x = g.Op(OpTypes.GlobalAveragePool, [g.Conv(g.Relu(g.Conv(x, 12, 1)), 4, 1)]);
        GraphExporter.Save(g.Build(g.Reshape(x, 1, 4)), At("net.onnx"));
        File.WriteAllText(At("input.json"), $$"""{ "width": {{Size}}, "height": {{Size}}, "order": "RGB", "mean": 127.5, "scale": 0.0078, "resize": "stretch" }""");
        File.WriteAllLines(At("labels.txt"), ["round <sign>", "square", "green", "blue"]);
        Directory.CreateDirectory(At("photos"));
        for (int i = 0; i < Photos; i++)
        {
            var pixels = new PixelBuffer(Size, Size, 3);
            new Random(i).NextBytes(pixels.Pixels);
            File.WriteAllBytes(At($"photos/{i}.png"), PngEncoder.Encode(pixels));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_budget_and_a_certificate_end_up_in_the_package_and_in_the_reports()
    {
        (int code, string output, string error) = Run("--max-drop", "100", "--certificate", "3", "--report", At("report.html"), "--json");

        Assert.True(code == CommandHost.Success, error);
        using JsonDocument report = JsonDocument.Parse(output);
        Assert.Equal(100, report.RootElement.GetProperty("fallback").GetProperty("maxDrop").GetDouble());
        Assert.Equal(3, report.RootElement.GetProperty("certificate").GetProperty("images").GetInt32());
        EdgeModel package = EdgeModel.Load(At("net.edge"));
        Assert.Equal((3, 100.0), (package.Manifest.Certificate!.Images, package.Manifest.Certificate.MaxDrop));
        using var session = new Session(package, new SessionOptions { Threads = 1 });
        Assert.Null(CertificateRunner.Run(session)!.Problem);

        string page = File.ReadAllText(At("report.html"));
        foreach (string section in new[] { "Accuracy", "What was tried", "Layers kept in float", "Layers", "Sensitivity", "Worst disagreements" })
            Assert.Contains($"<h2>{section}</h2>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<sign>", page, StringComparison.Ordinal);
        Assert.EndsWith("</html>\n", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("square", "green")]
    [InlineData("round_<sign>", "GREEN")]
    public void Photos_in_folders_called_like_classes_are_judged_by_right_answers(string first, string second)
    {
        for (int i = 0; i < Photos; i++)
        {
            string folder = At($"photos/{(i < Photos / 2 ? first : second)}");
            Directory.CreateDirectory(folder);
            File.Move(At($"photos/{i}.png"), Path.Combine(folder, $"{i}.png"));
        }

        (int code, string output, string error) = Run("--max-drop", "100", "--json");

        Assert.True(code == CommandHost.Success, error);
        using JsonDocument report = JsonDocument.Parse(output);
        Assert.Equal("labels", report.RootElement.GetProperty("fallback").GetProperty("measure").GetString());
    }

    [Fact]
    public void A_certificate_that_other_weights_would_not_keep_is_left_out_with_a_word()
    {
        Assert.Equal(CommandHost.Success, Run("--certificate", "2").Code);

        Assert.Equal("", Compress([]));
        Assert.NotNull(EdgeModel.Load(At("small.edge")).Manifest.Certificate);
        Assert.Equal($"warning: {At("net.edge")}: its certificate is left out, for it proves the weights as they were", Compress(["--share", "3"]));
        Assert.Null(EdgeModel.Load(At("small.edge")).Manifest.Certificate);

        string Compress(string[] options)
        {
            using var error = new StringWriter();
            Assert.Equal(CommandHost.Success, CommandLine.Run(["compress", At("net.edge"), "-o", At("small.edge"), .. options], TextWriter.Null, error));
            return error.ToString().TrimEnd();
        }
    }

    [Theory]
    [InlineData("--max-drop 101", "--max-drop 101: must be points of a hundred, from 0 to 100")]
    [InlineData("--max-drop -1", "--max-drop -1: must be points of a hundred, from 0 to 100")]
    [InlineData("--certificate 257", "--certificate 257: must be 0 to 256 images")]
    [InlineData("--method onnxruntime-minmax --max-drop 1", "--method onnxruntime-minmax knows nothing but its rules; leave --max-drop out")]
    [InlineData("--method onnxruntime-minmax --learned-rounding 5 --equalization on", "leave --learned-rounding, --equalization out")]
    [InlineData("--method onnxruntime-entropy --bias-absorption on --method-per-tensor auto", "leave --bias-absorption, --method-per-tensor out")]
    [InlineData("--method onnxruntime-minmax --bias-correction on", "leave --bias-correction out")]
    [InlineData("--learned-rounding -1", "--learned-rounding -1: must be seconds, from 0 to 86400")]
    [InlineData("--learned-rounding NaN", "--learned-rounding NaN: must be seconds, from 0 to 86400")]
    [InlineData("--method magic", "calibration method 'magic' is unknown")]
    [InlineData("--report missing/page.html", "--report missing/page.html: there is no folder")]
    [InlineData("--label-column index", "has no labels.csv with a column")]
    [InlineData("--label-offset -1", "--label-offset -1: the network has 4 outputs; give 0 to 3")]
    [InlineData("--label-offset 4", "--label-offset 4: the network has 4 outputs; give 0 to 3")]
    [InlineData("--label-offset 99", "--label-offset 99: the network has 4 outputs; give 0 to 3")]
    public void What_makes_no_sense_is_told_in_one_line(string options, string message)
    {
        (int code, _, string error) = Run(options.Split(' '));

        Assert.Equal(CommandHost.Failure, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.False(File.Exists(At("net.edge")));
    }

    [Theory]
    [InlineData("0.png,3\n1.png,29", "labels.csv: class 29, but the network has 4 classes")]
    [InlineData("0.png,3\n1.png,green", "photos: its classes have names ('3', …), those of the network none; quantize with --labels", false)]
    public void Classes_that_the_network_does_not_have_judge_no_budget(string rows, string message, bool labelled = true)
    {
        File.WriteAllText(At("photos/labels.csv"), $"file,class\n{rows}\n");
        (int code, _, string error) = Run(labelled, "--max-drop", "1", "--label-column", "class");

        Assert.Equal(CommandHost.Failure, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.False(File.Exists(At("net.edge")));
    }

    [Theory]
    [InlineData("on", true)]
    [InlineData("off", false)]
    public void Means_are_matched_or_left_as_told(string choice, bool matched)
    {
        (int code, string output, string error) = Run("--mean-matching", choice, "--sensitivity-images", "0", "--json", "--report", At("page.html"));

        Assert.True(code == CommandHost.Success, error);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal(matched, json.RootElement.GetProperty("technique").GetProperty("matched").GetBoolean());
        Assert.Equal(matched, EdgeModel.Load(At("net.edge")).Manifest.Accuracy!.Method.EndsWith("mean matching", StringComparison.Ordinal));
        Assert.Equal(matched, File.ReadAllText(At("page.html")).Contains("mean matching brings", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("on", true)]
    [InlineData("off", false)]
    public void Biases_are_corrected_or_left_as_told(string choice, bool corrected)
    {
        (int code, string output, string error) = Run("--bias-correction", choice, "--mean-matching", "off", "--sensitivity-images", "0", "--json", "--report", At("page.html"));

        Assert.True(code == CommandHost.Success, error);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal(corrected, json.RootElement.GetProperty("technique").GetProperty("corrected").GetBoolean());
        Assert.Equal(corrected, EdgeModel.Load(At("net.edge")).Manifest.Accuracy!.Method.EndsWith("bias correction", StringComparison.Ordinal));
        string page = File.ReadAllText(At("page.html"));
        Assert.Equal(corrected, page.Contains("bias correction brings", StringComparison.Ordinal));
        Assert.Contains("chosen", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_of_more_images_than_were_held_out_says_so()
    {
        (int code, _, string error) = Run("--certificate", "200", "--sensitivity-images", "0");

        Assert.Equal(CommandHost.Success, code);
        Assert.EndsWith("\nwarning: --certificate 200: holds 4 images, for no more were held out\n", error, StringComparison.Ordinal);
        Assert.Equal(4, EdgeModel.Load(At("net.edge")).Manifest.Certificate!.Images);
    }

    [Theory]
    [InlineData("quantize", "--threads", "100000000", "--threads takes a number from 0 to 256, not 100000000")]
    [InlineData("quantize", "--threads", "-1", "--threads takes a number from 0 to 256, not -1")]
    [InlineData("compress", "--threads", "257", "--threads takes a number from 0 to 256, not 257")]
    [InlineData("quantize", "--sensitivity-images", "-3", "--sensitivity-images takes a number from 0 to 1000000, not -3")]
    [InlineData("quantize", "-o", "", "--output: the text given is empty")]
    [InlineData("compress", "--labels", "", "--labels: the text given is empty")]
    public void Values_out_of_range_and_empty_ones_are_refused(string command, string option, string value, string message)
    {
        using var error = new StringWriter();
        string[] arguments =
        [
            command, At("net.onnx"), "--calibration", At("photos"), "--preprocessing", At("input.json"),
            .. option == "-o" ? Array.Empty<string>() : ["-o", At("net.edge")], option, value,
        ];

        Assert.Equal(CommandHost.UsageError, CommandLine.Run(arguments, TextWriter.Null, error));
        Assert.StartsWith(message, error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(At("net.edge")));
    }

    [Fact]
    public void A_package_is_not_quantized_again()
    {
        File.WriteAllBytes(At("tiny.edge"), TinyModel.Inceptionlike().ToBytes());
        using var error = new StringWriter();
        string[] arguments = ["quantize", At("tiny.edge"), "--calibration", At("photos"), "--preprocessing", At("input.json")];

        Assert.Equal(CommandHost.Failure, CommandLine.Run(arguments, TextWriter.Null, error));
        Assert.Equal(
            $"edge-quantizer: {At("tiny.edge")}: is a package, not a float network; give the ONNX file that it was made of\n", error.ToString());
    }

    [Theory]
    [InlineData("quantize net.onnx -o net.onnx", "--output", "is the model itself")]
    [InlineData("quantize net.onnx -o link.onnx", "--output", "is the model itself")]
    [InlineData("quantize named.edge", "--output", "is the model itself")]
    [InlineData("quantize net.onnx -o new.edge --report net.onnx", "--report", "is the model itself")]
    [InlineData("quantize net.onnx -o new.edge --report new.edge", "--report", "is the package itself")]
    [InlineData("quantize net.onnx -o input.json", "--output", "is the preprocessing itself")]
    [InlineData("quantize net.onnx -o labels.txt", "--output", "is the label file itself")]
    [InlineData("quantize net.onnx -o photos/0.png", "--output", "is a file of the calibration folder already")]
    [InlineData("quantize outside.onnx -o weights.bin", "--output", "is the model's weight file itself")]
    [InlineData("quantize outside.onnx -o new.edge --report weights.bin", "--report", "is the model's weight file itself")]
    [InlineData("compress outside.onnx --float -o weights.bin", "--output", "is the model's weight file itself")]
    [InlineData("compress net.onnx --float -o net.onnx", "--output", "is the model itself")]
    [InlineData("compress tiny.edge --share 3 -o tiny.edge", "--output", "is the model itself")]
    [InlineData("export tiny.edge --qdq -o tiny.edge", "--output", "is the package itself")]
    [InlineData("inspect tiny.edge --html tiny.edge", "--html", "is the model itself")]
    public void No_output_takes_the_place_of_an_input(string line, string option, string problem)
    {
        File.Copy(At("net.onnx"), At("named.edge"));
        SaveWithWeightsOutside("outside.onnx", "weights.bin");
        File.WriteAllBytes(At("tiny.edge"), TinyModel.Inceptionlike().ToBytes());
        File.CreateSymbolicLink(At("link.onnx"), "net.onnx");
        Dictionary<string, byte[]> before = Files();
        string[] arguments = [.. line.Split(' ').Select(a => a.Contains('.', StringComparison.Ordinal) ? At(a) : a)];
        if (line.Contains(".onnx", StringComparison.Ordinal) || arguments[0] == "quantize")
            arguments = [.. arguments, "--calibration", At("photos"), "--preprocessing", At("input.json"), "--labels", At("labels.txt")];

        using var error = new StringWriter();
        Assert.Equal(CommandHost.Failure, CommandLine.Run(arguments, TextWriter.Null, error));

        Assert.Matches($@"^edge-quantizer: {option} \S+: {problem}; name another( file)?\n$", error.ToString());
        Assert.Equal(before, Files());

        Dictionary<string, byte[]> Files() =>
            Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).ToDictionary(f => f, File.ReadAllBytes);
    }

    /// <summary>The network with its weights in a file beside it.</summary>
    private void SaveWithWeightsOutside(string model, string weights)
    {
        ModelProto proto = OnnxFile.Read(At("net.onnx"));
        using (FileStream file = File.Create(At(weights)))
        {
            foreach (TensorProto tensor in proto.Graph.Initializer.Where(t => t.RawData.Length > 0))
            {
                tensor.DataLocation = TensorProto.Types.DataLocation.External;
                tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = weights });
                tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = $"{file.Position}" });
                file.Write(tensor.RawData.Span);
                tensor.ClearRawData();
            }
        }

        File.WriteAllBytes(At(model), proto.ToByteArray());
    }

    [Fact]
    public void Evaluate_tells_how_close_the_logits_are_to_those_of_the_float_network()
    {
        (int code, _, string error) = Run();
        Assert.True(code == CommandHost.Success, error);

        using var output = new StringWriter();
        string[] arguments = ["evaluate", At("net.edge"), "--model", At("net.onnx"), "--images", At("photos"), "--no-labels", "--no-onnxruntime", "--json"];
        Assert.Equal(CommandHost.Success, CommandLine.Run(arguments, output, TextWriter.Null));

        using JsonDocument json = JsonDocument.Parse(output.ToString());
        Assert.Equal(JsonValueKind.Null, json.RootElement[0].GetProperty("logitSqnr").ValueKind);
        Assert.InRange(json.RootElement[1].GetProperty("logitSqnr").GetDouble(), 15, 60);
    }

    private string At(string name) => Path.Combine(_folder, name);

    private (int Code, string Output, string Error) Run(params string[] options) => Run(labelled: true, options);

    private (int Code, string Output, string Error) Run(bool labelled, params string[] options)
    {
        using StringWriter output = new(), error = new();
        string[] labels = labelled ? ["--labels", At("labels.txt")] : [];
        string[] arguments =
        [
            "quantize", At("net.onnx"), "--calibration", At("photos"), "--preprocessing", At("input.json"), .. labels, "-o", At("net.edge"),
            "--threads", "1", .. options,
        ];
        return (CommandLine.Run(arguments, output, error), output.ToString(), error.ToString());
    }
}
