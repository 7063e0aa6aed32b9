using System.Globalization;
using System.Text.Json;
using Edge.Camera.Commands;
using Edge.Runtime.Format;

namespace Edge.Camera.Tests;

public sealed class ClassifyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edge-camera-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_image_gets_its_classes_with_the_best_first_and_no_background()
    {
        string image = Fixture("red.jpg");
        (int exit, string output, string error) = Run("classify", ColourModel.Write(_folder, softmax: false), image);

        Assert.Equal(0, exit);
        string[] lines = output.TrimEnd().Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Matches($@"^{image}: [\d.]+ ms \(decode [\d.]+, prepare [\d.]+, run [\d.]+\)$", lines[0]);
        Assert.Matches(@"^  score 250\.0000     0  red$", lines[1]);
        Assert.Matches(@"^  score  20\.0000     [12]  (green|blue)$", lines[2]);
        Assert.Matches(@"^Colours: \w+ kernels, \d+ thread\(s\)\n$", error);
    }

    [Fact]
    public void A_softmax_gives_probabilities()
    {
        (int exit, string output, _) = Run("classify", ColourModel.Write(_folder), Fixture("green.png"), "--top", "1", "--quiet");

        Assert.Equal(0, exit);
        Assert.Matches(@"\n  probability +\d\.\d{4}     1  green\n$", output);
    }

    [Fact]
    public void Json_is_one_document_with_scores_and_times()
    {
        string model = ColourModel.Write(_folder, softmax: false);
        (int exit, string output, string error) = Run(
            "classify", model, Fixture("green.png"), Fixture("red.jpg"), "--json", "--top", "2");

        Assert.Equal((0, ""), (exit, error));
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement root = document.RootElement;
        Assert.Equal(model, root.GetProperty("model").GetString());
        Assert.Equal("Colours", root.GetProperty("network").GetString());
        Assert.False(root.TryGetProperty("profile", out _));
        JsonElement[] images = [.. root.GetProperty("images").EnumerateArray()];
        Assert.Equal([Fixture("green.png"), Fixture("red.jpg")], images.Select(i => i.GetProperty("file").GetString()));
        JsonElement best = images[0].GetProperty("top")[0];
        Assert.Equal((1, "green", 250f), (
            best.GetProperty("class").GetInt32(), best.GetProperty("label").GetString(), best.GetProperty("score").GetSingle()));
        Assert.Equal(2, images[1].GetProperty("top").GetArrayLength());
        JsonElement times = images[0].GetProperty("milliseconds");
        double total = times.GetProperty("total").GetDouble();
        double parts = ((string[])["decode", "prepare", "run"]).Sum(part => times.GetProperty(part).GetDouble());
        Assert.Equal(total, parts, tolerance: 0.001);
    }

    [Fact]
    public void A_folder_stands_for_all_images_in_it_in_order_of_their_names()
    {
        string photos = Directory.CreateDirectory(Path.Combine(_folder, "photos")).FullName;
        File.Copy(Fixture("red.jpg"), Path.Combine(photos, "b.jpg"));
        File.Copy(Fixture("green.png"), Path.Combine(photos, "a.png"));
        File.WriteAllText(Path.Combine(photos, "notes.txt"), "no image");

        (int exit, string output, _) = Run("classify", ColourModel.Write(_folder, softmax: false), photos, "--top", "1");

        Assert.Equal(0, exit);
        string[] lines = output.Split('\n');
        Assert.StartsWith(Path.Combine(photos, "a.png"), lines[0]);
        Assert.EndsWith("green", lines[1]);
        Assert.StartsWith(Path.Combine(photos, "b.jpg"), lines[2]);
        Assert.EndsWith("red", lines[3]);
    }

    [Fact]
    public void A_bad_image_is_reported_and_the_others_are_classified()
    {
        string bad = Path.Combine(_folder, "bad.jpg");
        File.WriteAllText(bad, "hello");
        string absent = Path.Combine(_folder, "absent.png");
        string model = ColourModel.Write(_folder, softmax: false);

        (int exit, string output, string error) = Run("classify", model, bad, absent, Fixture("red.jpg"), "-q");
        Assert.Equal(1, exit);
        Assert.Contains("red", output, StringComparison.Ordinal);
        Assert.Equal(
            $"""
            edge-camera: {bad}: is neither a JPEG nor a PNG image
            edge-camera: {absent}: no such file
            edge-camera: 2 of 3 images could not be classified

            """,
            error);

        (_, output, _) = Run("classify", model, bad, Fixture("red.jpg"), "--json");
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement first = document.RootElement.GetProperty("images")[0];
        Assert.Equal($"{bad}: is neither a JPEG nor a PNG image", first.GetProperty("error").GetString());
    }

    [Fact]
    public void The_profile_names_every_layer_with_its_rate()
    {
        string model = ColourModel.Write(_folder, softmax: false);
        (int exit, string output, _) = Run("classify", model, Fixture("red.jpg"), Fixture("green.png"), "--profile");

        Assert.Equal(0, exit);
        Assert.Contains("Mean of 2 run(s):", output, StringComparison.Ordinal);
        Assert.Matches(@"\nmean +\S+ +[\d.]+ +\d+ ?% +0\.00 +[\d.]+\n", output);
        Assert.Matches(@"\ntotal +[\d.]+ +100 ?% ", output);

        (_, output, _) = Run("classify", model, Fixture("red.jpg"), "--profile", "--json");
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement layer = Assert.Single(document.RootElement.GetProperty("profile").EnumerateArray());
        Assert.Equal(("mean", 4L * 8 * 8 * 3), (
            layer.GetProperty("layer").GetString(), layer.GetProperty("multiplyAccumulates").GetInt64()));
    }

    [Fact]
    public void A_damaged_model_is_refused_with_one_line()
    {
        string model = ColourModel.Write(_folder, softmax: false);
        byte[] bytes = File.ReadAllBytes(model);
        bytes[^3] ^= 1;
        File.WriteAllBytes(model, bytes);

        RefusesModel(model, "is damaged or no .edge model: ");
        File.WriteAllBytes(model, bytes[..^1]);
        RefusesModel(model, "is damaged or no .edge model: ");
        File.WriteAllBytes(model, []);
        RefusesModel(model, "is damaged or no .edge model: ");
        (int exit, _, string error) = Run("selftest", Fixture("red.jpg"));
        Assert.Equal(3, exit);
        Assert.StartsWith($"edge-camera: {Fixture("red.jpg")}: is damaged or no .edge model: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_whose_self_test_differs_is_refused_before_the_first_answer()
    {
        string model = ColourModel.Write(
            _folder, softmax: false, m => m with { SelfTest = new() { Seeds = [1], Digests = [m.SelfTest!.Digests[0] ^ 1] } });

        RefusesModel(model, "self-test vector 0 of 'Colours' gives ");
        Assert.Equal(3, Run("selftest", model).Exit);
    }

    [Fact]
    public void An_absent_model_and_a_folder_are_refused_with_one_line()
    {
        RefusesModel(Path.Combine(_folder, "absent.edge"), "no such file");
        (int exit, _, string error) = Run("selftest", _folder);
        Assert.Equal((3, $"edge-camera: {_folder}: may not be read, or is a folder; name a .edge file\n"), (exit, error));
    }

    [Fact]
    public void The_self_test_command_says_what_it_replayed()
    {
        (int exit, string output, string error) = Run("selftest", ColourModel.Write(_folder, softmax: false));

        Assert.Equal((0, ""), (exit, error));
        Assert.Matches(@"^Colours: 2 self-test vector\(s\) are bit-exact with \w+ kernels\n$", output);

        (_, output, _) = Run("selftest", ColourModel.Write(_folder, softmax: false, m => m with { SelfTest = null }));
        Assert.Equal("Colours: the package has no self-test; only its checksums were verified\n", output);
    }

    [Fact]
    public void The_self_test_command_replays_the_certificate()
    {
        (int exit, string output, string error) = Run("selftest", ColourModel.WriteCertified(_folder, agree: true));

        Assert.Equal((0, ""), (exit, error));
        Assert.EndsWith(
            "Colours: certificate: 2 image(s) give the recorded logits; 0 points of top-1 are lost against float, 0.5 are allowed\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_that_misses_its_budget_or_its_recorded_logits_is_refused_with_one_line()
    {
        string model = ColourModel.WriteCertified(_folder, agree: false);
        (int exit, _, string error) = Run("selftest", model);
        Assert.Equal(3, exit);
        Assert.StartsWith($"edge-camera: {model}: 'Colours' misses its own accuracy budget", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));

        (exit, _, error) = Run("selftest", ColourModel.WriteCertified(_folder, agree: true, logits => logits[3] = 1));
        Assert.Equal(3, exit);
        Assert.StartsWith($"edge-camera: {model}: certificate image 0 of 'Colours' gives, with ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("classify", "Required argument missing")]
    [InlineData("classify a.edge", "name the images behind a.edge")]
    [InlineData("classify a.edge b.jpg --top 0", "--top takes a number from 1 to 1000000, not 0")]
    [InlineData("classify a.edge b.jpg --top many", "Cannot parse argument 'many' for option '--top'")]
    [InlineData("classify a.edge b.jpg --threads 1000", "--threads takes a number from 0 to 256, not 1000")]
    [InlineData("classify a.edge b.jpg --frobnicate", "unknown option --frobnicate")]
    [InlineData("frobnicate", "frobnicate")]
    [InlineData("", "Required command was not provided")]
    public void Wrong_usage_is_one_line_and_exit_code_2(string arguments, string message)
    {
        (int exit, string output, string error) = Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((2, ""), (exit, output));
        Assert.StartsWith("edge-camera: ", error);
        Assert.EndsWith("--help)\n", error);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(c => c == '\n'));
    }

    [Fact]
    public void Without_a_model_the_built_in_traffic_signs_answer()
    {
        (int exit, string output, string error) = Run("classify", Samples, "--json", "--top", "1");

        Assert.Equal((0, ""), (exit, error));
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Equal("built-in signs.edge", document.RootElement.GetProperty("model").GetString());
        JsonElement[] images = [.. document.RootElement.GetProperty("images").EnumerateArray()];
        Assert.True(images.Length >= 8);

        // A sample's name begins with its class.
        Assert.All(images, image => Assert.Equal(
            int.Parse(Path.GetFileName(image.GetProperty("file").GetString()!)[..2], CultureInfo.InvariantCulture),
            image.GetProperty("top")[0].GetProperty("class").GetInt32()));
    }

    [Fact]
    public void The_built_in_model_proves_itself()
    {
        (int exit, string output, string error) = Run("selftest");

        Assert.Equal((0, ""), (exit, error));
        Assert.Matches(@"^traffic signs: \d+ self-test vector\(s\) are bit-exact with \w+ kernels\n$", output);
    }

    [Fact]
    public void A_package_is_known_by_its_content_whatever_its_name()
    {
        string renamed = Path.Combine(_folder, "network.bin");
        File.Move(ColourModel.Write(_folder, softmax: false), renamed);

        (int exit, string output, _) = Run("classify", renamed, Fixture("red.jpg"), "--quiet", "--top", "1");

        Assert.Equal(0, exit);
        Assert.EndsWith("red\n", output);
    }

    [Fact]
    public void Help_has_examples_and_the_version_is_this_programs()
    {
        (int exit, string output, _) = Run("classify", "--help");
        Assert.Equal(0, exit);
        Assert.Contains("--profile", output, StringComparison.Ordinal);
        Assert.Contains("edge-camera classify squeezenet.edge cat.jpg", output, StringComparison.Ordinal);

        (exit, output, _) = Run("--version");
        Assert.Equal(0, exit);
        Assert.Matches(@"^edge-camera \d+\.\d+\.\d+\S*\n$", output);
    }

    private static void RefusesModel(string model, string message)
    {
        (int exit, string output, string error) = Run("classify", model, Fixture("red.jpg"));
        Assert.Equal((3, ""), (exit, output));
        Assert.StartsWith($"edge-camera: {model}: ", error);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(c => c == '\n'));
    }

    private static string Samples => Path.Combine(AppContext.BaseDirectory, "samples");

    private static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", name);

    private static (int Exit, string Output, string Error) Run(params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        int exit = CommandLine.Run(args, output, error);
        return (exit, output.ToString(), error.ToString());
    }
}
