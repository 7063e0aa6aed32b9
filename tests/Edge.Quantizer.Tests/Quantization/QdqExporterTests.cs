using Edge.Imaging;
using Edge.Quantizer.Reference.Comparison;
using Edge.Quantizer.Reference.OnnxRuntime;
using Edge.Runtime.Format;
using Edge.Runtime.Tests.Format;
using Edge.Tests;

namespace Edge.Quantizer.Tests.Quantization;

/// <summary>Every operator of a package, exported, runs in ONNX Runtime as the operator named here and gives our bytes.</summary>
public sealed class QdqExporterTests
{
    private static readonly Window Pointwise = new() { KernelHeight = 1, KernelWidth = 1 };

    private static readonly Window Padded3x3 = new()
    {
        KernelHeight = 3,
        KernelWidth = 3,
        PadTop = 1,
        PadLeft = 1,
        PadBottom = 1,
        PadRight = 1,
    };

    // An operator that reads tensor 1, int8 [1, 9, 11, 16] with scale 0.05 and zero point −20, and writes what it adds.
    private static readonly Dictionary<string, (string RunsAs, Action<TinyModel> Build)> Cases = new()
    {
        ["pointwise conv"] = ("QLinearConv", m => m.Conv("op", 1, m.Int8("y", [1, 9, 11, 24], 0.9f, 3), Pointwise)),
        ["strided conv, asymmetric pads"] = ("QLinearConv", m => m.Conv(
            "op", 1, m.Int8("y", [1, 4, 6, 8], 1.1f, -9), Padded3x3 with { StrideY = 2, StrideX = 2, PadTop = 0, PadLeft = 1 })),
        ["dilated conv"] = ("QLinearConv", m => m.Conv(
            "op", 1, m.Int8("y", [1, 7, 9, 8], 1.1f, -9), Padded3x3 with { DilationY = 2, DilationX = 2 })),
        ["grouped conv"] = ("QLinearConv", m => m.Conv("op", 1, m.Int8("y", [1, 9, 11, 12], 0.8f, 0), Padded3x3, groups: 4)),
        ["depthwise conv"] = ("QLinearConv", m => m.Conv(
            "op", 1, m.Int8("y", [1, 9, 11, 16], 0.3f, -128), Padded3x3, groups: 16)),
        ["relu inside the range"] = ("Clip + QLinearConv", m =>
        {
            m.Conv("unclamped", 1, m.Int8("u", [1, 9, 11, 16], 0.3f, 5), Pointwise);
            var conv = (ConvOperator)m.Manifest.Operators[^1];
            m.Add(conv with { Name = "op", Outputs = [m.Int8("y", [1, 9, 11, 16], 0.3f, 5)], Low = 5, High = 90 });
        }
        ),
        ["fully connected on an image"] = ("QGemm + Reshape + Transpose", m => m.Add(new FullyConnectedOperator
        {
            Name = "op",
            Inputs = [1],
            Outputs = [m.Int8("y", [1, 10], 9, 2)],
            Weights = m.Weights(10, 9 * 11 * 16),
            WeightScales = m.Scales(10),
            Bias = m.Bias(10),
        })),
        ["fully connected to float"] = ("QGemm + Reshape + Transpose", m => m.Add(new FullyConnectedOperator
        {
            Name = "op",
            Inputs = [1],
            Outputs = [m.Float("y", [1, 10])],
            Weights = m.Weights(10, 9 * 11 * 16),
            WeightScales = m.Scales(10),
            Bias = m.Bias(10),
        })),
        ["average over the image to float"] = ("Cast + Mul + ReduceSum + Sub", m => m.Add(new PoolOperator
        {
            Name = "op",
            Inputs = [1],
            Outputs = [m.Float("y", [1, 1, 1, 16])],
            Kind = PoolKind.Average,
            Window = new Window { KernelHeight = 9, KernelWidth = 11 },
        })),
        ["average pool to float"] = ("AveragePool + Cast + Mul + Sub", m => m.Add(new PoolOperator
        {
            Name = "op",
            Inputs = [1],
            Outputs = [m.Float("y", [1, 4, 5, 16])],
            Kind = PoolKind.Average,
            Window = Padded3x3 with { StrideY = 2, StrideX = 2, PadTop = 0, PadLeft = 0, PadBottom = 0, PadRight = 0 },
        })),
        ["add"] = ("Clip + QLinearAdd", m =>
        {
            m.Conv("other", 0, m.Int8("b", [1, 9, 11, 16], 0.08f, 11), Pointwise);
            m.Add(new AddOperator { Name = "op", Inputs = [1, 2], Outputs = [m.Int8("y", [1, 9, 11, 16], 0.1f, -7)], Low = -7 });
        }
        ),
        ["max pool that rounds up"] = ("MaxPool", m => m.Add(new PoolOperator
        {
            Name = "op",
            Inputs = [1],
            Outputs = [m.Int8("y", [1, 5, 6, 16], 0.05f, -20)],
            Kind = PoolKind.Max,
            Window = new Window { KernelHeight = 2, KernelWidth = 3, StrideY = 2, StrideX = 2, PadLeft = 1 },
        })),
        ["average pool"] = ("QLinearAveragePool", m => m.Add(new PoolOperator
        {
            Name = "op",
            Inputs = [1],
            Outputs = [m.Int8("y", [1, 5, 6, 16], 0.04f, -30)],
            Kind = PoolKind.Average,
            Window = Padded3x3 with { StrideY = 2, StrideX = 2 },
        })),
        ["average pool over padding"] = ("QLinearAveragePool", m => m.Add(new PoolOperator
        {
            Name = "op",
            Inputs = [1],
            Outputs = [m.Int8("y", [1, 9, 11, 16], 0.04f, -30)],
            Kind = PoolKind.Average,
            Window = Padded3x3,
            CountIncludePad = true,
        })),
        ["global average pool"] = ("QLinearGlobalAveragePool", m => m.Add(new PoolOperator
        {
            Name = "op",
            Inputs = [1],
            Outputs = [m.Int8("y", [1, 1, 1, 16], 0.01f, -100)],
            Kind = PoolKind.Average,
            Window = new Window { KernelHeight = 9, KernelWidth = 11 },
        })),
        ["concat of one scale"] = ("Concat", m => Concat(m, 0.05f, -20)),
        ["concat of unequal scales"] = ("QLinearConcat", m => Concat(m, 0.07f, 4)),
        ["backward slice"] = ("Slice", m => m.Add(new SliceOperator
        {
            Name = "op",
            Inputs = [1],
            Outputs = [m.Int8("y", [1, 4, 11, 5], 0.05f, -20)],
            Begin = [0, 1, 10, 2],
            Step = [1, 2, -1, 3],
        })),
        ["channel shuffle"] = ("Reshape + Transpose", m => m.Add(new ChannelShuffleOperator
        {
            Name = "op",
            Inputs = [1],
            Outputs = [m.Int8("y", [1, 9, 11, 16], 0.05f, -20)],
            Groups = 2,
        })),
        ["reshape of an image"] = ("Reshape + Transpose", m => m.Add(new ReshapeOperator
        {
            Name = "op",
            Inputs = [1],
            Outputs = [m.Int8("y", [1, 11, 9, 16], 0.05f, -20)],
        })),
        ["transpose"] = ("Transpose", m => m.Add(new TransposeOperator
        {
            Name = "op",
            Inputs = [1],
            Outputs = [m.Int8("y", [1, 16, 9, 11], 0.05f, -20)],
            Permutation = [0, 3, 1, 2],
        })),
        ["pad"] = ("Pad", m => m.Add(new PadOperator
        {
            Name = "op",
            Inputs = [1],
            Outputs = [m.Int8("y", [1, 12, 11, 18], 0.05f, -20)],
            Before = [0, 1, 0, 2],
            After = [0, 2, 0, 0],
            Value = 0.7f,
        })),
        ["lookup"] = ("Cast + Gather", m => m.Add(new LookupOperator
        {
            Name = "op",
            Inputs = [1],
            Outputs = [m.Int8("y", [1, 9, 11, 16], 1, 0)],
            Table = m.Weights(256),
        })),
        ["nearest resize"] = ("Resize", m => Resize(m, ResizeMode.Nearest, CoordinateMode.Asymmetric)),
        ["bilinear resize"] = ("Cast + Resize + Round", m => Resize(m, ResizeMode.Bilinear, CoordinateMode.HalfPixel)),
        ["softmax"] = ("DequantizeLinear + Softmax", m => m.Add(new SoftmaxOperator
        {
            Name = "op",
            Inputs = [1],
            Outputs = [m.Float("y", [1, 9, 11, 16])],
            Exponentials = m.Constant<float>([256], Enumerable.Range(0, 256).Select(d => (float)Math.Exp(-0.05f * d)).ToArray()),
        })),
    };

    public static TheoryData<string> CaseNames => [.. Cases.Keys];

    [OnnxRuntimeTheory]
    [MemberData(nameof(CaseNames))]
    public void An_exported_operator_gives_our_bytes(string name)
    {
        (string runsAs, Action<TinyModel> build) = Cases[name];
        using var comparison = new OnnxRuntimeComparison(Model(build), threads: 1);
        comparison.Add(Noise(11, 9));

        LayerComparison layer = comparison.Layers.Single(l => l.Name == "op");
        Assert.Equal(runsAs, layer.RanAs);
        Assert.True(layer.Alone.Elements > 0);
        if (OnnxRuntimeComparison.HostIsExact)
            Assert.True(layer.Holds, $"differs: {layer.Alone}");
    }

    [OnnxRuntimeFact]
    public void Layers_in_float_are_not_quantized_behind_our_back()
    {
        EdgeModel model = Model(m =>
        {
            int x = m.Float("real", [1, 9, 11, 16]);
            m.Add(new DequantizeOperator { Name = "to float", Inputs = [1], Outputs = [x] });
            int y = m.Float("y", [1, 9, 11, 8]);
            m.Add(new FloatConvOperator
            {
                Name = "float conv",
                Inputs = [x],
                Outputs = [y],
                Window = Padded3x3,
                Weights = m.Constant<float>([8, 3, 3, 16], Enumerable.Range(0, 8 * 144).Select(i => MathF.Sin(i)).ToArray()),
                Bias = m.Constant<float>([8], new float[8]),
                Low = 0,
            });
            m.Add(new QuantizeOperator { Name = "to int8", Inputs = [y], Outputs = [m.Int8("z", [1, 9, 11, 8], 0.2f, -128)] });
        });
        using var comparison = new OnnxRuntimeComparison(model, threads: 1);
        comparison.Add(Noise(11, 9));

        Assert.True(comparison.WholeOperators.ContainsKey("Conv") || comparison.WholeOperators.ContainsKey("FusedConv"));
        Assert.All(comparison.Layers, l => Assert.True(l.Holds, l.Name));
    }

    [OnnxRuntimeFact]
    public void A_whole_network_keeps_its_integer_operators_when_all_tensors_are_shown()
    {
        using var comparison = new OnnxRuntimeComparison(TinyModel.Inceptionlike().Parse(), threads: 1);
        comparison.Add(Noise(5, 4));

        Assert.Equal(2, comparison.WholeOperators["QLinearConv"]);
        Assert.Equal(1, comparison.WholeOperators["QGemm"]);
        Assert.Equal(1, comparison.SameTop1);
        Assert.All(comparison.Layers, l => Assert.InRange(l.Chained.LargestStep, 0, 1));
    }

    private static EdgeModel Model(Action<TinyModel> build)
    {
        var model = new TinyModel();
        int image = model.Int8("image", [1, 9, 11, 3], 1f / 255, -128);
        model.Conv("first", image, model.Int8("x", [1, 9, 11, 16], 0.05f, -20), Pointwise);
        build(model);
        return model.Parse();
    }

    private static void Concat(TinyModel model, float scale, int zeroPoint)
    {
        model.Conv("other", 0, model.Int8("b", [1, 9, 11, 8], scale, zeroPoint), Pointwise);
        int joined = model.Int8("y", [1, 9, 11, 24], 0.05f, -20);
        model.Add(new ConcatOperator { Name = "op", Inputs = [1, 2], Outputs = [joined], Axis = 3 });
    }

    private static void Resize(TinyModel model, ResizeMode mode, CoordinateMode coordinates) => model.Add(new ResizeOperator
    {
        Name = "op",
        Inputs = [1],
        Outputs = [model.Int8("y", [1, 18, 22, 16], 0.05f, -20)],
        Mode = mode,
        Coordinates = coordinates,
        Rounding = NearestRounding.Floor,
        ScaleY = 2,
        ScaleX = 2,
    });

    private static PixelBuffer Noise(int width, int height)
    {
        var image = new PixelBuffer(width, height, 3);
        new Random(7).NextBytes(image.Pixels);
        return image;
    }
}
