namespace Edge.Quantizer.Graph;

/// <summary>
/// Operator types of a graph. Import brings every opset (7 to 21) to one canonical form: what must be constant is an
/// attribute (never an input), and defaults are spelled out. Images are NCHW until the layout pass, which sets
/// <c>layout = "NHWC"</c> on the nodes it changes (weights of convolutions stay in ONNX order [O, I/g, kH, kW]).
/// </summary>
public static class OpTypes
{
    /// <summary>Inputs x, w [, bias]. kernel_shape, strides, dilations, pads (begin…, end…), group. Fused: see <see cref="FusedLow"/>.</summary>
    public const string Conv = "Conv";

    /// <summary>Inputs x, scale, bias, mean, variance. epsilon.</summary>
    public const string BatchNormalization = "BatchNormalization";

    public const string Relu = "Relu";

    /// <summary>alpha.</summary>
    public const string LeakyRelu = "LeakyRelu";

    /// <summary>Inputs x, slope.</summary>
    public const string PRelu = "PRelu";

    /// <summary>min, max (absent: unbounded).</summary>
    public const string Clip = "Clip";
    public const string Sigmoid = "Sigmoid";

    /// <summary>alpha, beta.</summary>
    public const string HardSigmoid = "HardSigmoid";
    public const string HardSwish = "HardSwish";
    public const string Tanh = "Tanh";

    /// <summary>axis (0 to rank−1). Opset below 13: import wraps it in Reshape so that this one axis suffices.</summary>
    public const string Softmax = "Softmax";

    /// <summary>size, alpha, beta, bias; across channels.</summary>
    public const string Lrn = "LRN";
    public const string Add = "Add";

    /// <summary>One or more inputs.</summary>
    public const string Sum = "Sum";
    public const string Sub = "Sub";
    public const string Mul = "Mul";
    public const string Div = "Div";

    /// <summary>One or more inputs.</summary>
    public const string Max = "Max";

    /// <summary>One or more inputs.</summary>
    public const string Min = "Min";

    /// <summary>axis (0 to rank−1).</summary>
    public const string Concat = "Concat";

    /// <summary>axis, split (sizes, always present).</summary>
    public const string Split = "Split";

    /// <summary>Per axis of the input, clamped: starts, steps, and the output's shape is in sizes.</summary>
    public const string Slice = "Slice";

    /// <summary>pads (begin…, end…, may be negative), mode, value (float).</summary>
    public const string Pad = "Pad";

    /// <summary>kernel_shape, strides, dilations, pads, ceil_mode.</summary>
    public const string MaxPool = "MaxPool";

    /// <summary>kernel_shape, strides, dilations, pads, ceil_mode, count_include_pad.</summary>
    public const string AveragePool = "AveragePool";
    public const string GlobalAveragePool = "GlobalAveragePool";
    public const string GlobalMaxPool = "GlobalMaxPool";

    /// <summary>axes (0 to rank−1, ascending), keepdims.</summary>
    public const string ReduceMean = "ReduceMean";

    /// <summary>alpha, beta, transA, transB. Inputs a, b [, c].</summary>
    public const string Gemm = "Gemm";
    public const string MatMul = "MatMul";

    /// <summary>shape (output dimensions, all known).</summary>
    public const string Reshape = "Reshape";

    /// <summary>axis.</summary>
    public const string Flatten = "Flatten";

    /// <summary>axes.</summary>
    public const string Squeeze = "Squeeze";

    /// <summary>axes.</summary>
    public const string Unsqueeze = "Unsqueeze";

    /// <summary>perm.</summary>
    public const string Transpose = "Transpose";

    /// <summary>mode, coordinate_transformation_mode, nearest_mode, sizes (output dimensions) and scales, both always present.</summary>
    public const string Resize = "Resize";

    /// <summary>ratio: share that training drops; inference passes its input on.</summary>
    public const string Dropout = "Dropout";
    public const string Identity = "Identity";

    /// <summary>to (a <see cref="DataType"/> name).</summary>
    public const string Cast = "Cast";

    /// <summary>Made by a pass from Reshape-Transpose-Reshape. group.</summary>
    public const string ChannelShuffle = "ChannelShuffle";

    /// <summary>Attribute of nodes whose activation was fused: smallest output value (float). Absent: unbounded.</summary>
    public const string FusedLow = "edge_low";

    /// <summary>Attribute of nodes whose activation was fused: largest output value (float). Absent: unbounded.</summary>
    public const string FusedHigh = "edge_high";

    /// <summary>Attribute set to "NHWC" by the layout pass.</summary>
    public const string Layout = "layout";
}
