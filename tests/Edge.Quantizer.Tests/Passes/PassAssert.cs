using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Reference;
using Edge.Tests;

namespace Edge.Quantizer.Tests.Passes;

/// <summary>Runs passes and compares what a graph computes before and after, on the same random inputs.</summary>
internal static class PassAssert
{
    private const double Tolerance = 1e-5f;

    /// <summary>The pass changes the graph, which then has these operators in this order and the same outputs.</summary>
    public static void Rewrites(IGraphPass pass, ModelGraph graph, params string[] operators)
    {
        int changes = Preserves(graph, () => RunToEnd(pass, graph));
        Assert.NotEqual(0, changes);
        Assert.Equal(operators, graph.Nodes.Select(n => n.OpType));
    }

    /// <summary>The pass finds nothing to do.</summary>
    public static void LeavesAlone(IGraphPass pass, ModelGraph graph)
    {
        string before = Describe(graph);
        Assert.Equal(0, pass.Run(graph));
        Assert.Equal(before, Describe(graph));
    }

    /// <summary>Rewriting leaves every output within 1e-5 of its largest magnitude. Returns what the rewriting returned.</summary>
    public static int Preserves(ModelGraph graph, Func<int> rewrite)
    {
        var random = new Random(7);
        Dictionary<string, Tensor> inputs = graph.Inputs.ToDictionary(v => v.Name, v => RandomImage(random, v.Shape!));
        Dictionary<string, int[]> shapes = graph.Inputs.ToDictionary(v => v.Name, v => v.Shape!);
        string[] names = [.. graph.Outputs.Select(v => v.Name)];
        IReadOnlyDictionary<string, Tensor> expected = Run(graph, inputs);
        int changes = rewrite();
        graph.Check();
        Shapes.Infer(graph);
        foreach (Value input in graph.Inputs)
        {
            if (!input.Shape!.SequenceEqual(shapes[input.Name]))
                inputs[input.Name] = ToNhwc(inputs[input.Name]);
        }

        IReadOnlyDictionary<string, Tensor> actual = Run(graph, inputs);
        Assert.Equal(names, graph.Outputs.Select(v => v.Name));
        Assert.All(names, name =>
        {
            Assert.Equal(expected[name].Shape, actual[name].Shape);
            float[] e = expected[name].Floats;
            Assert.True(e.Distinct().Take(2).Count() == 2, $"'{name}' is constant: the comparison would prove nothing");
            Assert.InRange(Closeness.Relative(e, actual[name].Floats), 0, Tolerance);
        });
        return changes;
    }

    private static IReadOnlyDictionary<string, Tensor> Run(ModelGraph graph, Dictionary<string, Tensor> inputs)
    {
        using var executor = new FloatExecutor(graph);
        return executor.Run(inputs);
    }

    private static int RunToEnd(IGraphPass pass, ModelGraph graph)
    {
        int total = 0;
        for (int changes = pass.Run(graph); changes > 0; changes = pass.Run(graph))
        {
            graph.Check();
            Shapes.Infer(graph);
            total += changes;
            Assert.True(total < 10_000, $"{pass.Name} never comes to an end");
        }

        return total;
    }

    private static string Describe(ModelGraph graph) => string.Join('\n', graph.Nodes.Select(Text));

    private static string Text(Node node) =>
        $"{node} ({string.Join(", ", node.Inputs)}) -> ({string.Join(", ", node.Outputs)}) "
        + string.Join(", ", node.Attributes.Values.Select(Text));

    private static string Text(KeyValuePair<string, object> attribute) =>
        $"{attribute.Key}={(attribute.Value is long[] v ? string.Join(' ', v) : attribute.Value)}";

    private static Tensor RandomImage(Random random, int[] shape)
    {
        float[] data = new float[Tensor.Volume(shape)];
        for (int i = 0; i < data.Length; i++)
            data[i] = (random.NextSingle() * 4) - 2;
        return new Tensor(shape, data);
    }

    private static Tensor ToNhwc(Tensor image)
    {
        (int n, int c, int h, int w) = (image.Shape[0], image.Shape[1], image.Shape[2], image.Shape[3]);
        float[] data = new float[image.Count];
        for (int i = 0; i < data.Length; i++)
        {
            int pixel = i % (h * w);
            int channel = i / (h * w) % c;
            int batch = i / (h * w * c);
            data[(((batch * h * w) + pixel) * c) + channel] = image.Floats[i];
        }

        return new Tensor([n, h, w, c], data);
    }
}
