using System.Collections.Concurrent;
using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels.Conv;

namespace Edge.Runtime.Tests.Kernels;

/// <summary>Every kernel of the table gives the scalar reference's bytes, on every case that it accepts.</summary>
public sealed class ConvConformanceTests
{
    private static readonly ConvKernel Reference = ConvKernelTable.Kernels.Single(k => k.InstructionSet == InstructionSet.Scalar);

    /// <summary>The reference's answers: kernels share many cases.</summary>
    private static readonly ConcurrentDictionary<ConvCase, sbyte[]> Expected = new();

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

    [Fact]
    public void Every_instruction_set_has_a_kernel_of_its_own_for_every_case()
    {
        foreach (ConvCase problem in ConvCases.For(new TileShape(4, 8, 4)))
        {
            using var harness = new KernelHarness(InstructionSet.Scalar);
            ConvOperator op = problem.Build(harness);
            foreach (InstructionSet set in Enum.GetValues<InstructionSet>())
            {
                ConvKernel chosen = ConvKernelTable.Choose(ConvProblem.From(op, harness), set, ConvKernelTable.Kernels);
                Assert.Equal(set == InstructionSet.Scalar, chosen == Reference);
            }
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
            sbyte[] expected = Expected.GetOrAdd(problem, p => p.Run(Reference)!);
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"{name} differs from the scalar reference on {problem}");
        }

        Assert.True(accepted >= 10, $"{name} accepts only {accepted} of the cases");
    }
}
