namespace Edge.Runtime.Format;

/// <content>The operators, each by the name that <see cref="OperatorDefinition"/> gives its kind.</content>
internal static partial class ManifestReader
{
    private static OperatorDefinition Operator(JsonMembers m)
    {
        string kind = m.Text("op"), name = m.Text("name");
        int[] inputs = m.Ints("inputs"), outputs = m.Ints("outputs");
        return kind switch
        {
            "conv" => Conv(m, name, inputs, outputs),
            "fully-connected" => FullyConnected(m, name, inputs, outputs),
            "pool" => Pool(m, name, inputs, outputs),
            "add" => new AddOperator
            {
                Name = name,
                Inputs = inputs,
                Outputs = outputs,
                Low = m.Int("low"),
                High = m.Int("high"),
            },
            "concat" => new ConcatOperator { Name = name, Inputs = inputs, Outputs = outputs, Axis = m.Int("axis") },
            "slice" => new SliceOperator
            {
                Name = name,
                Inputs = inputs,
                Outputs = outputs,
                Begin = m.Ints("begin"),
                Step = m.Ints("step"),
            },
            "channel-shuffle" => new ChannelShuffleOperator
            {
                Name = name,
                Inputs = inputs,
                Outputs = outputs,
                Groups = m.Int("groups"),
            },
            "reshape" => new ReshapeOperator { Name = name, Inputs = inputs, Outputs = outputs },
            "transpose" => new TransposeOperator
            {
                Name = name,
                Inputs = inputs,
                Outputs = outputs,
                Permutation = m.Ints("permutation"),
            },
            "pad" => Pad(m, name, inputs, outputs),
            "lookup" => new LookupOperator { Name = name, Inputs = inputs, Outputs = outputs, Table = m.Int("table") },
            "softmax" => new SoftmaxOperator
            {
                Name = name,
                Inputs = inputs,
                Outputs = outputs,
                Exponentials = m.Int("exponentials"),
            },
            "resize" => Resize(m, name, inputs, outputs),
            "quantize" => new QuantizeOperator { Name = name, Inputs = inputs, Outputs = outputs },
            "dequantize" => new DequantizeOperator { Name = name, Inputs = inputs, Outputs = outputs },
            "float-conv" => FloatConv(m, name, inputs, outputs),
            "float-unary" => FloatUnary(m, name, inputs, outputs),
            "float-binary" => new FloatBinaryOperator
            {
                Name = name,
                Inputs = inputs,
                Outputs = outputs,
                Kind = m.Choice<FloatBinaryKind>("kind"),
            },
            "float-softmax" => new FloatSoftmaxOperator { Name = name, Inputs = inputs, Outputs = outputs, Axis = m.Int("axis") },
            "float-lrn" => FloatLrn(m, name, inputs, outputs),
            "float-matmul" => new FloatMatMulOperator { Name = name, Inputs = inputs, Outputs = outputs },
            "float-reduce-mean" => new FloatReduceMeanOperator
            {
                Name = name,
                Inputs = inputs,
                Outputs = outputs,
                Axes = m.Ints("axes"),
            },
            _ => throw new JsonMemberException("op", $"there is no operator '{kind}'"),
        };
    }

    private static Window Window(JsonMembers m) => new()
    {
        KernelHeight = m.Int("kernelHeight"),
        KernelWidth = m.Int("kernelWidth"),
        StrideY = m.Int("strideY"),
        StrideX = m.Int("strideX"),
        DilationY = m.Int("dilationY"),
        DilationX = m.Int("dilationX"),
        PadTop = m.Int("padTop"),
        PadLeft = m.Int("padLeft"),
        PadBottom = m.Int("padBottom"),
        PadRight = m.Int("padRight"),
    };

    private static ConvOperator Conv(JsonMembers m, string name, int[] inputs, int[] outputs) => new()
    {
        Name = name,
        Inputs = inputs,
        Outputs = outputs,
        Window = m.Object("window", Window),
        Groups = m.Int("groups"),
        Weights = m.Int("weights"),
        WeightScales = m.Int("weightScales"),
        Bias = m.Int("bias"),
        Low = m.Int("low"),
        High = m.Int("high"),
    };

    private static FullyConnectedOperator FullyConnected(JsonMembers m, string name, int[] inputs, int[] outputs) => new()
    {
        Name = name,
        Inputs = inputs,
        Outputs = outputs,
        Weights = m.Int("weights"),
        WeightScales = m.Int("weightScales"),
        Bias = m.Int("bias"),
        Low = m.Int("low"),
        High = m.Int("high"),
    };

    private static PoolOperator Pool(JsonMembers m, string name, int[] inputs, int[] outputs) => new()
    {
        Name = name,
        Inputs = inputs,
        Outputs = outputs,
        Kind = m.Choice<PoolKind>("kind"),
        Window = m.Object("window", Window),
        CountIncludePad = m.Bool("countIncludePad"),
        Low = m.Int("low"),
        High = m.Int("high"),
    };

    private static PadOperator Pad(JsonMembers m, string name, int[] inputs, int[] outputs) => new()
    {
        Name = name,
        Inputs = inputs,
        Outputs = outputs,
        Before = m.Ints("before"),
        After = m.Ints("after"),
        Mode = m.Choice<PadMode>("mode"),
        Value = m.Single("value"),
    };

    private static ResizeOperator Resize(JsonMembers m, string name, int[] inputs, int[] outputs) => new()
    {
        Name = name,
        Inputs = inputs,
        Outputs = outputs,
        Mode = m.Choice<ResizeMode>("mode"),
        Coordinates = m.Choice<CoordinateMode>("coordinates"),
        Rounding = m.Choice<NearestRounding>("rounding"),
        ScaleY = m.Single("scaleY"),
        ScaleX = m.Single("scaleX"),
    };

    private static FloatConvOperator FloatConv(JsonMembers m, string name, int[] inputs, int[] outputs) => new()
    {
        Name = name,
        Inputs = inputs,
        Outputs = outputs,
        Window = m.Object("window", Window),
        Groups = m.Int("groups"),
        Weights = m.Int("weights"),
        Bias = m.Int("bias"),
        Low = m.SingleOrNull("low"),
        High = m.SingleOrNull("high"),
    };

    private static FloatUnaryOperator FloatUnary(JsonMembers m, string name, int[] inputs, int[] outputs) => new()
    {
        Name = name,
        Inputs = inputs,
        Outputs = outputs,
        Kind = m.Choice<FloatUnaryKind>("kind"),
        Alpha = m.SingleOrNull("alpha"),
        Beta = m.SingleOrNull("beta"),
    };

    private static FloatLrnOperator FloatLrn(JsonMembers m, string name, int[] inputs, int[] outputs) => new()
    {
        Name = name,
        Inputs = inputs,
        Outputs = outputs,
        Size = m.Int("size"),
        Alpha = m.Single("alpha"),
        Beta = m.Single("beta"),
        Bias = m.Single("bias"),
    };
}
