using System.Text.Json;
using Edge.Quantizer.Commands;
using Edge.Runtime.Tests.Format;

namespace Edge.Quantizer.Tests.Commands;

public sealed class BenchCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-bench-").FullName;

    private string Package
    {
        get
        {
            string path = Path.Combine(_folder, "tiny.edge");
            File.WriteAllBytes(path, TinyModel.Inceptionlike().ToBytes());
            return path;
        }
    }

    [Fact]
    public void Every_layer_has_its_time_as_json()
    {
        (int code, string output, string error) = Run("bench", Package, "--runs", "3", "--per-layer", "--json");

        Assert.Equal((CommandHost.Success, ""), (code, error));
        using JsonDocument report = JsonDocument.Parse(output);
        Assert.Equal(1, report.RootElement.GetProperty("threads").GetInt32());
        JsonElement[] layers = [.. report.RootElement.GetProperty("layers").EnumerateArray()];
        Assert.Equal(
            ["conv-left", "conv-right", "join", "pool", "dense", "softmax"], layers.Select(l => l.GetProperty("name").GetString()));
        Assert.Equal(
            report.RootElement.GetProperty("multiplyAccumulates").GetInt64(),
            layers.Sum(l => l.GetProperty("multiplyAccumulates").GetInt64()));
        Assert.True(layers[0].GetProperty("microseconds").GetDouble() > 0);
    }

    [Fact]
    public void Text_names_time_speed_and_memory()
    {
        string package = Package;
        (int code, string output, _) = Run("bench", package, "--runs", "2", "--threads", "2", "--per-layer");

        Assert.Equal(CommandHost.Success, code);
        Assert.StartsWith($"{package}: ", output);
        Assert.Contains(" 2 threads, 2 runs", output, StringComparison.Ordinal);
        Assert.Matches(@"median [\d.]+ ms, least [\d.]+ ms, [\d.]+ GMAC/s", output);
        Assert.Matches($@"arena [\d,]+ bytes, package {new FileInfo(package).Length:N0} bytes", output);
        Assert.Matches(@"conv-left +\S+ +2,160 +[\d.]+ +[\d.]+ % +[\d.]+", output);
    }

    [Theory]
    [InlineData("--runs", "0")]
    [InlineData("--threads", "-1")]
    public void Numbers_out_of_range_are_refused(string option, string value)
    {
        (int code, _, string error) = Run("bench", Package, option, value);

        Assert.Equal(CommandHost.UsageError, code);
        Assert.Contains($"{option} takes a number from", error, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static (int Code, string Output, string Error) Run(params string[] args)
    {
        using StringWriter output = new(), error = new();
        return (CommandLine.Run(args, output, error), output.ToString(), error.ToString());
    }
}
