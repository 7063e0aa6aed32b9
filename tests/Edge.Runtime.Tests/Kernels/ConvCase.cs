using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Conv;

namespace Edge.Runtime.Tests.Kernels;

/// <summary>What fills the operands of a case.</summary>
public enum ConvFill
{
    Random,

    /// <summary>Every product is −128·−127: the largest sums there are.</summary>
    LargestSums,

    /// <summary>Only the ends of both ranges, in random order.</summary>
    Extremes,

    /// <summary>Small numbers and multipliers of 1/2: every second result is a tie.</summary>
    Ties,

    /// <summary>Scaled sums far beyond int32, of both signs.</summary>
    Overflow,
}

/// <summary>One convolution to compute with some kernel, its operands derived from its own parameters.</summary>
public sealed record ConvCase(int Height, int Width, int Inputs, int Outputs)
{
    public int KernelHeight { get; init; } = 1;
    public int KernelWidth { get; init; } = 1;
    public int StrideY { get; init; } = 1;
    public int StrideX { get; init; } = 1;
    public int DilationY { get; init; } = 1;
    public int DilationX { get; init; } = 1;
    public int PadTop { get; init; }
    public int PadLeft { get; init; }
    public int PadBottom { get; init; }
    public int PadRight { get; init; }
    public int Groups { get; init; } = 1;
    public int InputZeroPoint { get; init; } = 5;
    public int OutputZeroPoint { get; init; } = -7;
    public int Low { get; init; } = -128;
    public int High { get; init; } = 127;

    /// <summary>Bytes between the pixels of the input and of the output that belong to other tensors.</summary>
    public int InputGap { get; init; }
    public int OutputGap { get; init; }
    public int Workers { get; init; } = 1;
    public ConvFill Fill { get; init; }

    /// <summary>Where not 0, biases reach as far as sums below 2 to this power allow.</summary>
    public int SumBits { get; init; }

    public int OutputHeight => ((Height + PadTop + PadBottom - (DilationY * (KernelHeight - 1)) - 1) / StrideY) + 1;
    public int OutputWidth => ((Width + PadLeft + PadRight - (DilationX * (KernelWidth - 1)) - 1) / StrideX) + 1;

    public ConvCase Square(int kernel, int stride, int pad, int dilation = 1) => this with
    {
        KernelHeight = kernel,
        KernelWidth = kernel,
        StrideY = stride,
        StrideX = stride,
        DilationY = dilation,
        DilationX = dilation,
        PadTop = pad,
        PadLeft = pad,
        PadBottom = pad,
        PadRight = pad,
    };

    /// <summary>Puts the tensors and constants into a harness; the input is tensor 0, the output tensor 1.</summary>
    internal ConvOperator Build(KernelHarness harness)
    {
        var random = new Random((Height * 31) + (Width * 37) + (Inputs * 41) + (Outputs * 43) + KernelHeight + (int)Fill);
        int groupInputs = Inputs / Groups, length = KernelHeight * KernelWidth * groupInputs;
        var input = new sbyte[Height * Width * Inputs];
        var weights = new sbyte[Outputs * length];
        for (int i = 0; i < input.Length; i++)
            input[i] = Activation(random);
        for (int i = 0; i < weights.Length; i++)
            weights[i] = Weight(random);
        var bias = new int[Outputs];
        var scales = new float[Outputs];
        for (int o = 0; o < Outputs; o++)
        {
            bias[o] = Fill == ConvFill.Ties ? random.Next(-3, 4) : random.Next(-500, 500) * length;
            scales[o] = Fill == ConvFill.Ties ? 0.5f : 0.5f + random.NextSingle();
            if (SumBits == 0)
                continue;
            int largest = (1 << SumBits) - 1 - (length * byte.MaxValue * sbyte.MaxValue);
            bias[o] = (o % 4) switch { 0 => largest, 1 => -largest, _ => random.Next(-largest, largest) };
        }

        // Results then spread over the whole output range, some beyond it.
        float outputScale = Fill switch
        {
            ConvFill.Ties => 1f,
            ConvFill.LargestSums => length * 200f,
            ConvFill.Overflow => 1e-7f,
            _ when SumBits > 0 => (1 << SumBits) / 200f,
            _ => MathF.Sqrt(length) * 60f,
        };
        harness.AddInt8([1, Height, Width, Inputs], input, 1f, InputZeroPoint, Inputs + InputGap);
        harness.AddInt8([1, OutputHeight, OutputWidth, Outputs], null, outputScale, OutputZeroPoint, Outputs + OutputGap);
        return new ConvOperator
        {
            Name = "case",
            Inputs = [0],
            Outputs = [1],
            Window = new Window
            {
                KernelHeight = KernelHeight,
                KernelWidth = KernelWidth,
                StrideY = StrideY,
                StrideX = StrideX,
                DilationY = DilationY,
                DilationX = DilationX,
                PadTop = PadTop,
                PadLeft = PadLeft,
                PadBottom = PadBottom,
                PadRight = PadRight,
            },
            Groups = Groups,
            Weights = harness.AddConstant(weights),
            WeightScales = harness.AddConstant(scales),
            Bias = harness.AddConstant(bias),
            Low = Low,
            High = High,
        };
    }

    /// <summary>The kernel's output, or null when the kernel is not meant for such a case.</summary>
    internal sbyte[]? Run(ConvKernel kernel)
    {
        using var harness = new KernelHarness(kernel.InstructionSet, Workers);
        ConvOperator op = Build(harness);
        ConvProblem problem = ConvProblem.From(op, harness);
        if (!kernel.Accepts(problem))
            return null;
        harness.Run(kernel.Prepare(problem, harness));
        return harness.Read<sbyte>(1);
    }

    private sbyte Activation(Random random) => Fill switch
    {
        ConvFill.LargestSums => -128,
        ConvFill.Extremes => random.Next(2) == 0 ? (sbyte)-128 : (sbyte)127,
        ConvFill.Ties => (sbyte)random.Next(-4, 5),
        _ => (sbyte)random.Next(-128, 128),
    };

    private sbyte Weight(Random random) => Fill switch
    {
        ConvFill.LargestSums => -127,
        ConvFill.Extremes => random.Next(2) == 0 ? (sbyte)-127 : (sbyte)127,
        ConvFill.Ties => (sbyte)random.Next(-2, 3),
        _ => (sbyte)random.Next(-127, 128),
    };
}
