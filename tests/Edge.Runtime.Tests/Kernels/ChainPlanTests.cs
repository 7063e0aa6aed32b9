using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Conv;

namespace Edge.Runtime.Tests.Kernels;

/// <summary>Chains of four int16 products are used up to the bound, never beyond it, and stay exact there.</summary>
public sealed unsafe class ChainPlanTests
{
    private const int Steps = 9, Channels = 8;

    [Theory]
    [InlineData(63, 4, 1)]
    [InlineData(64, 0, 9)]
    [InlineData(-63, 4, 1)]
    [InlineData(-64, 0, 9)]
    public void Two_steps_are_a_pair_while_their_weights_add_up_to_255(sbyte oddLanes, int pairs, int singles)
    {
        sbyte[] weights = [.. Weights(1, oddLanes).Chunk(ChainPlan.Step).SelectMany(step => (sbyte[])[.. step, .. step])];
        var plan = new int[ChainPlan.Length(taps: 1, Steps)];
        fixed (sbyte* w = weights)
        fixed (int* p = plan)
            ChainPlan.Make(w, taps: 1, Steps, channels: 2, p);
        Assert.Equal((pairs, singles), (plan[0], plan[1]));
    }

    [Fact]
    public void Pairs_come_first_and_every_step_comes_once()
    {
        var random = new Random(5);
        var weights = new sbyte[2 * Steps * Channels * ChainPlan.Step];
        for (int i = 0; i < weights.Length; i++)
            weights[i] = (sbyte)(random.Next(2) == 0 ? -127 : 127);

        // Any two of these fit together, and none with another.
        foreach (int step in (int[])[1, 3, 6, 7, 8])
            weights.AsSpan(step * Channels * ChainPlan.Step, Channels * ChainPlan.Step).Fill((sbyte)(10 + step));
        sbyte[] ordered = [.. weights];
        var plan = new int[ChainPlan.Length(taps: 2, Steps)];
        fixed (sbyte* w = ordered)
        fixed (int* p = plan)
            ChainPlan.Make(w, taps: 2, Steps, Channels, p);

        Assert.Equal([2, 5, 1 * 16, 3 * 16, 6 * 16, 7 * 16, 0, 2 * 16, 4 * 16, 5 * 16, 8 * 16], plan[..11]);
        Assert.Equal([0, Steps], plan[11..13]);
        int[] order = [1, 3, 6, 7, 0, 2, 4, 5, 8];
        for (int i = 0; i < Steps; i++)
            Assert.Equal(Step(weights, order[i]), Step(ordered, i));
    }

    [InstructionSetTheory(InstructionSet.Neon)]
    [InlineData(63, -128)]
    [InlineData(-63, -128)]
    [InlineData(64, -128)]
    [InlineData(63, 127)]
    public void Sums_at_the_bound_are_exact(sbyte oddLanes, sbyte activation) => Assert.Equal(
        Run(nameof(ConvScalar), InstructionSet.Scalar, oddLanes, activation),
        Run(nameof(Gemm2x8Neon), InstructionSet.Neon, oddLanes, activation));

    private static sbyte[] Step(sbyte[] weights, int step) =>
        weights.AsSpan(step * Channels * ChainPlan.Step, Channels * ChainPlan.Step).ToArray();

    /// <summary>Steps whose lanes hold ±(64 + 64) in turn with ±64 and the given weight, all of that weight's sign.</summary>
    private static sbyte[] Weights(int outputs, sbyte oddLanes)
    {
        var weights = new sbyte[outputs * Steps * ChainPlan.Step];
        for (int i = 0; i < weights.Length; i++)
            weights[i] = i / ChainPlan.Step % 2 == 1 && i % ChainPlan.Step >= 8 ? oddLanes : (sbyte)(64 * Math.Sign(oddLanes));
        return weights;
    }

    private static sbyte[] Run(string name, InstructionSet set, sbyte oddLanes, sbyte activation)
    {
        const int pixels = 5, outputs = 11, inputs = Steps * ChainPlan.Step;
        using var harness = new KernelHarness(set);
        harness.AddInt8([1, 1, pixels, inputs], [.. Enumerable.Repeat(activation, pixels * inputs)]);
        harness.AddInt8([1, 1, pixels, outputs], null, inputs * 64f * 128 / 100);
        ConvProblem problem = ConvProblem.From(
            new ConvOperator
            {
                Name = "bound",
                Inputs = [0],
                Outputs = [1],
                Window = new Window { KernelHeight = 1, KernelWidth = 1 },
                Weights = harness.AddConstant(Weights(outputs, oddLanes)),
                WeightScales = harness.AddConstant(Enumerable.Repeat(1f, outputs).ToArray()),
                Bias = harness.AddConstant(new int[outputs]),
            },
            harness);
        ConvKernel kernel = ConvKernelTable.Kernels.Single(k => k.Name == name);
        Assert.True(kernel.Accepts(problem));
        harness.Run(kernel.Prepare(problem, harness));
        return harness.Read<sbyte>(1);
    }
}
