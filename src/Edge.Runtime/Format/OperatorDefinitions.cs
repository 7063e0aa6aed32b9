using System.Text.Json.Serialization;

namespace Edge.Runtime.Format;

/// <summary>
/// One step of a packed model. <see cref="Inputs"/> and <see cref="Outputs"/> index <see cref="ModelManifest.Tensors"/>;
/// operators stand in execution order.
/// </summary>
[JsonPolymorphic(
    TypeDiscriminatorPropertyName = "op", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(ConvOperator), "conv")]
[JsonDerivedType(typeof(FullyConnectedOperator), "fully-connected")]
[JsonDerivedType(typeof(PoolOperator), "pool")]
[JsonDerivedType(typeof(AddOperator), "add")]
[JsonDerivedType(typeof(ConcatOperator), "concat")]
[JsonDerivedType(typeof(SliceOperator), "slice")]
[JsonDerivedType(typeof(ChannelShuffleOperator), "channel-shuffle")]
[JsonDerivedType(typeof(ReshapeOperator), "reshape")]
[JsonDerivedType(typeof(TransposeOperator), "transpose")]
[JsonDerivedType(typeof(PadOperator), "pad")]
[JsonDerivedType(typeof(LookupOperator), "lookup")]
[JsonDerivedType(typeof(SoftmaxOperator), "softmax")]
[JsonDerivedType(typeof(ResizeOperator), "resize")]
[JsonDerivedType(typeof(QuantizeOperator), "quantize")]
[JsonDerivedType(typeof(DequantizeOperator), "dequantize")]
[JsonDerivedType(typeof(FloatConvOperator), "float-conv")]
[JsonDerivedType(typeof(FloatUnaryOperator), "float-unary")]
[JsonDerivedType(typeof(FloatBinaryOperator), "float-binary")]
[JsonDerivedType(typeof(FloatSoftmaxOperator), "float-softmax")]
[JsonDerivedType(typeof(FloatLrnOperator), "float-lrn")]
[JsonDerivedType(typeof(FloatMatMulOperator), "float-matmul")]
[JsonDerivedType(typeof(FloatReduceMeanOperator), "float-reduce-mean")]
public abstract record OperatorDefinition
{
    /// <summary>The node's name in the source model.</summary>
    public required string Name { get; init; }

    public required int[] Inputs { get; init; }

    public required int[] Outputs { get; init; }
}

/// <summary>A sliding window over the two spatial dimensions of an NHWC image.</summary>
public sealed record Window
{
    public required int KernelHeight { get; init; }
    public required int KernelWidth { get; init; }
    public int StrideY { get; init; } = 1;
    public int StrideX { get; init; } = 1;
    public int DilationY { get; init; } = 1;
    public int DilationX { get; init; } = 1;
    public int PadTop { get; init; }
    public int PadLeft { get; init; }
    public int PadBottom { get; init; }
    public int PadRight { get; init; }
}

/// <summary>
/// Int8 convolution, grouped or depthwise. Input and output [1, H, W, C]. Padding reads as real 0 (the input's zero point).
/// acc = bias[o] + Σ (x − zx)·w; y = requantize(acc, m[o]) with m[o] = (sx·sw[o]) / sy in float32, clamped to [Low, High].
/// </summary>
public sealed record ConvOperator : OperatorDefinition
{
    public required Window Window { get; init; }
    public int Groups { get; init; } = 1;

    /// <summary>Constant: int8 in [-127, 127], [output, kernel row, kernel column, input of the group].</summary>
    public required int Weights { get; init; }

    /// <summary>Constant: float32 [output], one symmetric scale per output channel, finite and positive.</summary>
    public required int WeightScales { get; init; }

    /// <summary>Constant: int32 [output] at scale input·weight.</summary>
    public required int Bias { get; init; }

    /// <summary>Smallest and largest output value: a fused ReLU or ReLU6 is nothing else than these bounds.</summary>
    public int Low { get; init; } = -128;
    public int High { get; init; } = 127;
}

/// <summary>
/// Int8 matrix-vector product over the whole input, read in memory order: weights [outputs, inputs]. Same arithmetic as
/// <see cref="ConvOperator"/>. A float32 output takes the sums as they are, y = float(acc)·(sx·sw[o]), and has no bounds: a classifier's
/// logits, which no rounding ties and no range cuts off.
/// </summary>
public sealed record FullyConnectedOperator : OperatorDefinition
{
    public required int Weights { get; init; }
    public required int WeightScales { get; init; }
    public required int Bias { get; init; }
    public int Low { get; init; } = -128;
    public int High { get; init; } = 127;
}

public enum PoolKind
{
    Max,
    Average,
}

/// <summary>
/// Pooling of an int8 or float32 image; a global pool is a window as large as the image. Positions in the padding never
/// win a maximum. Int8 max: input and output have the same scale and zero point. Int8 average: the integer sum of (x − zx)
/// over the window becomes y = requantize(sum, m) with m = sx / (sy · count) in float32, or with a float32 output
/// y = float(sum)·(sx / count).
/// </summary>
public sealed record PoolOperator : OperatorDefinition
{
    public required PoolKind Kind { get; init; }
    public required Window Window { get; init; }

    /// <summary>Average only: whether padded positions (inside the declared padding) count in the divisor.</summary>
    public bool CountIncludePad { get; init; }

    public int Low { get; init; } = -128;
    public int High { get; init; } = 127;
}

/// <summary>
/// Int8 sum of two tensors of one shape:
/// y = round(clamp(float(a − za)·(sa/sy) + float(b − zb)·(sb/sy), Low − zy, High − zy)) + zy, in float32, ties to even,
/// every product and the sum rounded on its own (no fused multiply-add).
/// </summary>
public sealed record AddOperator : OperatorDefinition
{
    public int Low { get; init; } = -128;
    public int High { get; init; } = 127;
}

/// <summary>
/// Concatenation, int8 or float32. An input that already lies in its place in the output is not touched; others are copied,
/// and requantized by y = round(clamp(float(x − zx)·(sx/sy), −128 − zy, 127 − zy)) + zy where scale or zero point differ.
/// </summary>
public sealed record ConcatOperator : OperatorDefinition
{
    public required int Axis { get; init; }
}

/// <summary>
/// A box of the input: output[i…] = input[begin + step·i…]. An output that lies in its place inside the input is not touched.
/// </summary>
public sealed record SliceOperator : OperatorDefinition
{
    /// <summary>First index per axis.</summary>
    public required int[] Begin { get; init; }

    /// <summary>Step per axis, not 0; negative runs backwards.</summary>
    public required int[] Step { get; init; }
}

/// <summary>Channel shuffle (ShuffleNet): output channel j·groups + g is input channel g·(C/groups) + j.</summary>
public sealed record ChannelShuffleOperator : OperatorDefinition
{
    public required int Groups { get; init; }
}

/// <summary>The same elements in the same order under another shape; no bytes move when both lie at one offset.</summary>
public sealed record ReshapeOperator : OperatorDefinition;

/// <summary>output.Shape[i] = input.Shape[Permutation[i]].</summary>
public sealed record TransposeOperator : OperatorDefinition
{
    public required int[] Permutation { get; init; }
}

public enum PadMode
{
    Constant,
    Edge,
    Reflect,
}

/// <summary>Padding in front of and behind each axis.</summary>
public sealed record PadOperator : OperatorDefinition
{
    public required int[] Before { get; init; }
    public required int[] After { get; init; }
    public PadMode Mode { get; init; }

    /// <summary>Real value for <see cref="PadMode.Constant"/>; int8 tensors pad with its quantized value.</summary>
    public float Value { get; init; }
}

/// <summary>
/// Int8 function of one variable by table: y = Table[x + 128]. Also serves as the change from one scale to another.
/// </summary>
public sealed record LookupOperator : OperatorDefinition
{
    /// <summary>Constant: int8 [256].</summary>
    public required int Table { get; init; }
}

/// <summary>
/// Softmax over the last axis, int8 in, float32 out. With d = max(x) − x (0 to 255): p = E[d] / Σ E[d], the sum taken in
/// index order in float32, E[d] = exp(−sx·d) from the file.
/// </summary>
public sealed record SoftmaxOperator : OperatorDefinition
{
    /// <summary>Constant: float32 [256].</summary>
    public required int Exponentials { get; init; }
}

public enum ResizeMode
{
    Nearest,
    Bilinear,
}

/// <summary>How an output index maps to an input coordinate (ONNX Resize's names).</summary>
public enum CoordinateMode
{
    HalfPixel,
    PytorchHalfPixel,
    AlignCorners,
    Asymmetric,
}

/// <summary>How <see cref="ResizeMode.Nearest"/> rounds a coordinate (ONNX Resize's names).</summary>
public enum NearestRounding
{
    RoundPreferFloor,
    RoundPreferCeil,
    Floor,
    Ceil,
}

/// <summary>
/// Resizes height and width of an NHWC image, int8 (input and output share scale and zero point) or float32. Int8 bilinear:
/// weights and sums in float32 in the order of the scalar reference, then round to even.
/// </summary>
public sealed record ResizeOperator : OperatorDefinition
{
    public required ResizeMode Mode { get; init; }
    public required CoordinateMode Coordinates { get; init; }
    public NearestRounding Rounding { get; init; }

    /// <summary>Output pixels per input pixel, vertical and horizontal, as the model states them.</summary>
    public required float ScaleY { get; init; }
    public required float ScaleX { get; init; }
}

/// <summary>Float32 to int8: q = round(clamp(x / s, −128 − z, 127 − z)) + z, ties to even.</summary>
public sealed record QuantizeOperator : OperatorDefinition;

/// <summary>Int8 to float32: x = s · float(q − z).</summary>
public sealed record DequantizeOperator : OperatorDefinition;

/// <summary>Convolution of a layer that stays in float32; fully connected layers are 1×1 convolutions here.</summary>
public sealed record FloatConvOperator : OperatorDefinition
{
    public required Window Window { get; init; }
    public int Groups { get; init; } = 1;

    /// <summary>Constant: float32 [output, kernel row, kernel column, input of the group].</summary>
    public required int Weights { get; init; }

    /// <summary>Constant: float32 [output].</summary>
    public required int Bias { get; init; }

    /// <summary>Fused bounds of the output; null where unbounded (JSON has no infinity).</summary>
    public float? Low { get; init; }
    public float? High { get; init; }
}

public enum FloatUnaryKind
{
    /// <summary>min(max(x, Alpha), Beta).</summary>
    Clip,

    /// <summary>x for x ≥ 0, else Alpha·x.</summary>
    LeakyRelu,

    /// <summary>1 / (1 + exp(−x)).</summary>
    Sigmoid,

    /// <summary>clamp(Alpha·x + Beta, 0, 1).</summary>
    HardSigmoid,

    /// <summary>x · clamp(x/6 + 0.5, 0, 1).</summary>
    HardSwish,

    Tanh,
}

public sealed record FloatUnaryOperator : OperatorDefinition
{
    public required FloatUnaryKind Kind { get; init; }

    /// <summary>Parameters of <see cref="Kind"/>; null means its default, for Clip unbounded.</summary>
    public float? Alpha { get; init; }
    public float? Beta { get; init; }
}

public enum FloatBinaryKind
{
    Add,
    Subtract,
    Multiply,
    Divide,
    Max,
    Min,

    /// <summary>First operand for values ≥ 0, else first · second.</summary>
    PRelu,
}

/// <summary>Element by element with NumPy broadcasting; either operand may be a constant tensor.</summary>
public sealed record FloatBinaryOperator : OperatorDefinition
{
    public required FloatBinaryKind Kind { get; init; }
}

/// <summary>
/// exp(x − max) / Σ exp(x − max), the sum in index order in float64; exp is <see cref="Numerics.Exponential"/>, the same on every machine.
/// </summary>
public sealed record FloatSoftmaxOperator : OperatorDefinition
{
    public required int Axis { get; init; }
}

/// <summary>
/// Local response normalization across the last axis: y = x / (Bias + Alpha/Size · Σ x²)^Beta. A power of 0.75 is √s·√√s, which is
/// the same on every machine; others are the C library's.
/// </summary>
public sealed record FloatLrnOperator : OperatorDefinition
{
    public required int Size { get; init; }
    public required float Alpha { get; init; }
    public required float Beta { get; init; }
    public required float Bias { get; init; }
}

/// <summary>Matrix product of the last two axes with NumPy broadcasting of the others.</summary>
public sealed record FloatMatMulOperator : OperatorDefinition;

public sealed record FloatReduceMeanOperator : OperatorDefinition
{
    /// <summary>Axes that are averaged, ascending; the output keeps them as 1 or drops them: its shape tells.</summary>
    public required int[] Axes { get; init; }
}
