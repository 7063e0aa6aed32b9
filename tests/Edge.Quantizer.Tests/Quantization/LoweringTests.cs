using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Reference;
using Edge.Quantizer.Reports;
using Edge.Quantizer.Tests.Passes;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Tests;

namespace Edge.Quantizer.Tests.Quantization;

public class LoweringTests
{
    private const int Size = 12;

    /// <summary>Every form of operator that a graph can hold after the passes, by name.</summary>
    private static readonly Dictionary<string, Func<GraphBuilder, Value, Value>> Networks = new()
    {
        ["conv"] = (g, x) => g.Relu(g.Conv(x, 8, 3, stride: 2, pad: 1)),
        ["conv without bias or activation"] = (g, x) => g.Conv(x, 5, 1, bias: false),
        ["depthwise and pointwise"] = (g, x) => g.Clip(g.Conv(g.Conv(g.Conv(x, 8, 1), 8, 3, pad: 1, group: 8), 6, 1), 0, 6),
        ["grouped conv"] = (g, x) => g.Conv(g.Conv(x, 8, 1), 12, 3, group: 4),
        ["batch normalization behind a pool"] = (g, x) => g.BatchNormalization(g.Pool(OpTypes.MaxPool, x, 2, 2)),
        ["fully connected"] = (g, x) => g.Gemm(g.Reshape(g.Conv(x, 4, 3, stride: 2), 1, 4 * 5 * 5), 10),
        ["max pool with ceil mode"] = (g, x) => g.Pool(OpTypes.MaxPool, g.Conv(x, 4, 1), 3, 2, ceil: true),
        ["average pool counting padding"] = (g, x) => g.Pool(OpTypes.AveragePool, g.Conv(x, 4, 1), 3, 2, pad: 1, countPad: true),
        ["global average pool"] = (g, x) => g.Op(OpTypes.GlobalAveragePool, [g.Conv(x, 4, 1)]),
        ["global max pool"] = (g, x) => g.Op(OpTypes.GlobalMaxPool, [g.Conv(x, 4, 1)]),
        ["residual add with relu"] = (g, x) => { Value a = g.Conv(x, 6, 1); return g.Relu(g.Op(OpTypes.Add, [g.Conv(a, 6, 3, pad: 1), a])); },
        ["concat of convs"] = (g, x) => g.Op(OpTypes.Concat, [g.Relu(g.Conv(x, 5, 1)), g.Relu(g.Conv(x, 3, 3, pad: 1))], ("axis", 1)),
        ["channel slice"] = (g, x) => g.Conv(g.Slice(g.Conv(x, 8, 1), 1, 3, 4), 4, 1),
        ["channel shuffle"] = (g, x) => g.Conv(g.Shuffle(g.Conv(x, 8, 1), 4), 4, 1),
        ["reflecting pad"] = (g, x) => g.Conv(g.Pad(g.Conv(x, 4, 1), 1, 2, 1, 0, mode: "reflect"), 4, 3),
        ["leaky relu"] = (g, x) => g.Op(OpTypes.LeakyRelu, [g.Conv(x, 4, 1)], ("alpha", 0.1f)),
        ["prelu per channel"] = (g, x) => g.Op(OpTypes.PRelu, [g.Conv(x, 4, 1), g.Weights([4, 1, 1], 0.1f, 0.4f)]),
        ["sigmoid"] = (g, x) => g.Op(OpTypes.Sigmoid, [g.Conv(x, 4, 1)]),
        ["hard sigmoid"] = (g, x) => g.Op(OpTypes.HardSigmoid, [g.Conv(x, 4, 1)], ("alpha", 0.2f), ("beta", 0.5f)),
        ["hard swish"] = (g, x) => g.Op(OpTypes.HardSwish, [g.Conv(x, 4, 1)]),
        ["tanh"] = (g, x) => g.Op(OpTypes.Tanh, [g.Conv(x, 4, 1)]),
        ["relu of a value with two readers"] = (g, x) => { Value a = g.Conv(x, 4, 1); return g.Op(OpTypes.Concat, [g.Relu(a), a], ("axis", 1)); },
        ["softmax of a vector"] = (g, x) => g.Op(OpTypes.Softmax, [g.Gemm(g.Reshape(g.Op(OpTypes.GlobalAveragePool, [g.Conv(x, 8, 1)]), 1, 8), 10)], ("axis", 1)),
        ["softmax, reshaped"] = (g, x) => g.Reshape(g.Op(OpTypes.Softmax, [g.Gemm(g.Reshape(g.Op(OpTypes.GlobalAveragePool, [g.Conv(x, 8, 1)]), 1, 8), 10)], ("axis", 1)), 1, 10, 1, 1),
        ["softmax over channels"] = (g, x) => g.Op(OpTypes.Softmax, [g.Op(OpTypes.GlobalAveragePool, [g.Conv(x, 10, 1)])], ("axis", 1)),
        ["softmax of score maps"] = (g, x) => g.Op(OpTypes.Softmax, [g.Conv(x, 10, 1)], ("axis", 1)),
        ["softmax of bounded scores"] = (g, x) => g.Op(OpTypes.Softmax, [g.Relu(g.Gemm(g.Reshape(g.Op(OpTypes.GlobalAveragePool, [g.Conv(x, 8, 1)]), 1, 8), 10))], ("axis", 1)),
        ["softmax of bounded scores, reshaped"] = (g, x) => g.Reshape(g.Op(OpTypes.Softmax, [g.Relu(g.Gemm(g.Reshape(g.Op(OpTypes.GlobalAveragePool, [g.Conv(x, 8, 1)]), 1, 8), 10))], ("axis", 1)), 1, 10, 1, 1),
        ["softmax over rows"] = (g, x) => g.Op(OpTypes.Softmax, [g.Conv(x, 4, 1)], ("axis", 2)),
        ["local response normalization"] = (g, x) => g.Op(OpTypes.Lrn, [g.Relu(g.Conv(x, 8, 1))], ("size", 5), ("alpha", 0.1f), ("beta", 0.75f), ("bias", 1f)),
        ["squeeze and excite"] = (g, x) => { Value a = g.Conv(x, 4, 1); return g.Op(OpTypes.Mul, [a, g.Op(OpTypes.Sigmoid, [g.Op(OpTypes.GlobalAveragePool, [a])])]); },
        ["difference"] = (g, x) => { Value a = g.Conv(x, 4, 1); return g.Op(OpTypes.Sub, [a, g.Conv(a, 4, 1)]); },
        ["quotient"] = (g, x) => { Value a = g.Conv(x, 4, 1); return g.Op(OpTypes.Div, [a, g.Clip(g.Op(OpTypes.Sigmoid, [a]), 0.2f, 1)]); },
        ["larger of three"] = (g, x) => g.Op(OpTypes.Max, [g.Conv(x, 4, 1), g.Conv(x, 4, 1), g.Conv(x, 4, 1)]),
        ["smaller of two"] = (g, x) => g.Op(OpTypes.Min, [g.Conv(x, 4, 1), g.Conv(x, 4, 1)]),
        ["nearest resize"] = (g, x) => g.Conv(Resize(g, g.Conv(x, 4, 1), "nearest"), 4, 1),
        ["bilinear resize"] = (g, x) => g.Conv(Resize(g, g.Conv(x, 4, 1), "linear"), 4, 1),
        ["mean over channels"] = (g, x) => g.Op(OpTypes.ReduceMean, [g.Conv(x, 4, 1)], ("axes", new[] { 1 }), ("keepdims", 1)),
        ["transpose"] = (g, x) => g.Transpose(g.Conv(x, 4, 1), 0, 1, 3, 2),
        ["product of two activations"] = (g, x) => { Value a = g.Conv(x, 4, 1); return g.Op(OpTypes.MatMul, [a, g.Conv(a, 4, 1)]); },
    };

    public static TheoryData<string> SharedFiles => [.. SharedNetwork.Files];

    public static TheoryData<string> Names => [.. Networks.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_int8_network_is_close_to_the_float_network(string name)
    {
        (ModelGraph graph, SyntheticImages images, PackageDescription description) = Make(name);
        QuantizedNetwork quantized = new PostTrainingQuantizer(graph, images, description, new QuantizationOptions { Method = "minmax", Threads = 1 }).Run();

        double noise = Compare(graph, images, quantized.Lowered, quantized.Plan, description, dequantizedInput: false);

        Assert.True(noise > 24, $"{name}: {noise:F1} dB");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void With_every_node_in_float_only_the_input_is_rounded(string name)
    {
        (ModelGraph graph, SyntheticImages images, PackageDescription description) = Make(name);
        QuantizationPlan plan = QuantizationPlan.Create(graph, _ => new ValueRange(-1, 1)).WithFloat(graph.Nodes);
        LoweredModel lowered = Lowering.Lower(graph, plan, new Dictionary<Node, float[]>());

        double noise = Compare(graph, images, lowered, plan, description, dequantizedInput: true);

        Assert.DoesNotContain(lowered.Package.Operators, o => o is ConvOperator or FullyConnectedOperator or AddOperator or LookupOperator);
        Assert.True(noise > 100, $"{name}: {noise:F1} dB");
    }

    [Theory]
    [InlineData("softmax of a vector", typeof(FloatSoftmaxOperator))]
    [InlineData("softmax, reshaped", typeof(FloatSoftmaxOperator))]
    [InlineData("softmax over channels", typeof(FloatSoftmaxOperator))]
    [InlineData("softmax of bounded scores", typeof(SoftmaxOperator))]
    [InlineData("softmax of bounded scores, reshaped", typeof(SoftmaxOperator))]
    public void Probabilities_stay_unrounded_whatever_their_shape(string name, Type softmax)
    {
        (ModelGraph graph, SyntheticImages images, PackageDescription description) = Make(name);
        QuantizedNetwork quantized = new PostTrainingQuantizer(graph, images, description, new QuantizationOptions { Method = "minmax", Threads = 1 }).Run();
        EdgeModel model = PackageAssembler.InMemory(quantized.Lowered, description);
        using var session = new Session(model, new SessionOptions { Threads = 1 });
        images.Read(0, new QuantizationParameters(model.Input.Scale, model.Input.ZeroPoint), session.Input);

        session.Run();

        Assert.True(model.GivesProbabilities);
        Assert.Equal(1, session.Output.ToArray().Sum(p => (double)p), 1e-5);
        Assert.DoesNotContain(model.Manifest.Operators, o => o is QuantizeOperator);
        Assert.Contains(model.Manifest.Operators, o => o.GetType() == softmax);
    }

    [Fact]
    public void A_relu_is_nothing_but_the_bounds_of_its_convolution()
    {
        (ModelGraph graph, SyntheticImages images, PackageDescription description) = Make("conv");
        QuantizedNetwork quantized = new PostTrainingQuantizer(graph, images, description, new QuantizationOptions { Method = "minmax", Threads = 1 }).Run();

        ConvOperator conv = Assert.IsType<ConvOperator>(quantized.Lowered.Package.Operators[0]);
        TensorDefinition output = quantized.Lowered.Package.Tensors[conv.Outputs[0]];
        Assert.Equal(output.ZeroPoint, conv.Low);
        Assert.Equal(127, conv.High);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_inspect_calls_float_runs_in_float_and_nothing_else_does(string name) => FollowsTheRule(Make(name).Graph);

    [SharedTheory]
    [MemberData(nameof(SharedFiles))]
    public void What_inspect_calls_float_runs_in_float_in_every_trained_network(string file) =>
        FollowsTheRule(OptimizedModel.Load(SharedFolder.Path("models", file)));

    [Fact]
    public void Two_inputs_are_refused_by_name()
    {
        var g = new GraphBuilder();
        Value a = g.Input(1, 3, Size, Size), b = g.Input(1, 3, Size, Size);
        ModelGraph graph = g.Build(g.Op(OpTypes.Add, [a, b]));
        OptimizedModel.Pipeline().Run(graph);
        QuantizationPlan plan = QuantizationPlan.Create(graph, _ => new ValueRange(-1, 1));

        UserException e = Assert.Throws<UserException>(() => Lowering.Lower(graph, plan, new Dictionary<Node, float[]>()));

        Assert.Contains("2 inputs", e.Message, StringComparison.Ordinal);
        Assert.Contains(b.Name, e.Message, StringComparison.Ordinal);
    }

    /// <summary>A node runs in float when the operator that the package holds for it reads float32.</summary>
    private static void FollowsTheRule(ModelGraph graph)
    {
        LoweredModel lowered = Lowering.Lower(graph, QuantizationPlan.Create(graph, _ => new ValueRange(-1, 1)), new Dictionary<Node, float[]>());
        ModelSummary summary = ModelSummary.Of("model.onnx", "", 13, graph, graph);

        IEnumerable<string> inPackage = lowered.Operators
            .Where(o => o.Value.Inputs.Any(i => lowered.Package.Tensors[i].Type == ElementType.Float32))
            .Select(o => o.Key.Name);
        Assert.Equal(summary.RunInFloat.Select(f => f.Name).Order(), inPackage.Order());
    }

    private static Value Resize(GraphBuilder g, Value x, string mode) => g.Op(
        OpTypes.Resize,
        [x],
        ("mode", mode), ("coordinate_transformation_mode", "half_pixel"), ("nearest_mode", "round_prefer_floor"),
        ("sizes", new[] { 1, x.Shape![1], x.Shape[2] * 2, x.Shape[3] * 2 }), ("scales", new[] { 1f, 1, 2, 2 }));

    private static (ModelGraph Graph, SyntheticImages Images, PackageDescription Description) Make(string name)
    {
        var g = new GraphBuilder();
        Value image = g.Input(1, 3, Size, Size);
        ModelGraph graph = g.Build(Networks[name](g, image));
        OptimizedModel.Pipeline().Run(graph);
        return (graph, new SyntheticImages(6, 3 * Size * Size), TestPackages.Description(Size));
    }

    /// <summary>Signal-to-noise ratio of the first output, dB.</summary>
    private static double Compare(
        ModelGraph graph, SyntheticImages images, LoweredModel lowered, QuantizationPlan plan, PackageDescription description, bool dequantizedInput)
    {
        using var reference = new FloatExecutor(graph, 1);
        using var network = new Int8Network(PackageAssembler.InMemory(lowered, description), 1);
        QuantizationParameters input = plan[graph.Inputs[0]];
        var noise = new SignalToNoise();
        float[] real = new float[network.Input.Length];
        for (int i = 0; i < images.Count; i++)
        {
            images.Read(i, input, network.Input);
            images.Read(i, real);
            if (dequantizedInput)
            {
                for (int j = 0; j < real.Length; j++)
                    real[j] = input.Dequantize(network.Input[j]);
            }

            network.Run();
            noise.Add(reference.Run(new Tensor(graph.Inputs[0].Shape!, real)).Floats, network.Scores);
        }

        return noise.Decibels;
    }
}
