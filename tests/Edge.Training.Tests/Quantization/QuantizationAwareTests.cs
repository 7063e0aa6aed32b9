using Edge.Quantizer;
using Edge.Quantizer.Calibration;
using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Quantization;
using Edge.Runtime.Format;
using Edge.Training.Autograd;
using Edge.Training.Optimization;
using Edge.Training.Quantization;
using Edge.Training.Tests.Autograd;

namespace Edge.Training.Tests.Quantization;

public sealed class QuantizationAwareTests : IDisposable
{
    private const int Size = 12;

    private readonly Workers _workers = new(2);

    [Theory]
    [InlineData("fully connected")]
    [InlineData("pointwise on one pixel")]
    [InlineData("average of score maps")]
    [InlineData("average of score maps, bounded twice")]
    [InlineData("bounded scores")]
    public void Forward_computes_the_logits_of_the_int8_runtime_bit_for_bit(string head)
    {
        ModelGraph folded = QuantizationAware.Fold(Network(head));
        TrainingNetwork network = Calibrated(folded);
        NetworkTests.FillInput(network, 9);
        network.Forward(network.BatchSize, ForwardMode.Evaluation);
        float[][] expected = Int8Logits(folded, network);
        for (int n = 0; n < network.BatchSize; n++)
            Assert.Equal(expected[n], network.Logits[(n * network.Classes)..((n + 1) * network.Classes)]);
        Assert.True(expected.SelectMany(e => e).Distinct().Count() > 3);
    }

    [Fact]
    public void Training_with_rounding_learns_and_stays_what_the_runtime_computes()
    {
        ModelGraph folded = QuantizationAware.Fold(Network());
        TrainingNetwork network = Calibrated(folded);
        network.TrackRanges = true;
        var optimizer = new AdamW(network.Parameters, _workers);
        double first = NetworkTests.Train(network, optimizer, 0, 1);
        double last = NetworkTests.Train(network, optimizer, 1, 120);
        Assert.True(last < 0.5 * first, $"loss went from {first} to {last}");
        network.CopyTo(folded);
        network.Forward(network.BatchSize, ForwardMode.Evaluation);
        Assert.Equal(Int8Logits(folded, network)[0], network.Logits[..network.Classes]);
    }

    [Fact]
    public void The_trained_graph_goes_through_onnx_and_is_quantized_like_any_other()
    {
        ModelGraph folded = QuantizationAware.Fold(Network());
        TrainingNetwork network = Calibrated(folded);
        NetworkTests.Train(network, new AdamW(network.Parameters, _workers), 0, 20);
        network.CopyTo(folded);
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        try
        {
            GraphExporter.Save(folded, path);
            ModelGraph optimized = OptimizedModel.Load(path);
            var quantizer = new PostTrainingQuantizer(
                optimized, new Images(network), Description(), new QuantizationOptions { Method = "minmax", Threads = 1 });
            using var int8 = new Int8Network(PackageAssembler.InMemory(quantizer.Run().Lowered, Description()), 1);
            network.Forward(network.BatchSize, ForwardMode.Evaluation);
            int same = 0;
            var images = new Images(network);
            for (int n = 0; n < images.Count; n++)
            {
                images.Read(n, new QuantizationParameters(int8.InputDefinition.Scale, int8.InputDefinition.ZeroPoint), int8.Input);
                int8.Run();
                float[] logits = network.Logits[(n * network.Classes)..((n + 1) * network.Classes)];
                same += Array.IndexOf(logits, logits.Max()) == int8.Scores.IndexOf(int8.Scores.ToArray().Max()) ? 1 : 0;
            }

            Assert.True(same >= images.Count - 1, $"{same} of {images.Count} agree");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void The_exported_weights_lie_on_the_int8_grid_and_leave_bias_correction_nothing_to_do()
    {
        ModelGraph folded = QuantizationAware.Fold(Network());
        TrainingNetwork network = Calibrated(folded);
        NetworkTests.Train(network, new AdamW(network.Parameters, _workers), 0, 20);
        network.CopyTo(folded, rounded: false);
        Assert.True(LargestShift(folded) > 1e-4);
        network.CopyTo(folded);
        Assert.InRange(LargestShift(folded), 0, 1e-6);

        static float LargestShift(ModelGraph graph) => graph.Nodes.Where(n => n.OpType is OpTypes.Conv or OpTypes.Gemm).Max(n =>
        {
            int[] shape = n.Input(1).Constant!.Shape;
            double[] means = [.. Enumerable.Repeat(1.0, n.Attributes.Int("group", 1) * shape[1..].Aggregate((x, y) => x * y))];
            return BiasCorrection.Of(n, means, WeightQuantizer.PerChannel(n, inputScale: 1)).Max(MathF.Abs);
        });
    }

    [Fact]
    public void Ranges_are_forgotten_but_for_the_given_one_and_found_anew()
    {
        TrainingNetwork network = Calibrated(QuantizationAware.Fold(Network()));
        NetworkTests.FillInput(network, 0);
        network.Calibrate(network.BatchSize);
        Dictionary<string, ValueRange> joined = new(network.Ranges);
        network.ResetRanges();
        network.Calibrate(network.BatchSize);
        Assert.Equal(joined["input"], network.Ranges["input"]);
        Assert.All(joined, r => Assert.Equal(r.Value, r.Value.Union(network.Ranges[r.Key])));
        Assert.NotEqual(joined, network.Ranges);
    }

    [Fact]
    public void Ranges_are_saved_with_the_state_and_follow_only_when_asked()
    {
        TrainingNetwork network = Calibrated(QuantizationAware.Fold(Network()));
        float[][] before = [.. network.State.Select(s => (float[])s.Value.Clone())];
        Assert.Equal(network.Ranges.Count, network.State.Count);
        var optimizer = new Sgd(network.Parameters, _workers);
        NetworkTests.Train(network, optimizer, 0, 3);
        Assert.Equal(before, network.State.Select(s => s.Value));
        network.TrackRanges = true;
        NetworkTests.Train(network, optimizer, 3, 4);
        Assert.NotEqual(before, network.State.Select(s => s.Value));
    }

    [Fact]
    public void The_given_range_of_the_input_stays()
    {
        var given = new ValueRange(-3, 5);
        var network = new TrainingNetwork(QuantizationAware.Fold(Network()), 4, _workers, new TrainingNetworkOptions
        {
            Quantization = new QuantizationAware { InputRange = given },
        });
        NetworkTests.FillInput(network, 1);
        network.Calibrate(4);
        Assert.Equal(given, network.Ranges["input"]);
    }

    [Fact]
    public void Uncalibrated_networks_refuse_to_run()
    {
        var network = new TrainingNetwork(
            QuantizationAware.Fold(Network()), 1, _workers, new TrainingNetworkOptions { Quantization = new QuantizationAware() });
        Assert.Throws<InvalidOperationException>(() => network.Forward(1, ForwardMode.Training));
    }

    [Fact]
    public void A_batch_norm_that_is_not_folded_is_named()
    {
        var options = new TrainingNetworkOptions { Quantization = new QuantizationAware() };
        UserException e = Assert.Throws<UserException>(() => new TrainingNetwork(Network(), 1, _workers, options));
        Assert.Contains("BatchNormalization", e.Message, StringComparison.Ordinal);
        Assert.Contains("folded", e.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _workers.Dispose();

    /// <summary>
    /// Everything that has an exact int8 form: convolutions, ReLU, ReLU6, add, pools, concat, shuffle, split, Gemm.
    /// </summary>
    private static ModelGraph Network(string head = "fully connected")
    {
        var g = new GraphSketch(3, Size, Size);
        Value stem = g.Relu(g.BatchNormalization(g.Conv(g.Input, 8, 3, stride: 2, pad: 1, bias: false)));
        Value pool = g.Add(OpTypes.MaxPool, [stem], ("kernel_shape", new[] { 2, 2 }), ("pads", new[] { 0, 0, 1, 1 }));
        Value[] halves = g.Split(pool, 1, 4, 4);
        Value deep = g.BatchNormalization(g.Conv(halves[1], 4, 3, group: 4, pad: 1, bias: false));
        Value six = g.Add(OpTypes.Clip, [g.Conv(deep, 4)], ("min", 0f), ("max", 6f));
        Value shuffled = g.Add(
            OpTypes.ChannelShuffle, [g.Add(OpTypes.Concat, [halves[0], six], ("axis", 1))], ("group", 2));
        Value residual = g.Relu(g.Add(OpTypes.Add, [shuffled, g.BatchNormalization(g.Conv(shuffled, 8, 3, group: 2, pad: 1))]));
        Value mean = g.Add(
            OpTypes.AveragePool, [residual], ("kernel_shape", new[] { 3, 3 }), ("strides", new[] { 2, 2 }), ("pads", new[] { 1, 1, 1, 1 }));
        Value kept = g.Add(OpTypes.Dropout, [mean], ("ratio", 0.1f));
        Value logits = head switch
        {
            "fully connected" => g.Classifier(kept, 3),
            "pointwise on one pixel" => Flat(g.Conv(g.Add(OpTypes.GlobalAveragePool, [kept]), 3)),
            "average of score maps" => Flat(g.Add(OpTypes.GlobalAveragePool, [g.Relu(g.Conv(kept, 3))])),
            "average of score maps, bounded twice" => Flat(g.Relu(g.Add(OpTypes.GlobalAveragePool, [g.Relu(g.Conv(kept, 3))]))),
            "bounded scores" => g.Relu(g.Classifier(kept, 3)),
            _ => throw new ArgumentOutOfRangeException(nameof(head)),
        };
        return g.EndInSoftmax(logits);

        Value Flat(Value x) => g.Add(OpTypes.Flatten, [x], ("axis", 1));
    }

    private TrainingNetwork Calibrated(ModelGraph folded)
    {
        var network = new TrainingNetwork(folded, 16, _workers, new TrainingNetworkOptions
        {
            Quantization = new QuantizationAware { InputRange = new ValueRange(-1, 1) },
        });
        for (int i = 0; i < 3; i++)
        {
            NetworkTests.FillInput(network, i);
            network.Calibrate(network.BatchSize);
        }

        return network;
    }

    /// <summary>The network's input through the int8 runtime, with the ranges that the network has.</summary>
    private static float[][] Int8Logits(ModelGraph folded, TrainingNetwork network)
    {
        var ranges = new Dictionary<string, ValueRange>();
        foreach (List<Value> group in ScaleGroups.Of(folded))
        {
            if (network.Ranges.TryGetValue(group[0].Name, out ValueRange range))
                group.ForEach(v => ranges[v.Name] = range);
        }

        ModelGraph optimized = QuantizationAware.Fold(folded);
        OptimizedModel.Pipeline().Run(optimized);
        QuantizationPlan plan = QuantizationPlan.Create(optimized, v => ranges.GetValueOrDefault(v.Name));
        LoweredModel lowered = Lowering.Lower(optimized, plan, new Dictionary<Node, float[]>());
        int logits = lowered.TensorOf(PostTrainingQuantizer.LogitsOf(optimized));
        using var int8 = new Int8Network(PackageAssembler.InMemory(lowered, Description()), 1);
        var images = new Images(network);
        float[][] results = new float[images.Count][];
        for (int n = 0; n < images.Count; n++)
        {
            images.Read(n, plan[optimized.Inputs[0]], int8.Input);
            int8.Run((tensor, values) => results[n] = tensor == logits ? values.ToArray() : results[n]);
        }

        return results;
    }

    private static PackageDescription Description() => new(
        "test",
        new InputPreprocessing
        {
            Width = Size,
            Height = Size,
            Order = ChannelOrder.Rgb,
            Mean = [127.5f, 127.5f, 127.5f],
            Scale = [1 / 127.5f, 1 / 127.5f, 1 / 127.5f],
            ResizeTo = Size,
        },
        [],
        0,
        new Provenance { Source = "test.onnx", SourceSha256 = new string('0', 64), CalibrationSha256 = new string('0', 64), CalibrationImages = 1, Tool = "tests" });

    /// <summary>What stands in the network's input.</summary>
    private sealed class Images(TrainingNetwork network) : ICalibrationSet
    {
        private readonly float[] _data = [.. network.Input];
        private readonly int _size = network.Height * network.Width * network.Channels;

        public int Count { get; } = network.BatchSize;

        public void Read(int index, Span<float> nhwc) => _data.AsSpan(index * _size, _size).CopyTo(nhwc);

        public void Read(int index, QuantizationParameters parameters, Span<sbyte> nhwc)
        {
            for (int i = 0; i < _size; i++)
                nhwc[i] = parameters.Quantize(_data[(index * _size) + i]);
        }
    }
}
