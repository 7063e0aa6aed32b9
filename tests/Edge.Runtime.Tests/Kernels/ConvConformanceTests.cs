using Edge.Runtime.Execution;
using Edge.Runtime.Kernels.Conv;

namespace Edge.Runtime.Tests.Kernels;

/// <summary>Every kernel of the table gives the scalar reference's bytes, on every case that it accepts.</summary>
public sealed class ConvConformanceTests
{
    private static readonly ConvKernel Reference = ConvKernelTable.Kernels.Single(k => k.InstructionSet == InstructionSet.Scalar);

    public static TheoryData<string> KernelsOf(InstructionSet set) =>
        [.. ConvKernelTable.Kernels.Where(k => k.InstructionSet == set).Select(k => k.Name)];

    [InstructionSetTheory(InstructionSet.Avx2)]
    [MemberData(nameof(KernelsOf), InstructionSet.Avx2)]
    public void Avx2_kernel_equals_the_scalar_reference(string kernel) => Conform(kernel);

    [InstructionSetTheory(InstructionSet.AvxVnni)]
    [MemberData(nameof(KernelsOf), InstructionSet.AvxVnni)]
    public void AvxVnni_kernel_equals_the_scalar_reference(string kernel) => Conform(kernel);

    [InstructionSetTheory(InstructionSet.Neon)]
    [MemberData(nameof(KernelsOf), InstructionSet.Neon)]
    public void Neon_kernel_equals_the_scalar_reference(string kernel) => Conform(kernel);

    [InstructionSetTheory(InstructionSet.NeonDot)]
    [MemberData(nameof(KernelsOf), InstructionSet.NeonDot)]
    public void NeonDot_kernel_equals_the_scalar_reference(string kernel) => Conform(kernel);

    [Theory]
    [InlineData(InstructionSet.Scalar)]
    [InlineData(InstructionSet.Avx2)]
    [InlineData(InstructionSet.AvxVnni)]
    [InlineData(InstructionSet.Neon)]
    [InlineData(InstructionSet.NeonDot)]
    public void Every_instruction_set_has_a_kernel_for_every_case(InstructionSet set)
    {
        foreach (ConvCase problem in ConvCases.For(new TileShape(4, 8, 4)))
        {
            using var harness = new KernelHarness(set);
            ConvKernel chosen = ConvKernelTable.Choose(ConvProblem.From(problem.Build(harness), harness), set);
            Assert.Equal(set == InstructionSet.Scalar, chosen.InstructionSet == InstructionSet.Scalar);
        }
    }

    private static void Conform(string name)
    {
        ConvKernel kernel = ConvKernelTable.Kernels.Single(k => k.Name == name);
        int accepted = 0;
        foreach (ConvCase problem in ConvCases.For(kernel.Tile))
        {
            sbyte[]? actual = problem.Run(kernel);
            if (actual is null)
                continue;
            accepted++;
            Assert.True(problem.Run(Reference).AsSpan().SequenceEqual(actual), $"{name} differs from the scalar reference on {problem}");
        }

        Assert.True(accepted >= 10, $"{name} accepts only {accepted} of the cases");
    }
}
