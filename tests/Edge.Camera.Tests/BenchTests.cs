using System.Text.Json;
using Edge.Camera.Commands;

namespace Edge.Camera.Tests;

public sealed class BenchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-bench-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_network_is_measured_with_a_line_for_every_layer()
    {
        (int exit, string output, string error) = Run(
            "bench", ColourModel.Write(_folder), "--threads", "1", "--runs", "3", "--per-layer");

        Assert.Equal((0, ""), (exit, error));
        Assert.Matches(@"^Colours: \w+ kernels, 1 thread\(s\), 3 run\(s\)\n  median +[\d.]+ ms\n  least +[\d.]+ ms\n", output);
        Assert.Matches(@"\n  speed +[\d.]+ GMAC/s  \(0\.0 MMAC per run\)\n  arena +[\d,]+ bytes\n  package +[\d,]+ bytes\n  verify +[\d.]+ ms\n  pack +[\d.]+ ms\n", output);
        Assert.Matches(@"\nlayer +kernel +µs +share +MMAC +GMAC/s\n", output);
        Assert.Matches(@"\nsoftmax +SoftmaxScalar +[\d.]+ +[\d.]+ %\n", output);
    }

    [Fact]
    public void Json_has_the_same_figures()
    {
        (int exit, string output, _) = Run("bench", ColourModel.Write(_folder, softmax: false), "--runs", "2", "--per-layer", "--json");

        Assert.Equal(0, exit);
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement root = document.RootElement;
        Assert.Equal("Colours", root.GetProperty("network").GetString());
        Assert.Equal(2, root.GetProperty("runs").GetInt32());
        Assert.True(root.GetProperty("medianMilliseconds").GetDouble() >= root.GetProperty("leastMilliseconds").GetDouble());

        // A fully connected layer from 8×8 pixels of three channels to four outputs.
        Assert.Equal(8 * 8 * 3 * 4, root.GetProperty("multiplyAccumulates").GetInt64());
        JsonElement layer = Assert.Single(root.GetProperty("layers").EnumerateArray());
        Assert.Equal(8 * 8 * 3 * 4, layer.GetProperty("multiplyAccumulates").GetInt64());
        Assert.True(root.GetProperty("arenaBytes").GetInt64() >= (8 * 8 * 3) + 4);
    }

    [Fact]
    public void The_built_in_network_is_measured_when_none_is_named()
    {
        (int exit, string output, _) = Run("bench", "--runs", "1", "--json");

        Assert.Equal(0, exit);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.False(document.RootElement.TryGetProperty("layers", out _));
        Assert.True(document.RootElement.GetProperty("gigaMacsPerSecond").GetDouble() > 0);
    }

    [Theory]
    [InlineData("--runs", "0", "--runs takes a number from 1 to 1000000, not 0")]
    [InlineData("--threads", "257", "--threads takes a number from 0 to 256, not 257")]
    public void Numbers_out_of_range_are_refused(string option, string value, string problem)
    {
        (int exit, string output, string error) = Run("bench", option, value);

        Assert.Equal((2, ""), (exit, output));
        Assert.Contains(problem, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_package_gives_one_line()
    {
        string path = Path.Combine(_folder, "noise.edge");
        File.WriteAllBytes(path, [1, 2, 3]);

        (int exit, string output, string error) = Run("bench", path);

        Assert.Equal((3, ""), (exit, output));
        Assert.StartsWith($"edge-camera: {path}: ", error);
        Assert.Equal(1, error.Count(c => c == '\n'));
    }

    private static (int Exit, string Output, string Error) Run(params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        int exit = CommandLine.Run(args, output, error);
        return (exit, output.ToString(), error.ToString());
    }
}
