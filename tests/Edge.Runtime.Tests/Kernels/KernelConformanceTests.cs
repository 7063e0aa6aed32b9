using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels;

namespace Edge.Runtime.Tests.Kernels;

/// <summary>The scalar reference is the definition: every other form must give its bytes.</summary>
public sealed class KernelConformanceTests
{
    // Around 16 and 32 lanes and their multiples, and the blocks of 64 channels.
    private static readonly int[] Lengths = [1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 47, 63, 64, 65, 130];

    [Theory]
    [ConformanceData(InstructionSet.Avx2)]
    [ConformanceData(InstructionSet.AvxVnni)]
    [ConformanceData(InstructionSet.Neon)]
    [ConformanceData(InstructionSet.NeonDot)]
    public void Every_form_gives_the_bytes_of_the_scalar_reference(InstructionSet set, string name)
    {
        foreach (int length in Lengths)
        {
            using var reference = new KernelHarness(InstructionSet.Scalar);
            using var vector = new KernelHarness(set, workers: 4);
            OperatorDefinition op = KernelCases.All[name](reference, new Random(length), length);
            Assert.Equivalent(op, KernelCases.All[name](vector, new Random(length), length));
            PreparedOperator expected = KernelFactory.Prepare(op, reference), actual = KernelFactory.Prepare(op, vector);
            reference.Run(expected);
            vector.Run(actual);

            Assert.EndsWith("Scalar", expected.Kernel, StringComparison.Ordinal);
            Assert.EndsWith(set is InstructionSet.Avx2 or InstructionSet.AvxVnni ? "Avx2" : "Neon", actual.Kernel, StringComparison.Ordinal);
            if (reference.Tensor(op.Outputs[0]).Definition.Type == ElementType.Int8)
                AssertSame(reference.Read<sbyte>(op.Outputs[0]), vector.Read<sbyte>(op.Outputs[0]), length);
            else
                AssertSame(reference.Read<int>(op.Outputs[0]), vector.Read<int>(op.Outputs[0]), length);
        }
    }

    private static void AssertSame<T>(T[] expected, T[] actual, int length)
        where T : IEquatable<T>
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(expected[i].Equals(actual[i]), $"length {length}, element {i}: {actual[i]}, not {expected[i]}");
    }
}
