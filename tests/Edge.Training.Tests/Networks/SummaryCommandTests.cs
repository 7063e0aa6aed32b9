using System.Text.Json;
using Edge.Quantizer.Commands;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Training.Networks;
using Edge.Training.Reports;

namespace Edge.Training.Tests.Networks;

public sealed class SummaryCommandTests
{
    [Fact]
    public void The_published_table_in_docs_is_what_the_command_writes()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Edge.sln")))
            root = Path.GetDirectoryName(root);

        Assert.Equal(File.ReadAllText(Path.Combine(root!, "docs", "NETWORKS.md")), Run("summary", "--published"));
    }

    [Fact]
    public void Memory_access_of_a_pointwise_convolution_is_the_papers_formula()
    {
        SummaryReport report = Report("mobilenet-v1-1.0");

        // 64 to 128 channels on 56×56: hw(c₁ + c₂) + c₁c₂.
        LayerCosts layer = report.Layers.Single(l => l.Name == "conv3/pointwise");
        Assert.Equal((56 * 56 * (64 + 128)) + (64 * 128), layer.MemoryAccess);
        Assert.Equal(56 * 56 * 64 * 128, layer.MultiplyAccumulates);
        Assert.Equal(56 * 56 * 128, layer.Activations);
    }

    [Fact]
    public void Guidelines_tell_networks_apart()
    {
        Assert.Equal(0, Finding("shufflenet-v2-1.0", "G2").Value);
        Assert.True(Finding("shufflenet-v1-g8-1.0", "G2").Value > Finding("shufflenet-v1-g2-1.0", "G2").Value);
        Assert.Equal(1, Finding("mobilenet-v1-1.0", "G3").Value);
        Assert.False(Finding("inception-v1", "G3").Follows);
        Assert.True(Finding("shufflenet-v2-1.0", "G1").Value < Finding("mobilenet-v2-1.0", "G1").Value);
        Assert.True(Finding("resnext-50-32x4d", "G4").Value > Finding("mobilenet-v1-1.0", "G4").Value);
    }

    [Fact]
    public void Json_holds_the_totals_and_every_layer()
    {
        using JsonDocument json = JsonDocument.Parse(Run("summary", "squeezenet-1.1", "--classes", "10", "--size", "128", "--json"));
        JsonElement root = json.RootElement;

        Assert.Equal("squeezenet-1.1", root.GetProperty("network").GetString());
        Assert.Equal([1, 3, 128, 128], root.GetProperty("input").EnumerateArray().Select(v => v.GetInt32()));
        Assert.Equal(
            root.GetProperty("multiplyAccumulates").GetInt64(),
            root.GetProperty("layers").EnumerateArray().Sum(l => l.GetProperty("multiplyAccumulates").GetInt64()));
        Assert.Equal(4, root.GetProperty("guidelines").GetArrayLength());
    }

    [Fact]
    public void A_written_network_has_the_summary_of_the_one_in_the_catalog()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        try
        {
            string[] network = ["shufflenet-v1-g2-0.25", "--size", "64", "--classes", "5", "--channels", "1", "--set", "width=0.5"];
            Run(["export", .. network, "--seed", "3", "-o", path]);
            using JsonDocument file = JsonDocument.Parse(Run("summary", path, "--json"));
            using JsonDocument code = JsonDocument.Parse(Run(["summary", .. network, "--json"]));

            foreach (string total in (string[])["trainable", "statistics"])
            {
                Assert.Equal(
                    code.RootElement.GetProperty("parameters").GetProperty(total).GetInt64(),
                    file.RootElement.GetProperty("parameters").GetProperty(total).GetInt64());
            }

            Assert.Equal(
                code.RootElement.GetProperty("multiplyAccumulates").GetInt64(),
                file.RootElement.GetProperty("multiplyAccumulates").GetInt64());
            Assert.Equal([1, 5], OnnxImporter.Load(path).Outputs[0].Shape!);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void The_list_of_networks_names_all_of_them()
    {
        string list = Run("networks");
        Assert.All(NetworkCatalog.Names, name => Assert.Contains($" {name} ", list, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("there is no network", "summary", "lenet-5")]
    [InlineData("name a network", "summary")]
    [InlineData("name=value", "summary", "mobilenet-v2-1.0", "--set", "width")]
    [InlineData("too small", "export", "inception-v3", "--size", "48", "-o", "never.onnx")]
    public void Mistakes_end_in_one_line(string says, params string[] args)
    {
        using StringWriter output = new(), error = new();
        Assert.Equal(CommandHost.Failure, Edge.Training.Commands.CommandLine.Run(args, output, error));
        Assert.Contains(says, error.ToString(), StringComparison.Ordinal);
        Assert.Single(error.ToString().TrimEnd().Split('\n'));
    }

    private static SummaryReport Report(string network) => SummaryReport.Of(
        NetworkCatalog.Create(network, new NetworkOptions { Initialization = WeightInitialization.Zero }));

    private static GuidelineFinding Finding(string network, string guideline) =>
        Report(network).Guidelines.Single(g => g.Guideline == guideline);

    private static string Run(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int code = Edge.Training.Commands.CommandLine.Run(args, output, error);
        Assert.True(code == CommandHost.Success, error.ToString());
        return output.ToString();
    }
}
