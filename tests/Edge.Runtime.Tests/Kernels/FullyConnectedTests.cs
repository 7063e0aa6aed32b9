using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels;

namespace Edge.Runtime.Tests.Kernels;

/// <summary>
/// Fully connected layers in every form: the kernels are those of convolution, what is tested is how they get there.
/// </summary>
public sealed class FullyConnectedTests
{
    private static readonly int[] Lengths = [1, 7, 16, 75, 260];
    private static readonly int[] Outputs = [1, 5, 16, 19, 50];

    [Fact]
    public void Hand_computed_product()
    {
        // x − zx = (2, −1, 4); rows (1, 2, 3) and (−4, 5, 6); bias 1, −2; m = 0.5·(1, 1.5)/0.25 = (2, 3).
        using var harness = new KernelHarness(InstructionSet.Scalar);
        FullyConnectedOperator op = Build(
            harness, [1, 3], [12, 9, 14], 10, null, [1, 2, 3, -4, 5, 6], [1, -2], outputScale: 0.25f);
        harness.Run(KernelFactory.Prepare(op, harness));
        Assert.Equal([(sbyte)((12 + 1) * 2), (sbyte)((11 - 2) * 3)], harness.Read<sbyte>(op.Outputs[0]));
    }

    [Fact]
    public void A_float32_output_takes_the_sums_as_they_are()
    {
        // As above: sums 12 + 1 and 11 − 2 at scales 0.5·(1, 1.5).
        using var harness = new KernelHarness(InstructionSet.Scalar);
        FullyConnectedOperator op = Build(harness, [1, 3], [12, 9, 14], 10, null, [1, 2, 3, -4, 5, 6], [1, -2], outputScale: null);
        harness.Run(KernelFactory.Prepare(op, harness));
        Assert.Equal([6.5f, 6.75f], harness.Read<float>(op.Outputs[0]));
    }

    [InstructionSetTheory(InstructionSet.Avx2)]
    [InlineData(InstructionSet.Avx2)]
    public void Avx2_equals_the_scalar_reference(InstructionSet set) => Conform(set);

    [InstructionSetTheory(InstructionSet.AvxVnni)]
    [InlineData(InstructionSet.AvxVnni)]
    public void AvxVnni_equals_the_scalar_reference(InstructionSet set) => Conform(set);

    [InstructionSetTheory(InstructionSet.Neon)]
    [InlineData(InstructionSet.Neon)]
    public void Neon_equals_the_scalar_reference(InstructionSet set) => Conform(set);

    [InstructionSetTheory(InstructionSet.NeonDot)]
    [InlineData(InstructionSet.NeonDot)]
    public void NeonDot_equals_the_scalar_reference(InstructionSet set) => Conform(set);

    [Fact]
    public void An_input_with_gaps_gives_what_the_dense_one_gives()
    {
        foreach (InstructionSet set in Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported))
        {
            Assert.Equal(Compute<sbyte>(set, [1, 3, 4, 10], null, 23), Compute<sbyte>(set, [1, 3, 4, 10], 17, 23));
            Assert.Equal(Compute<float>(set, [1, 3, 4, 10], null, 23), Compute<float>(set, [1, 3, 4, 10], 17, 23));
        }
    }

    private static void Conform(InstructionSet set)
    {
        foreach (int length in Lengths)
        {
            foreach (int outputs in Outputs)
            {
                int[] shape = [1, length];
                Assert.Equal(Compute<sbyte>(InstructionSet.Scalar, shape, null, outputs), Compute<sbyte>(set, shape, null, outputs));
                Assert.Equal(Compute<float>(InstructionSet.Scalar, shape, null, outputs), Compute<float>(set, shape, null, outputs));
            }
        }
    }

    /// <summary>The layer's output, int8 or float32.</summary>
    private static T[] Compute<T>(InstructionSet set, int[] shape, int? rowStride, int outputs)
        where T : unmanaged
    {
        int length = shape.Aggregate(1, (a, b) => a * b);
        var random = new Random(length + outputs);
        sbyte[] Bytes(int count, int lowest) => [.. Enumerable.Range(0, count).Select(_ => (sbyte)random.Next(lowest, 128))];
        using var harness = new KernelHarness(set, workers: 2);
        FullyConnectedOperator op = Build(
            harness, shape, Bytes(length, -128), -3, rowStride, Bytes(length * outputs, -127),
            [.. Enumerable.Range(0, outputs).Select(_ => random.Next(-9999, 9999))], typeof(T) == typeof(float) ? null : MathF.Sqrt(length) * 60);
        PreparedOperator kernel = KernelFactory.Prepare(op, harness);
        Assert.EndsWith(set.ToString(), kernel.Kernel, StringComparison.Ordinal);
        harness.Run(kernel);
        return harness.Read<T>(op.Outputs[0]);
    }

    private static FullyConnectedOperator Build(
        KernelHarness harness, int[] shape, sbyte[] input, int zeroPoint, int? rowStride,
        sbyte[] weights, int[] bias, float? outputScale) =>
        new()
        {
            Name = "case",
            Inputs = [harness.AddInt8(shape, input, 0.5f, zeroPoint, rowStride)],
            Outputs = [outputScale is { } scale ? harness.AddInt8([1, bias.Length], null, scale, 0) : harness.AddFloat([1, bias.Length])],
            Weights = harness.AddConstant(weights),
            WeightScales = harness.AddConstant(Enumerable.Range(0, bias.Length).Select(o => 1 + (o * 0.5f)).ToArray()),
            Bias = harness.AddConstant(bias),
        };
}
