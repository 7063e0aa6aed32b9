using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Quantization;
using Edge.Quantizer.Reference.OnnxRuntime;
using Edge.Quantizer.Tests.Passes;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Format.Certificates;
using Edge.Tests;

namespace Edge.Quantizer.Tests.Quantization;

public class FloatFallbackTests
{
    private const int Size = 12;

    [Fact]
    public void A_budget_that_holds_anyway_keeps_every_layer_in_int8()
    {
        QuantizedNetwork network = Quantize(Network(), maxDrop: 100);

        FallbackStep only = Assert.Single(network.Fallback!.Steps);
        Assert.Equal("", only.Layer);
        Assert.Empty(network.Plan.FloatNodes);
        Assert.DoesNotContain(network.Lowered.Package.Operators, o => o is FloatConvOperator);
    }

    [Fact]
    public void The_layer_that_rounding_ruins_stays_in_float_until_the_budget_holds()
    {
        ModelGraph graph = Network();
        Node ruined = graph.Nodes.Where(n => n.OpType == OpTypes.Conv).ElementAt(1);

        QuantizedNetwork network = Quantize(graph, maxDrop: 0);

        Fallback report = network.Fallback!;
        Assert.Equal(ruined.Output.Name, report.Steps[1].Layer);
        Assert.True(report.Steps[1].LogitSqnr > report.Steps[0].LogitSqnr + 6, string.Join(", ", report.Steps));
        Assert.True(report.Steps[0].Drop > 0, "the budget held without any float layer");
        Assert.Equal(0, report.Steps[^1].Drop);
        Assert.Equal("agreement", report.Measure);
        Assert.Equal(Costs.MultiplyAccumulates(ruined), report.Steps[1].MultiplyAccumulates);
        Assert.All(report.Steps, s => Assert.True(s.Milliseconds > 0));
        Assert.Contains(ruined, network.Plan.FloatNodes);
        Assert.Contains(network.Lowered.Package.Operators, o => o is FloatConvOperator f && f.Name == ruined.Name);
    }

    [Fact]
    public void With_classes_given_only_right_answers_that_are_lost_count()
    {
        ModelGraph graph = Network();
        int?[] wrong = [.. Enumerable.Repeat<int?>(int.MaxValue, 24)];

        QuantizedNetwork network = Quantize(graph, maxDrop: 0, wrong);

        Assert.Equal("labels", network.Fallback!.Measure);
        Assert.Single(network.Fallback.Steps);
    }

    [Fact]
    public void A_budget_that_half_of_the_layers_in_float_cannot_meet_is_refused_in_one_line()
    {
        var g = new GraphBuilder();
        Value x = g.Input(1, 3, Size, Size);
        x = g.Relu(Layer(g, x, 8, 3, ruined: false));
        ModelGraph graph = Prepared(g, Layer(g, g.Relu(Layer(g, x, 8, 1, ruined: true)), 10, 1, ruined: true));

        UserException e = Assert.Throws<UserException>(() => Quantize(graph, maxDrop: 0));

        Assert.StartsWith("--max-drop 0 cannot be met: ", e.Message);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void A_budget_needs_images_to_hold_out()
    {
        var quantizer = new PostTrainingQuantizer(
            Network(), new SyntheticImages(1, 3 * Size * Size), TestPackages.Description(Size), new QuantizationOptions { MaxDrop = 1, Threads = 1 });

        Assert.Contains("two calibration images", Assert.Throws<UserException>(() => quantizer.Run()).Message);
    }

    [Fact]
    public void What_stands_between_float_layers_stays_in_float_too()
    {
        var g = new GraphBuilder();
        Value x = g.Input(1, 3, Size, Size);
        Value left = g.Conv(x, 8, 1), right = g.Conv(x, 8, 1);
        Value sum = g.Op(OpTypes.Add, [left, right]);
        ModelGraph graph = Prepared(g, g.Conv(sum, 4, 1));
        Node add = graph.Nodes.Single(n => n.OpType == OpTypes.Add);
        Node[] convs = [.. graph.Nodes.Where(n => n.OpType == OpTypes.Conv)];

        Assert.Contains(add, FloatRegions.Join(graph, convs));
        Assert.DoesNotContain(add, FloatRegions.Join(graph, convs[1..]));
        Assert.DoesNotContain(add, FloatRegions.Join(graph, convs[..2]));
    }

    [Fact]
    public void The_certificate_holds_what_was_judged()
    {
        ModelGraph graph = Network();
        var images = new SyntheticImages(24, 3 * Size * Size);
        QuantizedNetwork network = Quantize(graph, maxDrop: 0);
        EdgeModel model = PackageAssembler.InMemory(network.Lowered, TestPackages.Description(Size));
        using var session = new Session(model, new SessionOptions { Threads = 1 });

        (CertificateDefinition definition, byte[] section) = ParityCertificate.Create(session, graph, network, images, 5, 0);

        Assert.Equal((5, 0.0, 0.0), (definition.Images, definition.Drop, definition.MaxDrop));
        EdgeModel certified = EdgeModel.Parse(EdgeModelWriter.ToBytes(
            model.Manifest with { Certificate = definition }, network.Lowered.Package.Constants, section));
        using var device = new Session(certified, new SessionOptions { Threads = 1, InstructionSet = InstructionSet.Scalar });
        CertificateResult result = CertificateRunner.Run(device)!;
        Assert.Equal((null, 5, 0.0), (result.Problem, result.Images, result.Drop));
    }

    [Fact]
    public void Images_of_a_certificate_fit_nothing()
    {
        var options = new QuantizationOptions
        {
            Method = "minmax",
            Equalization = Choice.Off,
            CompensatedRounding = Choice.Off,
            BiasAbsorption = Choice.Off,
            MeanMatching = Choice.On,
            Threads = 1,
        };

        Assert.Equal(Fitted(options with { CertificateImages = 3 }, 0), Fitted(options with { CertificateImages = 3 }, 100));
        Assert.NotEqual(Fitted(options, 0), Fitted(options, 100));

        // Some of the images that the certificate takes are far brighter.
        static float[] Fitted(QuantizationOptions options, float offset)
        {
            ModelGraph graph = Network();
            var heldOut = Enumerable.Range(0, 12).ToDictionary(i => (2 * i) + 1, _ => new HeldOutImage([], 0, null));
            var images = new ShiftedImages(new SyntheticImages(24, 3 * Size * Size), PostTrainingQuantizer.CertificateImages(heldOut, 3), offset);
            QuantizedNetwork network = new PostTrainingQuantizer(graph, images, TestPackages.Description(Size), options).Run();
            return [.. network.Lowered.Package.Tensors.Select(t => t.Scale), .. network.BiasCorrections.SelectMany(c => c.Value)];
        }
    }

    [Fact]
    public void A_certificate_needs_images_to_hold_out()
    {
        var quantizer = new PostTrainingQuantizer(
            Network(), new SyntheticImages(1, 3 * Size * Size), TestPackages.Description(Size), new QuantizationOptions { CertificateImages = 1, Threads = 1 });

        Assert.Contains("two calibration images", Assert.Throws<UserException>(() => quantizer.Run()).Message);
    }

    [OnnxRuntimeFact]
    public void Onnx_runtime_leaves_float_layers_alone()
    {
        QuantizedNetwork network = Quantize(Network(), maxDrop: 0);
        EdgeModel model = PackageAssembler.InMemory(network.Lowered, TestPackages.Description(Size));
        using var session = new Session(model, new SessionOptions { Threads = 1 });
        using var ours = new OnnxRuntimeSession(QdqExporter.Export(model), OrtOptimization.All, 1);
        var noise = new SignalToNoise();
        for (int i = 0; i < 8; i++)
        {
            float[] nhwc = new float[3 * Size * Size], nchw = new float[nhwc.Length];
            var images = new SyntheticImages(24, nhwc.Length);
            images.Read(i, nhwc);
            for (int p = 0; p < Size * Size; p++)
            {
                for (int c = 0; c < 3; c++)
                    nchw[(c * Size * Size) + p] = nhwc[(p * 3) + c];
            }

            images.Read(i, new QuantizationParameters(model.Input.Scale, model.Input.ZeroPoint), session.Input);
            session.Run();
            noise.Add(session.Output, ours.Run(new Tensor([1, 3, Size, Size], nchw)).Values.First().Floats);
        }

        // Weights that it quantized itself, per tensor, would leave some 5 dB.
        Assert.True(noise.Decibels > 35, $"{noise.Decibels} dB");
    }

    private static QuantizedNetwork Quantize(ModelGraph graph, double maxDrop, IReadOnlyList<int?>? classes = null) => new PostTrainingQuantizer(
        graph,
        new SyntheticImages(24, 3 * Size * Size),
        TestPackages.Description(Size),
        new QuantizationOptions
        {
            Method = "minmax",
            Equalization = Choice.Off,
            CompensatedRounding = Choice.Off,
            BiasCorrection = Choice.Off,
            MeanMatching = Choice.Off,
            MaxDrop = maxDrop,
            Classes = classes ?? [],
            Threads = 1,
        }).Run();

    /// <summary>Six layers, the second of which cannot bear rounding.</summary>
    private static ModelGraph Network()
    {
        var g = new GraphBuilder();
        Value x = g.Relu(Layer(g, g.Input(1, 3, Size, Size), 8, 3, ruined: false));
        x = g.Relu(Layer(g, x, 8, 1, ruined: true));
        for (int i = 0; i < 3; i++)
            x = g.Relu(g.Conv(x, 16, 1));
        return Prepared(g, g.Op(OpTypes.GlobalAveragePool, [g.Conv(x, 10, 1)]));
    }

    private static ModelGraph Prepared(GraphBuilder g, Value output)
    {
        ModelGraph graph = g.Build(output);
        OptimizedModel.Pipeline().Run(graph);
        return graph;
    }

    /// <summary>
    /// A convolution whose first channel is always off behind a ReLU. A ruined one has for each such input a weight that is so large that
    /// all others round to nothing.
    /// </summary>
    private static Value Layer(GraphBuilder g, Value x, int outputs, int kernel, bool ruined)
    {
        Value weights = g.Weights([outputs, x.Shape![1], kernel, kernel]), bias = g.Weights([outputs]);
        float[] data = weights.Constant!.Floats;
        int perOutput = data.Length / outputs;
        for (int o = 1; o < outputs && ruined; o++)
            data[o * perOutput] = 300;
        data.AsSpan(0, perOutput).Clear();
        bias.Constant!.Floats[0] = -1;
        return g.Op(
            OpTypes.Conv,
            [x, weights, bias],
            ("kernel_shape", new[] { kernel, kernel }), ("strides", new[] { 1, 1 }), ("dilations", new[] { 1, 1 }), ("pads", new[] { 0, 0, 0, 0 }),
            ("group", 1));
    }

    /// <summary>Images some of which are brighter by an offset.</summary>
    private sealed class ShiftedImages(ICalibrationSet images, int[] shifted, float offset) : ICalibrationSet
    {
        public int Count => images.Count;

        public void Read(int index, Span<float> nhwc)
        {
            images.Read(index, nhwc);
            for (int i = 0; i < nhwc.Length && shifted.Contains(index); i++)
                nhwc[i] += offset;
        }

        public void Read(int index, QuantizationParameters parameters, Span<sbyte> nhwc)
        {
            float[] real = new float[nhwc.Length];
            Read(index, real);
            for (int i = 0; i < nhwc.Length; i++)
                nhwc[i] = parameters.Quantize(real[i]);
        }
    }
}
