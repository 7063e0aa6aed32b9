using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Tests.Passes;
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

    [Fact]
    public void A_run_goes_on_from_what_any_operator_left_as_if_it_had_not_stopped()
    {
        QuantizedNetwork quantized = new PostTrainingQuantizer(
            Branches(), new SyntheticImages(8, 8 * 8 * 3), TestPackages.Description(8), new QuantizationOptions()).Run();
        EdgeModel model = PackageAssembler.InMemory(quantized.Lowered, TestPackages.Description(8));
        using Int8Network whole = new(model, threads: 1), stopped = new(model, threads: 1), other = new(model, threads: 1);
        int count = model.Manifest.Operators.Length;
        Assert.Contains(model.Manifest.Operators, o => o is ConcatOperator);
        Assert.Contains(model.Manifest.Operators, o => o is AddOperator);
        Fill(whole, 1);
        whole.Run();
        for (int stop = 0; stop <= count; stop++)
        {
            Fill(stopped, 1);
            stopped.Run((_, _) => { }, [], 0, stop);
            byte[] saved = stopped.Save(stop);

            // Another image leaves other values everywhere.
            Fill(other, 2);
            other.Run();
            Assert.NotEqual(whole.Scores.ToArray(), other.Scores.ToArray());
            other.Restore(stop, saved);
            var shown = new List<int>();
            other.Run((tensor, _) => shown.Add(tensor), null, stop, count);
            Assert.Equal(model.Manifest.Operators.Skip(stop).Select(o => o.Outputs[0]), stop == 0 ? shown[1..] : shown);
            if (stop < count)
                Assert.Equal(whole.Scores.ToArray(), other.Scores.ToArray());
        }

        static void Fill(Int8Network network, int seed)
        {
            var random = new Random(seed);
            foreach (ref sbyte code in network.Input)
                code = (sbyte)random.Next(-128, 128);
        }
    }

    /// <summary>A branch joined by concatenation, then one by addition: tensors live longer than to the next operator.</summary>
    private static ModelGraph Branches()
    {
        var g = new GraphBuilder();
        Value x = g.Input(1, 3, 8, 8);
        Value first = g.Relu(g.Conv(x, 8, 3, pad: 1));
        Value joined = g.Op("Concat", [g.Relu(g.Conv(first, 8, 1)), g.Relu(g.Conv(first, 8, 3, pad: 1))], ("axis", 1));
        Value sum = g.Relu(g.Op(OpTypes.Add, [joined, g.Conv(joined, 16, 3, pad: 1)]));
        ModelGraph graph = g.Build(g.Gemm(g.Reshape(g.Op(OpTypes.GlobalAveragePool, [sum]), 1, 16), 5));
        PassPipeline.Create().Run(graph);
        return graph;
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
