using Edge.Quantizer.Quantization;
using Edge.Runtime.Format;

namespace Edge.Quantizer.Tests.Quantization;

public sealed class Int8NetworkTests
{
    [Fact]
    public void A_run_of_some_tensors_shows_the_input_and_outputs_among_them_and_nothing_else()
    {
        QuantizedNetwork quantized = new PostTrainingQuantizer(
            RefinementTests.Small(), new SyntheticImages(8, 8 * 8 * 3), TestPackages.Description(8), new QuantizationOptions()).Run();
        using var network = new Int8Network(PackageAssembler.InMemory(quantized.Lowered, TestPackages.Description(8)), threads: 1);
        ModelManifest manifest = network.Model.Manifest;
        int second = manifest.Operators[1].Outputs[0];
        Assert.Equal([manifest.Input, .. manifest.Operators.Select(o => o.Outputs[0])], Shown(network, null));
        Assert.Equal([manifest.Input], Shown(network, [manifest.Input]));
        Assert.Equal([second], Shown(network, [second]));
        Assert.Equal([manifest.Input, second], Shown(network, [second, manifest.Input]));
    }

    private static List<int> Shown(Int8Network network, int[]? tensors)
    {
        var shown = new List<int>();
        if (tensors is null)
            network.Run((tensor, _) => shown.Add(tensor));
        else
            network.Run((tensor, _) => shown.Add(tensor), tensors);
        return shown;
    }
}
