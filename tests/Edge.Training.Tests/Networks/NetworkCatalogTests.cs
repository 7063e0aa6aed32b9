using Edge.Quantizer;
using Edge.Quantizer.Graph;
using Edge.Training.Networks;

namespace Edge.Training.Tests.Networks;

public sealed class NetworkCatalogTests
{
    public static TheoryData<string> Names => [.. NetworkCatalog.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_network_goes_from_the_image_to_probabilities_of_any_number_of_classes(string name)
    {
        ModelGraph graph = NetworkCatalog.Create(
            name, new NetworkOptions { Classes = 7, Channels = 1, Initialization = WeightInitialization.Zero });

        Value input = Assert.Single(graph.Inputs), output = Assert.Single(graph.Outputs);
        Assert.Equal(("input", "output"), (input.Name, output.Name));
        Assert.Equal(1, input.Shape![1]);
        Assert.Equal([1, 7], output.Shape!);
        Assert.Equal(OpTypes.Softmax, output.Producer!.OpType);
    }

    [Fact]
    public void Names_are_unique() => Assert.Equal(NetworkCatalog.Names.Count(), NetworkCatalog.Names.Distinct().Count());

    [Fact]
    public void A_weight_depends_on_the_seed_and_its_name_only()
    {
        float[] plain = Weight("squeezenet-1.1", "fire3/squeeze1x1/weight", seed: 5);

        Assert.Equal(plain, Weight("squeezenet-1.1", "fire3/squeeze1x1/weight", seed: 5));
        Assert.Equal(plain, Weight("squeezenet-1.1-simple-bypass", "fire3/squeeze1x1/weight", seed: 5));
        Assert.NotEqual(plain, Weight("squeezenet-1.1", "fire3/squeeze1x1/weight", seed: 6));
    }

    [Fact]
    public void Fresh_convolution_weights_have_he_variance()
    {
        float[] weights = Weight("mobilenet-v1-1.0", "conv14/pointwise/weight", seed: 1);

        Assert.InRange(weights.Average(w => (double)w), -1e-4, 1e-4);
        Assert.InRange(weights.Average(w => (double)w * w), 0.99 * 2 / 1024, 1.01 * 2 / 1024);
    }

    [Theory]
    [InlineData("mobilenet-v1-0.25", 1, 14)]
    [InlineData("squeezenet-1.1", 2, 26)]
    [InlineData("resnext-50-32x4d", 2, 14)]
    public void Skipped_reductions_keep_small_images_large(string name, int skipped, int expected)
    {
        var options = new NetworkOptions
        {
            Height = 28,
            Width = 28,
            SkippedReductions = skipped,
            Initialization = WeightInitialization.Zero,
        };
        ModelGraph graph = NetworkCatalog.Create(name, options);

        Assert.Contains(graph.Nodes, n => n.Output.Shape is [_, _, var h, _] && h == expected);
    }

    [Theory]
    [InlineData("mobilenet-v1-0.25", 10, "too small")]
    [InlineData("inception-v3", 60, "too small")]
    [InlineData("squeezenet-1.0", 4, "too small")]
    public void An_input_that_is_too_small_is_refused(string name, int size, string says) =>
        Assert.Contains(says, Refusal(name, new NetworkOptions { Height = size, Width = size }), StringComparison.Ordinal);

    [Fact]
    public void Mistakes_are_named()
    {
        Assert.Contains("squeezenet-1.1", Refusal("squeezenet-1.2", new()), StringComparison.Ordinal);
        Assert.Contains("families", Refusal("alexnet", new()), StringComparison.Ordinal);
        Assert.Contains("it has width", Refusal("mobilenet-v1-1.0", With("height", "3")), StringComparison.Ordinal);
        Assert.Contains("0.05 to 4", Refusal("mobilenet-v1-1.0", With("width", "wide")), StringComparison.Ordinal);
        Assert.Contains("1-16-1-1", Refusal("mobilenet-v2-1.0", With("stages", "1-16-1")), StringComparison.Ordinal);
        Assert.Contains("has only 5", Refusal("mobilenet-v1-1.0", new() { SkippedReductions = 6 }), StringComparison.Ordinal);
    }

    private static NetworkOptions With(string name, string value) =>
        new() { Parameters = new Dictionary<string, string> { [name] = value } };

    private static string Refusal(string name, NetworkOptions options) =>
        Assert.Throws<UserException>(
            () => NetworkCatalog.Create(name, options with { Initialization = WeightInitialization.Zero })).Message;

    private static float[] Weight(string network, string name, ulong seed) =>
        NetworkCatalog.Create(network, new NetworkOptions { Seed = seed, Height = 64, Width = 64 })
            .Nodes.SelectMany(n => n.Inputs).Single(v => v?.Name == name)!.Constant!.Floats;
}
