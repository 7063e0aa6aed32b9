using System.Text.Json;
using Edge.Imaging;
using Edge.Imaging.Codecs;
using Edge.Quantizer.Commands;
using Edge.Quantizer.Compression;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Tests.Passes;
using Edge.Runtime.Format;
using Edge.Runtime.Tests.Format;
using Edge.Tests;

namespace Edge.Quantizer.Tests.Compression;

public sealed class CompressCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-compress-").FullName;

    [Fact]
    public void A_package_is_compressed_without_loss()
    {
        byte[] plain = TinyModel.Everything().ToBytes();
        (int code, string output, string error) = Run("compress", Package(plain), "-o", Target);

        Assert.Equal((CommandHost.Success, ""), (code, error));
        Assert.Contains($"{Target}: {new FileInfo(Target).Length:N0} bytes, {plain.Length:N0} when loaded", output, StringComparison.Ordinal);
        Assert.Equal(plain, EdgeModel.Load(Target).Plain.ToArray());
        Assert.True(new FileInfo(Target).Length < plain.Length / 2);
    }

    [Fact]
    public void Without_loss_a_package_may_take_its_own_place()
    {
        byte[] plain = TinyModel.Everything().ToBytes();
        string package = Package(plain);

        (int code, _, string error) = Run("compress", package, "-o", package);

        Assert.Equal((CommandHost.Success, ""), (code, error));
        Assert.True(new FileInfo(package).Length < plain.Length);
        Assert.Equal(plain, EdgeModel.Load(package).Plain.ToArray());
    }

    [Fact]
    public void Sharing_alone_leaves_few_values_and_indices_of_fixed_length()
    {
        Run("compress", Package(Large().ToBytes()), "--share", "3", "-o", Target);

        EdgeModel model = EdgeModel.Load(Target);
        Assert.InRange(model.Constant<sbyte>(0).ToArray().Distinct().Count(), 4, 8);
        StoredConstant stored = EdgeModel.Storage(Target)![0];
        Assert.Equal("fixed", stored.Coder);
        Assert.InRange(stored.Length, stored.Symbols * 3 / 8, (stored.Symbols * 3 / 8) + 40);
        Assert.NotNull(model.Manifest.SelfTest);
        Assert.Null(model.Manifest.Accuracy);
    }

    [Fact]
    public void A_layer_that_feels_no_pruning_has_a_curve_in_json_too()
    {
        var g = new GraphBuilder();
        Value x = g.Relu(g.Conv(g.Input(1, 3, 12, 12), 24, 3));
        Value sparse = g.Conv(x, 12, 3);
        sparse.Producer!.Input(1).Constant!.Floats.AsSpan(100).Clear();
        GraphExporter.Save(g.Build(g.Reshape(g.Op(OpTypes.GlobalAveragePool, [g.Conv(g.Relu(sparse), 200, 1)]), 1, 200)), At("net.onnx"));
        Directory.CreateDirectory(At("photos"));
        for (int i = 0; i < 3; i++)
        {
            var pixels = new PixelBuffer(12, 12, 3);
            new Random(i).NextBytes(pixels.Pixels);
            File.WriteAllBytes(At($"photos/{i}.png"), PngEncoder.Encode(pixels));
        }

        File.WriteAllText(At("input.json"), """{ "width": 12, "height": 12, "order": "RGB", "mean": 127.5, "scale": 0.0078, "resize": "stretch" }""");
        (int code, string output, string error) = Run(
            "compress", At("net.onnx"), "--prune", "auto", "--calibration", At("photos"), "--preprocessing", At("input.json"), "--json", "-o", Target);

        Assert.True(code == CommandHost.Success, error);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Contains("\"Infinity\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Pruning_alone_leaves_gaps()
    {
        Run("compress", Package(Large().ToBytes()), "--prune", "0.8", "-o", Target);

        LayerStorage layer = StorageSummary.Of(EdgeModel.Load(Target), EdgeModel.Storage(Target)).Layers[0];
        Assert.Equal(0.2, layer.Density, 0.01);
        Assert.StartsWith("sparse", layer.Coding, StringComparison.Ordinal);
        Assert.True(layer.Stored < layer.Plain / 2);
    }

    [Fact]
    public void Inspect_shows_where_the_bytes_are_in_text_and_on_a_page_of_its_own()
    {
        Run("compress", Package(Large().ToBytes()), "--prune", "0.7", "--share", "4", "--entropy", "-o", Target);
        string page = Path.Combine(_folder, "bytes.html");
        (int code, string output, string error) = Run("inspect", Target, "--html", page);

        Assert.Equal((CommandHost.Success, ""), (code, error));
        long stored = StorageSummary.Of(EdgeModel.Load(Target), EdgeModel.Storage(Target)).Layers[0].Stored;
        Assert.Matches($@"conv +8,100 +30\.0 % +\d+ +32,400 +8,100 .* {stored:N0} ", output);
        string html = File.ReadAllText(page);
        Assert.Contains($"<td>{stored:N0}</td>", html, StringComparison.Ordinal);
        Assert.Equal(4, html.Split("<rect").Length - 1);
        Assert.DoesNotContain("http", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Shared_float_weights_have_a_codebook_even_with_8_bits_and_zeros()
    {
        var g = new GraphBuilder();
        Value y = g.Conv(g.Input(1, 3, 8, 8), 300, 3);
        y.Producer!.Input(1).Constant!.Floats.AsSpan(0, 9).Clear();
        string model = Path.Combine(_folder, "net.onnx"), input = Path.Combine(_folder, "input.json");
        GraphExporter.Save(g.Build(g.Op(OpTypes.GlobalAveragePool, [y])), model);
        File.WriteAllText(input, """{ "width": 8, "height": 8, "order": "RGB", "mean": 127.5, "scale": 0.0078, "resize": "stretch" }""");

        (int code, _, string error) = Run("compress", model, "--float", "--share", "8", "--preprocessing", input, "-o", Target);

        Assert.True(code == CommandHost.Success, error);
        LayerStorage layer = Assert.Single(StorageSummary.Of(EdgeModel.Load(Target), EdgeModel.Storage(Target)).Layers);
        Assert.Equal(SharedValues.Most, layer.Distinct);
        Assert.InRange(layer.Stored, 1, (layer.Plain / 4) + 1100);
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("density")]
    [InlineData("random")]
    public void All_stages_together_are_the_smallest(string start)
    {
        string package = Package(Large().ToBytes());
        Run("compress", package, "--prune", "0.5", "--share", "4", "-o", Target);
        long shared = new FileInfo(Target).Length;
        (int code, string output, string error) = Run("compress", package, "--prune", "0.5", "--share", "4", "--centroids", start, "--entropy", "--json", "-o", Target);

        Assert.True(code == CommandHost.Success, error);
        using JsonDocument report = JsonDocument.Parse(output);
        Assert.Equal(new FileInfo(Target).Length, report.RootElement.GetProperty("bytes").GetInt64());
        Assert.True(new FileInfo(Target).Length < shared);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Streams_are_stored_near_their_entropy_and_add_up(bool entropy)
    {
        string[] options = ["compress", Package(Large().ToBytes()), "--prune", "0.8", "--share", "4", "-o", Target, .. entropy ? ["--entropy"] : Array.Empty<string>()];
        (_, string text, _) = Run(options);
        using JsonDocument report = JsonDocument.Parse(Run([.. options, "--json"]).Output);

        JsonElement storage = report.RootElement.GetProperty("storage");
        JsonElement[] streams = [.. storage.GetProperty("streams").EnumerateArray()];
        Assert.Equal(["indices", "gaps", "codebooks, code tables, biases, scales"], streams.Select(s => s.GetProperty("stream").GetString()));
        Assert.Equal(
            storage.GetProperty("layers")[0].GetProperty("stored").GetInt64() + storage.GetProperty("others").GetInt64(),
            streams.Sum(s => s.GetProperty("stored").GetInt64()));
        (long symbols, long stored, double bound) = Figures(streams[0]);
        Assert.Contains($" {stored:N0} ", text, StringComparison.Ordinal);
        Assert.Equal(entropy ? 8100 : 1620, symbols);
        Assert.InRange(stored, (entropy ? 0.75 : 0.9) * bound, entropy ? 1.03 * bound : symbols / 2);
        (symbols, stored, bound) = Figures(streams[1]);
        Assert.InRange(symbols, entropy ? 0 : 1620, entropy ? 0 : 1620 + (8100 / 15));
        Assert.InRange(stored, 0.9 * bound, (symbols + 1) / 2);

        static (long Symbols, long Stored, double Entropy) Figures(JsonElement s) =>
            (s.GetProperty("symbols").GetInt64(), s.GetProperty("stored").GetInt64(), s.GetProperty("entropy").GetDouble());
    }

    [Theory]
    [InlineData("give a share between 0 and 1", "--prune", "1.5")]
    [InlineData("give 2 to 8 bits", "--share", "9")]
    [InlineData("needs the float network", "--prune", "auto")]
    [InlineData("give points above 0", "--budget", "0")]
    [InlineData("--budget is for --prune auto", "--prune", "0.5", "--budget", "2")]
    [InlineData("--centroids is for --share", "--centroids", "density")]
    [InlineData("is a package; leave --float, --calibration, --labels out", "--float", "--labels", "names.txt", "--calibration", "photos")]
    public void What_makes_no_sense_gives_one_line(string reason, params string[] options)
    {
        (int code, _, string error) = Run(["compress", Package(TinyModel.Inceptionlike().ToBytes()), "-o", Target, .. options]);

        Assert.Equal(CommandHost.Failure, code);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
        Assert.False(File.Exists(Target));
    }

    [Theory]
    [InlineData]
    [InlineData("--share", "2")]
    public void A_package_that_shrinks_more_than_a_reader_believes_is_refused_in_one_line(params string[] options)
    {
        var m = new TinyModel();
        int image = m.Int8("image", [1, 16, 16, 3], 0.02f), y = m.Int8("y", [1, 1, 1, 2000], 0.5f);
        m.Add(new ConvOperator
        {
            Name = "conv",
            Inputs = [image],
            Outputs = [y],
            Window = new Window { KernelHeight = 16, KernelWidth = 16 },
            Groups = 1,
            Weights = m.Constant<sbyte>([2000, 16, 16, 3], new sbyte[2000 * 16 * 16 * 3]),
            WeightScales = m.Constant<float>([2000], Enumerable.Repeat(0.01f, 2000).ToArray()),
            Bias = m.Constant<int>([2000], new int[2000]),
        });
        (int code, _, string error) = Run(["compress", Package(m.ToBytes()), "-o", Target, .. options]);

        Assert.Equal(CommandHost.Failure, code);
        Assert.Matches($"^edge-quantizer: {Target}: [0-9]+ bytes shrink to [0-9]+, more than 256 times: store the package plain\n$", error);
        Assert.False(File.Exists(Target));
    }

    [SharedFact]
    public void The_published_file_is_packed_again_without_loss_in_550_000_bytes()
    {
        string published = SharedFolder.Path("models", "compressed_SqueezeNet.net");
        (int code, _, string error) = Run(
            "compress", published, "--float", "--preprocessing", "imagenet-caffe-227", "--labels", SharedFolder.Path("models", "imagenet-labels.txt"), "-o", Target);

        Assert.True(code == CommandHost.Success, error);
        Assert.InRange(new FileInfo(Target).Length, 1, 550_000);
        EdgeModel model = EdgeModel.Load(Target);
        FloatConvOperator[] convolutions = [.. model.Manifest.Operators.OfType<FloatConvOperator>()];
        IReadOnlyList<DeepCompressionLayer> layers = DeepCompressionFile.Read(File.ReadAllBytes(published), published);
        Assert.Equal(layers.Count, convolutions.Length);
        for (int i = 0; i < layers.Count; i++)
        {
            float[] expected = Edge.Quantizer.Quantization.WeightQuantizer.ToChannelsLast<float>(layers[i].Weights.Floats, layers[i].Weights.Shape);
            Assert.True(model.Constant<float>(convolutions[i].Weights).SequenceEqual(expected), layers[i].Name);
            Assert.True(model.Constant<float>(convolutions[i].Bias).SequenceEqual(layers[i].Bias), layers[i].Name);
        }
    }

    [OnnxRuntimeFact]
    public void Beside_the_published_file_evaluate_leaves_out_the_row_that_onnx_runtime_cannot_compute()
    {
        string published = SharedFolder.Path("models", "compressed_SqueezeNet.net"), photos = Directory.CreateDirectory(Path.Combine(_folder, "photos")).FullName;
        var m = new TinyModel();
        int image = m.Int8("image", [1, 227, 227, 3], 0.02f), y = m.Int8("y", [1, 1, 1, 1000], 0.5f);
        m.Conv("conv", image, y, new Window { KernelHeight = 1, KernelWidth = 1, StrideY = 227, StrideX = 227 });
        File.WriteAllBytes(Path.Combine(photos, "grey.png"), PngEncoder.Encode(new PixelBuffer(227, 227, 3)));
        (int code, string output, string error) = Run("evaluate", Package(m.ToBytes()), "--model", published, "--images", photos, "--json");

        Assert.True(code == CommandHost.Success, error);
        Assert.Contains($"{published}: ONNX Runtime reads no Deep Compression files; its float row is left out", error, StringComparison.Ordinal);
        using JsonDocument rows = JsonDocument.Parse(output);
        Assert.Equal(["float, Edge", "int8, Edge", "int8, ONNX Runtime"], rows.RootElement.EnumerateArray().Select(r => r.GetProperty("name").GetString()));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Target => At("small.edge");

    private string At(string name) => Path.Combine(_folder, name);

    /// <summary>One convolution of some weights.</summary>
    private static TinyModel Large()
    {
        var m = new TinyModel();
        int image = m.Int8("image", [1, 8, 8, 3], 0.02f);
        int y = m.Int8("y", [1, 6, 6, 300], 0.5f);
        m.Conv("conv", image, y, new Window { KernelHeight = 3, KernelWidth = 3 });
        return m;
    }

    private string Package(byte[] bytes)
    {
        string path = Path.Combine(_folder, "plain.edge");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static (int Code, string Output, string Error) Run(params string[] args)
    {
        using StringWriter output = new(), error = new();
        return (CommandLine.Run(args, output, error), output.ToString(), error.ToString());
    }
}
