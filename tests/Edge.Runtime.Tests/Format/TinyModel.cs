using Edge.Runtime.Format;

namespace Edge.Runtime.Tests.Format;

/// <summary>Builds packages of a few operators for tests. Unplanned: every tensor gets its own place in the arena.</summary>
internal sealed class TinyModel
{
    private readonly List<TensorDefinition> _tensors = [];
    private readonly List<OperatorDefinition> _operators = [];
    private readonly List<ConstantData> _constants = [];
    private readonly Random _random = new(1);
    private long _arena;

    public IReadOnlyList<ConstantData> Constants => _constants;

    public ModelManifest Manifest
    {
        get
        {
            int[] image = _tensors[0].Shape;
            return new ModelManifest
            {
                Network = "tiny",
                Preprocessing = new InputPreprocessing
                {
                    Width = image[2],
                    Height = image[1],
                    Order = image[3] == 1 ? ChannelOrder.Luma : ChannelOrder.Rgb,
                    Mean = new float[image[3]],
                    Scale = Enumerable.Repeat(1f / 255, image[3]).ToArray(),
                    ResizeTo = Math.Max(image[1], image[2]),
                },
                Labels = [],
                Tensors = [.. _tensors],
                Operators = [.. _operators],
                Constants = [],
                Input = 0,
                Outputs = [_tensors.Count - 1],
                ArenaSize = _arena,
                Provenance = new Provenance
                {
                    Source = "tiny.onnx",
                    SourceSha256 = new string('0', 64),
                    CalibrationSha256 = new string('0', 64),
                    CalibrationImages = 0,
                    Tool = "tests",
                },
            };
        }
    }

    /// <summary>
    /// Two convolutions whose outputs lie side by side in a concatenation, an average pool, a fully connected layer, a softmax:
    /// image (0), left (1), right (2), joined (3), pooled (4), scores (5), probabilities (6).
    /// </summary>
    public static TinyModel Inceptionlike()
    {
        var m = new TinyModel();
        int image = m.Int8("image", [1, 4, 5, 3], 0.02f, -3);
        int left = m.Int8("left", [1, 4, 5, 4], 0.05f, 7, rowStride: 10);
        int right = m.Int8("right", [1, 4, 5, 6], 0.05f, 7, rowStride: 10, offset: m._tensors[left].Offset + 4);
        int joined = m.Int8("joined", [1, 4, 5, 10], 0.05f, 7, offset: m._tensors[left].Offset);
        m.Conv("conv-left", image, left, new Window
        {
            KernelHeight = 3,
            KernelWidth = 3,
            PadTop = 1,
            PadLeft = 1,
            PadBottom = 1,
            PadRight = 1,
        });
        m.Conv("conv-right", image, right, new Window { KernelHeight = 1, KernelWidth = 1 });
        m.Add(new ConcatOperator { Name = "join", Inputs = [left, right], Outputs = [joined], Axis = 3 });
        int pooled = m.Int8("pooled", [1, 1, 1, 10], 0.05f, 7);
        m.Add(new PoolOperator
        {
            Name = "pool",
            Inputs = [joined],
            Outputs = [pooled],
            Kind = PoolKind.Average,
            Window = new Window { KernelHeight = 4, KernelWidth = 5 },
        });
        int scores = m.Int8("scores", [1, 6], 0.1f, 0);
        m.Add(new FullyConnectedOperator
        {
            Name = "dense",
            Inputs = [pooled],
            Outputs = [scores],
            Weights = m.Weights(6, 10),
            WeightScales = m.Scales(6),
            Bias = m.Bias(6),
        });
        int probabilities = m.Float("probabilities", [1, 6]);
        m.Add(new SoftmaxOperator
        {
            Name = "softmax",
            Inputs = [scores],
            Outputs = [probabilities],
            Exponentials = m.Constant<float>([256], Enumerable.Range(0, 256).Select(d => (float)Math.Exp(-0.1 * d)).ToArray()),
        });
        return m;
    }

    /// <summary>
    /// Every kind of operator, int8 first, then float32 layers between dequantize and quantize, then classifier and
    /// concatenation.
    /// </summary>
    public static TinyModel Everything()
    {
        var m = new TinyModel();
        int image = m.Int8("image", [1, 4, 4, 3], 0.02f, 5);
        int conv = m.Int8("conv", [1, 4, 4, 4], 0.1f, -10);
        m.Conv("conv", image, conv, new Window { KernelHeight = 1, KernelWidth = 1 });
        int shuffled = m.Int8("shuffled", [1, 4, 4, 4], 0.1f, -10);
        m.Add(new ChannelShuffleOperator { Name = "shuffle", Inputs = [conv], Outputs = [shuffled], Groups = 2 });
        int sum = m.Int8("sum", [1, 4, 4, 4], 0.15f, 3);
        m.Add(new AddOperator { Name = "add", Inputs = [conv, shuffled], Outputs = [sum], Low = -100 });
        int looked = m.Int8("looked", [1, 4, 4, 4], 0.2f, 1);
        sbyte[] table = [.. Enumerable.Range(-128, 256).Select(i => (sbyte)(i / 2))];
        m.Add(new LookupOperator
        {
            Name = "lookup",
            Inputs = [sum],
            Outputs = [looked],
            Table = m.Constant<sbyte>([256], table),
        });
        int padded = m.Int8("padded", [1, 6, 6, 4], 0.2f, 1);
        m.Add(new PadOperator
        {
            Name = "pad",
            Inputs = [looked],
            Outputs = [padded],
            Before = [0, 1, 1, 0],
            After = [0, 1, 1, 0],
            Value = 1.5f,
        });
        int resized = m.Int8("resized", [1, 12, 12, 4], 0.2f, 1);
        m.Add(new ResizeOperator
        {
            Name = "resize",
            Inputs = [padded],
            Outputs = [resized],
            Mode = ResizeMode.Bilinear,
            Coordinates = CoordinateMode.HalfPixel,
            ScaleX = 2,
            ScaleY = 2,
        });
        int slice = m.Int8("slice", [1, 6, 12, 2], 0.2f, 1);
        m.Add(new SliceOperator
        {
            Name = "slice",
            Inputs = [resized],
            Outputs = [slice],
            Begin = [0, 11, 0, 1],
            Step = [1, -2, 1, 2],
        });
        int transposed = m.Int8("transposed", [1, 2, 6, 12], 0.2f, 1);
        m.Add(new TransposeOperator { Name = "transpose", Inputs = [slice], Outputs = [transposed], Permutation = [0, 3, 1, 2] });
        int flat = m.Int8("flat", [1, 144], 0.2f, 1);
        m.Add(new ReshapeOperator { Name = "reshape", Inputs = [transposed], Outputs = [flat] });
        int real = m.Float("real", [1, 12, 12, 4]);
        m.Add(new DequantizeOperator { Name = "dequantize", Inputs = [resized], Outputs = [real] });
        m.AddFloatLayers(real);
        int scores = m.Int8("scores", [1, 5], 0.3f);
        m.Add(new FullyConnectedOperator
        {
            Name = "dense",
            Inputs = [flat],
            Outputs = [scores],
            Weights = m.Weights(5, 144),
            WeightScales = m.Scales(5),
            Bias = m.Bias(5),
        });
        m.Add(new FullyConnectedOperator
        {
            Name = "sums",
            Inputs = [flat],
            Outputs = [m.Float("sums", [1, 5])],
            Weights = m.Weights(5, 144),
            WeightScales = m.Scales(5),
            Bias = m.Bias(5),
        });
        m.Add(new PoolOperator
        {
            Name = "mean of codes",
            Inputs = [resized],
            Outputs = [m.Float("mean of codes", [1, 1, 1, 4])],
            Kind = PoolKind.Average,
            Window = new Window { KernelHeight = 12, KernelWidth = 12 },
        });
        int probabilities = m.Float("probabilities", [1, 5]);
        float[] exponentials = [.. Enumerable.Range(0, 256).Select(d => MathF.Exp(-0.3f * d))];
        m.Add(new SoftmaxOperator
        {
            Name = "softmax",
            Inputs = [scores],
            Outputs = [probabilities],
            Exponentials = m.Constant<float>([256], exponentials),
        });
        int stacked = m.Int8("stacked", [1, 10, 6, 4], 0.25f);
        int below = m.Int8("below", [1, 4, 6, 4], 0.2f, 1);
        m.Add(new SliceOperator
        {
            Name = "cut",
            Inputs = [padded],
            Outputs = [below],
            Begin = [0, 2, 0, 0],
            Step = [1, 1, 1, 1],
        });
        m.Add(new ConcatOperator { Name = "concat", Inputs = [padded, below], Outputs = [stacked], Axis = 1 });
        int pooled = m.Int8("pooled", [1, 5, 3, 4], 0.25f);
        m.Add(new PoolOperator
        {
            Name = "max-pool",
            Inputs = [stacked],
            Outputs = [pooled],
            Kind = PoolKind.Max,
            Window = new Window { KernelHeight = 3, KernelWidth = 3, StrideY = 2, StrideX = 2 },
        });
        return m;
    }

    /// <summary>An int8 tensor at its own 64-byte aligned place, or at <paramref name="offset"/>.</summary>
    public int Int8(
        string name, int[] shape, float scale = 0.1f, int zeroPoint = 0, int? rowStride = null, long? offset = null) =>
        Tensor(name, ElementType.Int8, shape, scale, zeroPoint, rowStride, offset);

    public int Float(string name, int[] shape) => Tensor(name, ElementType.Float32, shape, 0, 0, null, null);

    public void Add(OperatorDefinition op) => _operators.Add(op);

    public void Conv(string name, int input, int output, Window window, int groups = 1)
    {
        int channels = _tensors[output].Shape[3];
        Add(new ConvOperator
        {
            Name = name,
            Inputs = [input],
            Outputs = [output],
            Window = window,
            Groups = groups,
            Weights = Weights(channels, window.KernelHeight, window.KernelWidth, _tensors[input].Shape[3] / groups),
            WeightScales = Scales(channels),
            Bias = Bias(channels),
        });
    }

    public int Constant<T>(int[] shape, ReadOnlySpan<T> elements)
        where T : unmanaged
    {
        _constants.Add(ConstantData.From(shape, elements));
        return _constants.Count - 1;
    }

    public int Weights(params int[] shape) =>
        Constant<sbyte>(
            shape, [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => (sbyte)_random.Next(-127, 128))]);

    public int Scales(int channels) =>
        Constant<float>([channels], Enumerable.Range(0, channels).Select(_ => 0.001f + (_random.NextSingle() * 0.01f)).ToArray());

    public int Bias(int channels) =>
        Constant<int>([channels], Enumerable.Range(0, channels).Select(_ => _random.Next(-1000, 1000)).ToArray());

    public byte[] ToBytes() => EdgeModelWriter.ToBytes(Manifest, _constants);

    public EdgeModel Parse() => EdgeModel.Parse(ToBytes());

    private void AddFloatLayers(int image)
    {
        int conv = Float("float-conv", [1, 12, 12, 2]);
        Add(new FloatConvOperator
        {
            Name = "float-conv",
            Inputs = [image],
            Outputs = [conv],
            Window = new Window { KernelHeight = 1, KernelWidth = 1 },
            Weights = Constant<float>([2, 1, 1, 4], [1, -1, 0.5f, 2, 0.25f, 1, -2, 3]),
            Bias = Constant<float>([2], [0.5f, -0.5f]),
            Low = 0,
        });
        int pool = Float("float-pool", [1, 6, 6, 2]);
        Add(new PoolOperator
        {
            Name = "float-pool",
            Inputs = [conv],
            Outputs = [pool],
            Kind = PoolKind.Max,
            Window = new Window { KernelHeight = 2, KernelWidth = 2, StrideY = 2, StrideX = 2 },
        });
        int unary = Float("float-unary", [1, 6, 6, 2]);
        Add(new FloatUnaryOperator
        {
            Name = "float-unary",
            Inputs = [pool],
            Outputs = [unary],
            Kind = FloatUnaryKind.Clip,
            Alpha = 0,
            Beta = 6,
        });
        int factor = ConstantTensor("factor", [1, 2], 0.5f, 2);
        int binary = Float("float-binary", [1, 6, 6, 2]);
        Add(new FloatBinaryOperator
        {
            Name = "float-binary",
            Inputs = [unary, factor],
            Outputs = [binary],
            Kind = FloatBinaryKind.Multiply,
        });
        int normalized = Float("float-lrn", [1, 6, 6, 2]);
        Add(new FloatLrnOperator
        {
            Name = "float-lrn",
            Inputs = [binary],
            Outputs = [normalized],
            Size = 3,
            Alpha = 0.1f,
            Beta = 0.75f,
            Bias = 1,
        });
        int softmax = Float("float-softmax", [1, 6, 6, 2]);
        Add(new FloatSoftmaxOperator { Name = "float-softmax", Inputs = [normalized], Outputs = [softmax], Axis = 3 });
        int mean = Float("float-mean", [1, 2]);
        Add(new FloatReduceMeanOperator { Name = "float-mean", Inputs = [softmax], Outputs = [mean], Axes = [1, 2] });
        int matrix = ConstantTensor("matrix", [2, 3], 1, 2, 3, 4, 5, 6);
        int product = Float("float-matmul", [1, 3]);
        Add(new FloatMatMulOperator { Name = "float-matmul", Inputs = [mean, matrix], Outputs = [product] });
        int quantized = Int8("quantized", [1, 3], 0.05f, -20);
        Add(new QuantizeOperator { Name = "quantize", Inputs = [product], Outputs = [quantized] });
    }

    private int ConstantTensor(string name, int[] shape, params float[] elements)
    {
        int tensor = Float(name, shape);
        _tensors[tensor] = _tensors[tensor] with { Constant = Constant<float>(shape, elements) };
        return tensor;
    }

    private int Tensor(string name, ElementType type, int[] shape, float scale, int zeroPoint, int? rowStride, long? offset)
    {
        int stride = rowStride ?? shape[^1];
        long rows = shape[..^1].Aggregate(1L, (a, b) => a * b), place = offset ?? _arena;
        _arena = Math.Max(_arena, (place + (rows * stride * (type == ElementType.Int8 ? 1 : 4)) + 63) & -64);
        _tensors.Add(new TensorDefinition
        {
            Name = name,
            Type = type,
            Shape = shape,
            Scale = scale,
            ZeroPoint = zeroPoint,
            Offset = place,
            RowStride = stride,
        });
        return _tensors.Count - 1;
    }
}
