using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels;
using Edge.Runtime.Kernels.Conv;

namespace Edge.Runtime.Tests.Kernels;

/// <summary>
/// The scalar reference against convolution formulated another way: outputs are scattered from inputs, sums are taken in
/// 64 bits, and rounding follows from the exact product in decimal.
/// </summary>
public sealed class ConvReferenceTests
{
    private static readonly ConvKernel Reference = ConvKernelTable.Kernels.Single(k => k.InstructionSet == InstructionSet.Scalar);

    [Fact]
    public void Hand_computed_pointwise_convolution()
    {
        // x − zx = (1, −2) and (3, 4); w = (10, 20) and (−5, 7); bias 4, −6; m = 0.5·1/0.25·1 = 2 and 0.5·2/0.25 = 4.
        sbyte[] y = Compute(
            [1, 1, 2, 2], [11, 8, 13, 14], 10, [1, 1, 2, 2], 3, 1, [10, 20, -5, 7], [1, 2], [4, -6],
            new() { KernelHeight = 1, KernelWidth = 1 });

        // acc = 10 − 40 + 4 = −26, −5 − 14 − 6 = −25; 30 + 80 + 4 = 114, −15 + 28 − 6 = 7.
        Assert.Equal([(sbyte)(-52 + 3), (sbyte)(-100 + 3), (sbyte)127, (sbyte)(28 + 3)], y);
    }

    [Fact]
    public void Padding_reads_as_the_zero_point_and_only_there()
    {
        // One pixel of value 3 under a 3×3 kernel of ones padded by one: every position sees it once.
        sbyte[] y = Compute(
            [1, 1, 1, 1], [3], 0, [1, 1, 1, 1], 0, 1, [1, 2, 3, 4, 5, 6, 7, 8, 9], [0.5f], [0],
            new() { KernelHeight = 3, KernelWidth = 3, PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1 });
        Assert.Equal([(sbyte)15], y);

        // Asymmetric: padded only above and to the left, the pixel meets the kernel's last tap.
        y = Compute(
            [1, 1, 1, 1], [3], 7, [1, 1, 1, 1], 0, 1, [1, 2, 3, 4, 5, 6, 7, 8, 9], [0.5f], [0],
            new() { KernelHeight = 3, KernelWidth = 3, PadTop = 2, PadLeft = 2 });
        Assert.Equal([(sbyte)-36], y);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 2)]
    [InlineData(5, 2)]
    [InlineData(-1, 0)]
    [InlineData(-3, -2)]
    public void A_tie_goes_to_the_even_neighbour(int sum, int expected)
    {
        sbyte[] y = Compute(
            [1, 1, 1, 1], [(sbyte)sum], 0, [1, 1, 1, 1], 0, 1, [1], [0.25f], [0], new() { KernelHeight = 1, KernelWidth = 1 });
        Assert.Equal([(sbyte)expected], y);
    }

    [Fact]
    public void Every_case_equals_the_scattered_sum()
    {
        foreach (ConvCase problem in ConvCases.For(new TileShape(2, 3, 2)))
            Assert.True(problem.Run(Reference).AsSpan().SequenceEqual(Scattered(problem)), problem.ToString());
    }

    private static sbyte[] Compute(
        int[] shape, sbyte[] input, int zeroPoint, int[] outputShape, int outputZeroPoint, int groups,
        sbyte[] weights, float[] scales, int[] bias, Window window)
    {
        using var harness = new KernelHarness(InstructionSet.Scalar);
        var op = new ConvOperator
        {
            Name = "hand",
            Inputs = [harness.AddInt8(shape, input, 0.5f, zeroPoint)],
            Outputs = [harness.AddInt8(outputShape, null, 0.25f, outputZeroPoint)],
            Window = window,
            Groups = groups,
            Weights = harness.AddConstant(weights),
            WeightScales = harness.AddConstant(scales),
            Bias = harness.AddConstant(bias),
        };
        harness.Run(KernelFactory.Prepare(op, harness));
        return harness.Read<sbyte>(op.Outputs[0]);
    }

    private static sbyte[] Scattered(ConvCase problem)
    {
        using var harness = new KernelHarness(InstructionSet.Scalar);
        ConvOperator op = problem.Build(harness);
        sbyte[] input = harness.Read<sbyte>(0);
        ReadOnlySpan<sbyte> weights = harness.Constant<sbyte>(op.Weights);
        int outputs = problem.Outputs, groupInputs = problem.Inputs / problem.Groups, groupOutputs = outputs / problem.Groups;
        int kernelSize = problem.KernelHeight * problem.KernelWidth;
        var sums = new long[problem.OutputHeight, problem.OutputWidth, outputs];

        // Every input element is sent to all the outputs that it has a part in.
        for (int i = 0; i < input.Length; i++)
        {
            int c = i % problem.Inputs, x = i / problem.Inputs % problem.Width, y = i / problem.Inputs / problem.Width;
            int firstOutput = c / groupInputs * groupOutputs;
            for (int tap = 0; tap < kernelSize; tap++)
            {
                int down = y + problem.PadTop - (tap / problem.KernelWidth * problem.DilationY);
                int right = x + problem.PadLeft - (tap % problem.KernelWidth * problem.DilationX);
                (int oy, int offRow) = Math.DivRem(down, problem.StrideY);
                (int ox, int offColumn) = Math.DivRem(right, problem.StrideX);
                bool reached = down >= 0 && offRow == 0 && oy < problem.OutputHeight
                    && right >= 0 && offColumn == 0 && ox < problem.OutputWidth;
                for (int o = firstOutput; reached && o < firstOutput + groupOutputs; o++)
                {
                    sbyte weight = weights[(((o * kernelSize) + tap) * groupInputs) + (c % groupInputs)];
                    sums[oy, ox, o] += (long)(input[i] - problem.InputZeroPoint) * weight;
                }
            }
        }

        return [.. sums.Cast<long>().Select((sum, i) => Quantized(problem, harness, op, sum, i % outputs))];
    }

    private static sbyte Quantized(ConvCase problem, KernelHarness harness, ConvOperator op, long sum, int output)
    {
        // A double holds the product of two float32 exactly; the cast rounds it once, as float32 arithmetic does.
        float multiplier = harness.Constant<float>(op.WeightScales)[output] / harness.Tensor(1).Scale;
        float scaled = (float)((double)(float)(int)(sum + harness.Constant<int>(op.Bias)[output]) * multiplier);
        decimal lowest = problem.Low - problem.OutputZeroPoint, highest = problem.High - problem.OutputZeroPoint;
        decimal clamped = scaled <= (float)lowest ? lowest : scaled >= (float)highest ? highest : (decimal)(double)scaled;
        return (sbyte)(Math.Round(clamped, MidpointRounding.ToEven) + problem.OutputZeroPoint);
    }
}
