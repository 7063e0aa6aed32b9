using Edge.Quantizer.Graph;
using Edge.Quantizer.Graph.ShapeInference;
using Edge.Quantizer.Reference;
using Edge.Tests;

namespace Edge.Quantizer.Tests.Reference;

/// <summary>What the float executor does around the kernels: layouts, fused bounds, views, observers, errors.</summary>
public sealed class FloatExecutorTests
{
    private static readonly Random Numbers = new(3);

    public static TheoryData<string, string> NodesOnImages() => new()
    {
        { OpTypes.MaxPool, "kernel_shape=3,2;strides=2,2;pads=1,0,1,1" },
        { OpTypes.AveragePool, "kernel_shape=3,2;strides=2,1;pads=1,1,0,0;count_include_pad=1" },
        { OpTypes.GlobalAveragePool, "" },
        { OpTypes.GlobalMaxPool, "" },
        { OpTypes.Lrn, "size=3" },
        { OpTypes.ChannelShuffle, "group=3" },
    };

    [Theory]
    [MemberData(nameof(NodesOnImages))]
    public void An_operator_gives_the_same_in_both_layouts(string opType, string attributes)
    {
        Tensor x = Random(2, 12, 6, 5);
        Tensor nchw = Single(opType, Parse(attributes), x);
        Tensor nhwc = Single(opType, Parse(attributes).Set(OpTypes.Layout, "NHWC"), Transposed(x, 0, 2, 3, 1));
        Tensor back = Transposed(nhwc, 0, 3, 1, 2);
        Assert.Equal(nchw.Shape, back.Shape);
        Assert.True(Closeness.Relative(nchw.Floats, back.Floats) <= 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(12)]
    public void A_convolution_gives_the_same_in_both_layouts_and_with_every_number_of_threads(int groups)
    {
        Tensor x = Random(2, 12, 9, 7), w = Random(24, 12 / groups, 3, 3), b = Random(24);
        Attributes attributes = Parse("kernel_shape=3,3;strides=2,1;pads=1,1,1,1").Set("group", groups).Set(OpTypes.FusedLow, -0.25f);
        Tensor nchw = Single(OpTypes.Conv, attributes.Clone(), x, w, b);
        Assert.Equal(-0.25f, nchw.Floats.Min());
        foreach (int threads in (int[])[1, 2, 5])
        {
            ModelGraph graph = Graph(OpTypes.Conv, attributes.Clone().Set(OpTypes.Layout, "NHWC"), Transposed(x, 0, 2, 3, 1), w, b);
            using var executor = new FloatExecutor(graph, threads);
            Assert.Equal(nchw.Floats, Transposed(executor.Run(Transposed(x, 0, 2, 3, 1)), 0, 3, 1, 2).Floats);
        }
    }

    [Fact]
    public void Convolutions_of_one_and_three_axes_equal_the_one_of_two()
    {
        Tensor x = Random(1, 4, 6, 5), w = Random(6, 4, 3, 3), b = Random(6);
        Tensor flat = Single(OpTypes.Conv, Parse("kernel_shape=3,3;pads=1,1,1,1"), x, w, b);
        Tensor volume = Single(OpTypes.Conv, Parse("kernel_shape=1,3,3;pads=0,1,1,0,1,1"), x.Reshape([1, 4, 1, 6, 5]), w.Reshape([6, 4, 1, 3, 3]), b);
        Assert.True(Closeness.Relative(flat.Floats, volume.Floats) <= 1e-6);

        Tensor row = Random(2, 4, 1, 30), taps = Random(6, 4, 1, 3);
        Tensor line = Single(OpTypes.Conv, Parse("kernel_shape=3;strides=2;pads=1,0"), row.Reshape([2, 4, 30]), taps.Reshape([6, 4, 3]), b);
        Assert.Equal(Single(OpTypes.Conv, Parse("kernel_shape=1,3;strides=1,2;pads=0,1,0,0"), row, taps, b).Floats, line.Floats);
    }

    [Theory]
    [InlineData(OpTypes.Conv)]
    [InlineData(OpTypes.MaxPool)]
    [InlineData(OpTypes.Add)]
    [InlineData(OpTypes.Reshape)]
    [InlineData(OpTypes.Gemm)]
    public void Fused_bounds_hold_for_every_producer_and_leave_its_input_alone(string opType)
    {
        var graph = new ModelGraph("bounded");
        bool matrix = opType == OpTypes.Gemm;
        Tensor data = matrix ? Random(4, 8) : Random(1, 4, 4, 4);
        var input = new Value("x") { Shape = data.Shape };
        graph.Inputs.Add(input);
        Value[] more = opType switch
        {
            OpTypes.Conv => [Constant("w", Random(4, 4, 1, 1))],
            OpTypes.Add => [Constant("b", Random(4, 1, 1))],
            OpTypes.Gemm => [Constant("w", Random(8, 3))],
            _ => [],
        };
        Attributes attributes = opType switch
        {
            OpTypes.Conv or OpTypes.MaxPool => Parse("kernel_shape=1,1"),
            OpTypes.Reshape => Parse("shape=16,4"),
            _ => new Attributes(),
        };
        Value source = new("source"), bounded = new("bounded"), other = new("other");
        graph.Add(new Node("copy", OpTypes.Identity, [input], [source]));
        graph.Add(new Node("n", opType, [source, .. more], [bounded], attributes.Set(OpTypes.FusedLow, -0.1f).Set(OpTypes.FusedHigh, 0.2f)));
        graph.Add(new Node("after", OpTypes.Tanh, [source], [other]));
        graph.Outputs.AddRange([bounded, other]);
        Shapes.Infer(graph);
        using var executor = new FloatExecutor(graph, 1);
        IReadOnlyDictionary<string, Tensor> outputs = executor.Run(new Dictionary<string, Tensor> { ["x"] = data });
        Assert.Equal(-0.1f, outputs["bounded"].Floats.Min());
        Assert.Equal(0.2f, outputs["bounded"].Floats.Max());
        Assert.True(Closeness.Relative([.. data.Floats.Select(MathF.Tanh)], outputs["other"].Floats) <= 1e-6);
    }

    [Fact]
    public void An_observer_sees_every_value_of_every_run_although_memory_is_shared()
    {
        const int Length = 40;
        var graph = new ModelGraph("chain");
        var value = new Value("v0") { Shape = [1, Length] };
        graph.Inputs.Add(value);
        for (int i = 1; i <= 20; i++)
        {
            var next = new Value($"v{i}");
            graph.Add(new Node($"n{i}", i % 5 == 0 ? OpTypes.Identity : OpTypes.Add, i % 5 == 0 ? [value] : [value, Constant($"one{i}", Tensor.Scalar(1))], [next]));
            value = next;
        }

        graph.Outputs.Add(value);
        Shapes.Infer(graph);
        using var executor = new FloatExecutor(graph, 1);
        for (int run = 0; run < 2; run++)
        {
            var seen = new List<string>();
            executor.Run(new Tensor([1, Length], Enumerable.Repeat((float)run, Length).ToArray()), (v, t) =>
            {
                seen.Add(v.Name);
                int index = int.Parse(v.Name[1..]);
                Assert.All(t.Floats, x => Assert.Equal(run + index - (index / 5), x));
            });
            Assert.Equal(Enumerable.Range(1, 20).Select(i => $"v{i}"), seen);
        }
    }

    [Theory]
    [InlineData(false, false, 1f, 1f)]
    [InlineData(true, true, 0.5f, 2f)]
    public void Gemm_gives_the_same_for_constant_and_computed_matrices(bool transposeA, bool transposeB, float alpha, float beta)
    {
        Tensor a = transposeA ? Random(6, 5) : Random(5, 6), b = transposeB ? Random(7, 6) : Random(6, 7), c = Random(7);
        Attributes attributes = new Attributes().Set("transA", transposeA ? 1 : 0).Set("transB", transposeB ? 1 : 0).Set("alpha", alpha).Set("beta", beta);
        Tensor constant = Single(OpTypes.Gemm, attributes.Clone(), a, b, c);
        var graph = new ModelGraph("computed");
        Value[] inputs = [.. new[] { a, b, c }.Select((t, i) => new Value($"i{i}") { Shape = t.Shape })];
        graph.Inputs.AddRange(inputs);
        graph.Outputs.Add(new Value("y"));
        graph.Add(new Node("gemm", OpTypes.Gemm, inputs, graph.Outputs, attributes));
        Shapes.Infer(graph);
        using var executor = new FloatExecutor(graph, 1);
        Tensor computed = executor.Run(new Dictionary<string, Tensor> { ["i0"] = a, ["i1"] = b, ["i2"] = c })["y"];
        Assert.True(Closeness.Relative(computed.Floats, constant.Floats) <= 1e-6);
    }

    [Fact]
    public void One_node_is_evaluated_on_constants()
    {
        var node = new Node("add", OpTypes.Add, [new Value("a"), new Value("b")], [new Value("c")]);
        Tensor sum = FloatExecutor.Evaluate(node, [new Tensor([2, 1], [1f, 2f]), new Tensor([3], [10f, 20f, 30f])]).Single();
        Assert.Equal([2, 3], sum.Shape);
        Assert.Equal([11f, 21f, 31f, 12f, 22f, 32f], sum.Floats);
    }

    [Fact]
    public void An_input_of_another_shape_is_refused_in_one_line()
    {
        ModelGraph graph = Graph(OpTypes.Relu, new Attributes(), Random(1, 3));
        using var executor = new FloatExecutor(graph, 1);
        UserException error = Assert.Throws<UserException>(() => executor.Run(Random(3, 1)));
        Assert.Contains("input 'i0' is Float32 [1, 3], the given tensor Float32 [3, 1]", error.Message, StringComparison.Ordinal);
        Assert.Contains("no value for the input 'i0'", Assert.Throws<UserException>(() => executor.Run(new Dictionary<string, Tensor>())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Computed_weights_are_refused_by_name()
    {
        var graph = new ModelGraph("dynamic");
        Value x = new("x") { Shape = [1, 2, 3, 3] }, w = new("w") { Shape = [2, 2, 1, 1] };
        graph.Inputs.AddRange([x, w]);
        graph.Outputs.Add(new Value("y"));
        graph.Add(new Node("conv", OpTypes.Conv, [x, w], graph.Outputs, Parse("kernel_shape=1,1")));
        Shapes.Infer(graph);
        Assert.Contains("its weights ('w') must be constant", Assert.Throws<UserException>(() => new FloatExecutor(graph)).Message, StringComparison.Ordinal);
    }

    private static Value Constant(string name, Tensor data) => new(name) { Constant = data, Shape = data.Shape };

    private static Tensor Random(params int[] shape)
    {
        var data = new float[Tensor.Volume(shape)];
        for (int i = 0; i < data.Length; i++)
            data[i] = (Numbers.NextSingle() * 2) - 1;
        return new Tensor(shape, data);
    }

    /// <summary>A graph of one node: the first tensor stands for its input "i0", the others are constants.</summary>
    private static ModelGraph Graph(string opType, Attributes attributes, params Tensor[] inputs)
    {
        var graph = new ModelGraph(opType);
        graph.Inputs.Add(new Value("i0") { Shape = inputs[0].Shape });
        graph.Outputs.Add(new Value("y"));
        graph.Add(new Node(opType, opType, [graph.Inputs[0], .. inputs.Skip(1).Select((t, i) => Constant($"c{i}", t))], graph.Outputs, attributes));
        Shapes.Infer(graph);
        return graph;
    }

    private static Tensor Single(string opType, Attributes attributes, params Tensor[] inputs)
    {
        using var executor = new FloatExecutor(Graph(opType, attributes, inputs), 1);
        return executor.Run(inputs[0]);
    }

    private static Tensor Transposed(Tensor x, params int[] permutation) =>
        Single(OpTypes.Transpose, new Attributes().Set("perm", permutation), x);

    /// <summary>Integer attributes: "name=1,2;name=3"; one number is a list where ONNX has a list.</summary>
    private static Attributes Parse(string text)
    {
        var attributes = new Attributes();
        foreach (string pair in text.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=');
            int[] values = [.. parts[1].Split(',').Select(int.Parse)];
            attributes.Set(parts[0], parts[0] is "group" or "size" or "count_include_pad" ? values[0] : values);
        }

        return attributes;
    }
}
