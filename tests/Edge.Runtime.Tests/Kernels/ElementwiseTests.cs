using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels;

namespace Edge.Runtime.Tests.Kernels;

/// <summary>The scalar add, quantize, dequantize, lookup, softmax and shuffle on cases computed by hand.</summary>
public sealed class ElementwiseTests
{
    [Fact]
    public void Add_sums_real_values_and_rounds_ties_to_even()
    {
        // Steps of the output: (a − 2)·0.5 + (b + 1)·0.25, then + 10.
        using var harness = new KernelHarness(InstructionSet.Scalar);
        harness.AddInt8([1, 5], [2, 3, 5, 127, -128], 0.5f, 2);
        harness.AddInt8([1, 5], [-1, -1, 3, 127, -128], 0.25f, -1);
        harness.AddInt8([1, 5], null, 1, 10);
        harness.Run(KernelFactory.Prepare(new AddOperator { Name = "a", Inputs = [0, 1], Outputs = [2], High = 100 }, harness));

        // 0, 0.5 → 0, 2.5 → 2, 94.5 → above 100 − 10, −96.75 → −97
        Assert.Equal([10, 10, 12, 100, -87], harness.Read<sbyte>(2));
    }

    [Fact]
    public void Quantize_rounds_ties_to_even_clamps_and_takes_NaN_for_zero()
    {
        using var harness = new KernelHarness(InstructionSet.Scalar);
        harness.AddFloat([1, 8], [0.25f, 0.75f, -0.25f, 100, -100, float.NaN, float.PositiveInfinity, float.NegativeInfinity]);
        harness.AddInt8([1, 8], null, 0.5f, 3);
        harness.Run(KernelFactory.Prepare(new QuantizeOperator { Name = "q", Inputs = [0], Outputs = [1] }, harness));
        Assert.Equal([3, 5, 3, 127, -128, 3, 127, -128], harness.Read<sbyte>(1));
    }

    [Fact]
    public void Dequantize_gives_the_real_value()
    {
        using var harness = new KernelHarness(InstructionSet.Scalar);
        harness.AddInt8([1, 3], [-128, 3, 127], 0.5f, 3);
        harness.AddFloat([1, 3]);
        harness.Run(KernelFactory.Prepare(new DequantizeOperator { Name = "d", Inputs = [0], Outputs = [1] }, harness));
        Assert.Equal([-65.5f, 0, 62], harness.Read<float>(1));
    }

    [Fact]
    public void Lookup_reads_the_table_from_the_smallest_value_up()
    {
        using var harness = new KernelHarness(InstructionSet.Scalar);
        harness.AddInt8([1, 4], [-128, -1, 0, 127]);
        harness.AddInt8([1, 4]);
        int table = harness.AddConstant(Enumerable.Range(0, 256).Select(i => (sbyte)(127 - i)).ToArray());
        harness.Run(KernelFactory.Prepare(new LookupOperator { Name = "l", Inputs = [0], Outputs = [1], Table = table }, harness));
        Assert.Equal([127, 0, -1, -128], harness.Read<sbyte>(1));
    }

    [Fact]
    public void Softmax_takes_the_exponentials_by_the_distance_from_the_largest_value()
    {
        var exponentials = new float[256];
        (exponentials[0], exponentials[1], exponentials[255]) = (1, 0.5f, 0.25f);
        using var harness = new KernelHarness(InstructionSet.Scalar);
        harness.AddInt8([2, 3], [7, 6, 6, 127, -128, 127], 0.1f, 5);
        harness.AddFloat([2, 3]);
        int table = harness.AddConstant(exponentials);
        harness.Run(KernelFactory.Prepare(new SoftmaxOperator { Name = "s", Inputs = [0], Outputs = [1], Exponentials = table }, harness));
        Assert.Equal([0.5f, 0.25f, 0.25f, 1 / 2.25f, 0.25f / 2.25f, 1 / 2.25f], harness.Read<float>(1));
    }

    [Fact]
    public void Channel_shuffle_deals_the_groups_out()
    {
        using var harness = new KernelHarness(InstructionSet.Scalar);
        harness.AddInt8([1, 1, 2, 6], [0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15], rowStride: 7);
        harness.AddInt8([1, 1, 2, 6]);
        harness.AddFloat([1, 1, 1, 6], [0, 1, 2, 3, 4, 5]);
        harness.AddFloat([1, 1, 1, 6]);
        harness.Run(KernelFactory.Prepare(new ChannelShuffleOperator { Name = "c", Inputs = [0], Outputs = [1], Groups = 2 }, harness));
        harness.Run(KernelFactory.Prepare(new ChannelShuffleOperator { Name = "c", Inputs = [2], Outputs = [3], Groups = 3 }, harness));
        Assert.Equal([0, 3, 1, 4, 2, 5, 10, 13, 11, 14, 12, 15], harness.Read<sbyte>(1));
        Assert.Equal([0, 2, 4, 1, 3, 5], harness.Read<float>(3));
    }

    [Fact]
    public void A_run_allocates_nothing()
    {
        using var harness = new KernelHarness(InstructionSets.Best);
        foreach ((string name, Func<KernelHarness, Random, int, OperatorDefinition> build) in KernelCases.All)
        {
            PreparedOperator op = KernelFactory.Prepare(build(harness, new Random(1), 33), harness);
            op.Run(0, op.Pieces);
            long before = GC.GetAllocatedBytesForCurrentThread();
            op.Run(0, op.Pieces);
            Assert.True(GC.GetAllocatedBytesForCurrentThread() == before, $"{name} allocated");
        }
    }
}
