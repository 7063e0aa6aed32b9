using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Conv;

namespace Edge.Runtime.Tests.Kernels;

/// <summary>
/// Winograd's sums come out modulo 2²⁶: it may be used only where the weights bound them, and is right up to there.
/// </summary>
public sealed class WinogradExactnessTests
{
    private const int Inputs = 229, Outputs = 16, Height = 10, Width = 10;

    /// <summary>128·Σ|w| of 229 input channels whose weights are all −127, under 3×3 taps.</summary>
    private const int LargestSum = 128 * 127 * 9 * Inputs;

    [Theory]
    [InlineData((1 << 25) - 1 - LargestSum, true)]
    [InlineData((1 << 25) - LargestSum, false)]
    [InlineData(-((1 << 25) - 1 - LargestSum), true)]
    [InlineData(-((1 << 25) - LargestSum), false)]
    public void Only_sums_below_2_to_the_25_are_accepted(int bias, bool accepted)
    {
        using var harness = new KernelHarness(InstructionSet.Scalar);
        Assert.Equal(accepted, Winograd4x4Neon.Accepts(Build(harness, bias, activation: 0, weight: -127)));
    }

    [Fact]
    public void The_zero_points_share_counts()
    {
        using var harness = new KernelHarness(InstructionSet.Scalar);
        Assert.False(Winograd4x4Neon.Accepts(Build(harness, 0, activation: 0, weight: -127, zeroPoint: 1)));
    }

    [InstructionSetTheory(InstructionSet.Neon)]
    [InlineData(-128, -127, 1)]
    [InlineData(-128, 127, -1)]
    [InlineData(127, -127, -1)]
    public void The_largest_sums_that_are_accepted_are_exact(sbyte activation, sbyte weight, int sign)
    {
        int bias = sign * ((1 << 25) - 1 - LargestSum);
        Assert.Equal(
            Run(nameof(ConvScalar), InstructionSet.Scalar, bias, activation, weight),
            Run(nameof(Winograd4x4Neon), InstructionSet.Neon, bias, activation, weight));
    }

    private static sbyte[] Run(string name, InstructionSet set, int bias, sbyte activation, sbyte weight)
    {
        using var harness = new KernelHarness(set);
        ConvProblem problem = Build(harness, bias, activation, weight);
        ConvKernel kernel = ConvKernelTable.Kernels.Single(k => k.Name == name);
        Assert.True(kernel.Accepts(problem));
        harness.Run(kernel.Prepare(problem, harness));
        return harness.Read<sbyte>(1);
    }

    /// <summary>Without padding, so that every output has the same sum.</summary>
    private static ConvProblem Build(KernelHarness harness, int bias, sbyte activation, sbyte weight, int zeroPoint = 0)
    {
        int outputHeight = Height - 2, outputWidth = Width - 2;
        harness.AddInt8([1, Height, Width, Inputs], Repeat(activation, Height * Width * Inputs), 1f, zeroPoint);
        harness.AddInt8([1, outputHeight, outputWidth, Outputs], null, (1 << 25) / 100f);
        return ConvProblem.From(
            new ConvOperator
            {
                Name = "bound",
                Inputs = [0],
                Outputs = [1],
                Window = new Window { KernelHeight = 3, KernelWidth = 3 },
                Weights = harness.AddConstant(Repeat(weight, Outputs * 9 * Inputs)),
                WeightScales = harness.AddConstant(Repeat(1f, Outputs)),
                Bias = harness.AddConstant(Repeat(bias, Outputs)),
            },
            harness);
    }

    private static T[] Repeat<T>(T value, int count) => [.. Enumerable.Repeat(value, count)];
}
