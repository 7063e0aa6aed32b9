using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Numerics;

namespace Edge.Runtime.Kernels.Conv;

/// <summary>
/// One convolution with everything a kernel needs to prepare for it. A fully connected layer is the same thing: a kernel
/// as large as its input. Lives only while preparing: the constants are spans.
/// </summary>
internal readonly unsafe ref struct ConvProblem
{
    public required ReadOnlySpan<sbyte> Weights { get; init; }

    public required ReadOnlySpan<float> WeightScales { get; init; }

    public required ReadOnlySpan<int> Bias { get; init; }

    /// <summary>First element of the input image [InputHeight, InputWidth, InputChannels].</summary>
    public required sbyte* Input { get; init; }

    public required int InputHeight { get; init; }
    public required int InputWidth { get; init; }
    public required int InputChannels { get; init; }

    /// <summary>Bytes from one input pixel to the next, at least <see cref="InputChannels"/>.</summary>
    public required int InputStride { get; init; }

    public required float InputScale { get; init; }
    public required int InputZeroPoint { get; init; }

    /// <summary>First element of the output image [OutputHeight, OutputWidth, OutputChannels].</summary>
    public required sbyte* Output { get; init; }

    public required int OutputHeight { get; init; }
    public required int OutputWidth { get; init; }
    public required int OutputChannels { get; init; }

    /// <summary>Bytes from one output pixel to the next, at least <see cref="OutputChannels"/>.</summary>
    public required int OutputStride { get; init; }

    public required float OutputScale { get; init; }
    public required int OutputZeroPoint { get; init; }

    /// <summary>
    /// The output is one pixel of float32: a sum is scaled, at <see cref="OutputScale"/> 1, and not requantized.
    /// </summary>
    public bool IsReal { get; init; }

    public required Window Window { get; init; }
    public required int Groups { get; init; }
    public required int Low { get; init; }
    public required int High { get; init; }

    public int Pixels => OutputHeight * OutputWidth;
    public int KernelSize => Window.KernelHeight * Window.KernelWidth;
    public int GroupInputs => InputChannels / Groups;
    public int GroupOutputs => OutputChannels / Groups;

    /// <summary>Every group reads a single input channel.</summary>
    public bool IsDepthwise => Groups > 1 && GroupInputs == 1;

    public bool HasPadding =>
        (Window.PadTop | Window.PadLeft) != 0
        || ((OutputHeight - 1) * Window.StrideY) + ((Window.KernelHeight - 1) * Window.DilationY) >= InputHeight
        || ((OutputWidth - 1) * Window.StrideX) + ((Window.KernelWidth - 1) * Window.DilationX) >= InputWidth;

    /// <summary>Output pixel i reads input pixel i and no other.</summary>
    public bool IsPointwise =>
        KernelSize == 1 && Window.StrideY == 1 && Window.StrideX == 1 && !HasPadding && OutputWidth == InputWidth;

    public long MultiplyAccumulates => (long)Pixels * OutputChannels * KernelSize * GroupInputs;

    /// <summary>The requantization multiplier of an output channel.</summary>
    public float Multiplier(int output) => Requantization.Multiplier(InputScale, WeightScales[output], OutputScale);

    /// <summary>
    /// Whether the bound |bias| + length · 255 · 127 of every channel's sum shows that it can be converted to int32 once it is
    /// scaled, before it is clamped.
    /// </summary>
    public bool ScaledSumsFitInt32()
    {
        // Half of the range: the products here are rounded, and so are those of the kernels.
        const double Safe = 1L << 30;
        for (int o = 0; o < OutputChannels; o++)
        {
            if (!(SumBound(o) * Multiplier(o) < Safe))
                return false;
        }

        return true;
    }

    private double SumBound(int output) =>
        ((double)KernelSize * GroupInputs * byte.MaxValue * sbyte.MaxValue) + Math.Abs((double)Bias[output]);

    /// <summary>
    /// The start value with which Σ x·w becomes Σ (x − zx)·w + bias, for kernels that add <paramref name="flip"/> to every x.
    /// Wraps around like the sum itself, so that only the final sum has to fit in 32 bits.
    /// </summary>
    public int FoldedBias(int output, int flip) => FoldedBias(output, flip, WeightSums.Of(WeightsOf(output)));

    /// <inheritdoc cref="FoldedBias(int, int)"/>
    public int FoldedBias(int output, int flip, WeightSums sums) =>
        unchecked(Bias[output] - ((InputZeroPoint + flip) * sums.Sum));

    /// <summary>The largest magnitude that an output's sum can have, Σ |x − zx|·|w| + |bias| over the largest x.</summary>
    public long LargestSum(int output, WeightSums sums)
    {
        int largest = Math.Max(InputZeroPoint - sbyte.MinValue, sbyte.MaxValue - InputZeroPoint);
        return Math.Abs((long)Bias[output]) + (largest * (long)sums.Magnitudes);
    }

    /// <summary>That of all outputs.</summary>
    public long LargestSum()
    {
        long largest = 0;
        for (int o = 0; o < OutputChannels; o++)
            largest = Math.Max(largest, LargestSum(o, WeightSums.Of(WeightsOf(o))));
        return largest;
    }

    /// <summary>The weights of an output channel: [kernel row][kernel column][input channel of the group].</summary>
    public ReadOnlySpan<sbyte> WeightsOf(int output)
    {
        int length = KernelSize * GroupInputs;
        return Weights.Slice(output * length, length);
    }

    public static ConvProblem From(ConvOperator op, PreparationContext context)
    {
        TensorView input = context.Tensor(op.Inputs[0]), output = context.Tensor(op.Outputs[0]);
        return new ConvProblem
        {
            Weights = context.Constant<sbyte>(op.Weights),
            WeightScales = context.Constant<float>(op.WeightScales),
            Bias = context.Constant<int>(op.Bias),
            Input = input.Int8,
            InputHeight = input.Height,
            InputWidth = input.Width,
            InputChannels = input.Channels,
            InputStride = input.RowStride,
            InputScale = input.Scale,
            InputZeroPoint = input.ZeroPoint,
            Output = output.Int8,
            OutputHeight = output.Height,
            OutputWidth = output.Width,
            OutputChannels = output.Channels,
            OutputStride = output.RowStride,
            OutputScale = output.Scale,
            OutputZeroPoint = output.ZeroPoint,
            Window = op.Window,
            Groups = op.Groups,
            Low = op.Low,
            High = op.High,
        };
    }

    /// <summary>
    /// A vector in one piece is a 1×1 image; an input whose rows have gaps between them is an image one row high under a
    /// kernel as wide: the weights' order is the same.
    /// </summary>
    public static ConvProblem From(FullyConnectedOperator op, PreparationContext context)
    {
        TensorView input = context.Tensor(op.Inputs[0]), output = context.Tensor(op.Outputs[0]);
        int last = input.Shape[^1], rows = 1;
        foreach (int dimension in input.Shape.AsSpan()[..^1])
            rows *= dimension;
        bool real = output.Definition.Type == ElementType.Float32;
        bool dense = input.RowStride == last;
        int width = dense ? 1 : rows, channels = dense ? rows * last : last;
        return new ConvProblem
        {
            Weights = context.Constant<sbyte>(op.Weights),
            WeightScales = context.Constant<float>(op.WeightScales),
            Bias = context.Constant<int>(op.Bias),
            Input = input.Int8,
            InputHeight = 1,
            InputWidth = width,
            InputChannels = channels,
            InputStride = dense ? channels : input.RowStride,
            InputScale = input.Scale,
            InputZeroPoint = input.ZeroPoint,
            Output = output.Int8,
            OutputHeight = 1,
            OutputWidth = 1,
            OutputChannels = output.Channels,
            OutputStride = output.RowStride,
            OutputScale = real ? 1 : output.Scale,
            OutputZeroPoint = output.ZeroPoint,
            IsReal = real,
            Window = new Window { KernelHeight = 1, KernelWidth = width },
            Groups = 1,
            Low = op.Low,
            High = op.High,
        };
    }
}
