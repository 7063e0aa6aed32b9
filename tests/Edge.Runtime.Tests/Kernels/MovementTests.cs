using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels;
using Edge.Runtime.Kernels.Movement;

namespace Edge.Runtime.Tests.Kernels;

/// <summary>The operators that only move elements, on cases small enough to check by eye.</summary>
public sealed unsafe class MovementTests
{
    [Theory]
    [InlineData(new[] { 2, 3 }, new[] { 1, 0 }, new[] { 0, 3, 1, 4, 2, 5 })]
    [InlineData(new[] { 1, 2, 3 }, new[] { 0, 2, 1 }, new[] { 0, 3, 1, 4, 2, 5 })]
    [InlineData(new[] { 2, 2, 2 }, new[] { 2, 1, 0 }, new[] { 0, 4, 2, 6, 1, 5, 3, 7 })]
    [InlineData(new[] { 2, 2, 2 }, new[] { 0, 1, 2 }, new[] { 0, 1, 2, 3, 4, 5, 6, 7 })]
    [InlineData(new[] { 1, 2, 1, 3 }, new[] { 0, 3, 2, 1 }, new[] { 0, 3, 1, 4, 2, 5 })]
    public void Transpose_permutes_the_axes(int[] shape, int[] permutation, int[] expected)
    {
        int[] transposed = [.. permutation.Select(p => shape[p])];
        var op = new TransposeOperator { Name = "t", Inputs = [0], Outputs = [1], Permutation = permutation };
        CheckBothTypes(op, shape, transposed, expected);
    }

    [Theory]
    [InlineData(new[] { 2, 3 }, new[] { 0, 1 }, new[] { 1, 1 }, new[] { 2, 2 }, new[] { 1, 2, 4, 5 })]
    [InlineData(new[] { 2, 3 }, new[] { 1, 2 }, new[] { -1, -2 }, new[] { 2, 2 }, new[] { 5, 3, 2, 0 })]
    [InlineData(new[] { 6 }, new[] { 1 }, new[] { 2 }, new[] { 3 }, new[] { 1, 3, 5 })]
    [InlineData(new[] { 2, 2, 2 }, new[] { 1, 0, 1 }, new[] { 1, 1, 1 }, new[] { 1, 2, 1 }, new[] { 5, 7 })]
    public void Slice_takes_a_box_in_any_direction(int[] shape, int[] begin, int[] step, int[] size, int[] expected)
    {
        var op = new SliceOperator { Name = "s", Inputs = [0], Outputs = [1], Begin = begin, Step = step };
        CheckBothTypes(op, shape, size, expected);
    }

    [Theory]
    [InlineData(PadMode.Constant, new[] { 9, 9, 9, 9, 9, 9, 9, 9, 0, 1, 2, 9, 9, 9, 3, 4, 5, 9 })]
    [InlineData(PadMode.Edge, new[] { 0, 0, 0, 1, 2, 2, 0, 0, 0, 1, 2, 2, 3, 3, 3, 4, 5, 5 })]
    [InlineData(PadMode.Reflect, new[] { 5, 4, 3, 4, 5, 4, 2, 1, 0, 1, 2, 1, 5, 4, 3, 4, 5, 4 })]
    public void Pad_fills_the_border(PadMode mode, int[] expected)
    {
        var op = new PadOperator { Name = "p", Inputs = [0], Outputs = [1], Before = [1, 2], After = [0, 1], Mode = mode, Value = 9 };
        CheckBothTypes(op, [2, 3], [3, 6], expected);
    }

    [Fact]
    public void Int8_pads_with_the_quantized_value()
    {
        using var harness = new KernelHarness(InstructionSet.Scalar);
        harness.AddInt8([1, 1], [5], scale: 0.5f, zeroPoint: -3);
        harness.AddInt8([1, 3], scale: 0.5f, zeroPoint: -3);
        harness.Run(KernelFactory.Prepare(
            new PadOperator { Name = "p", Inputs = [0], Outputs = [1], Before = [0, 1], After = [0, 1], Value = 2 }, harness));
        Assert.Equal([1, 5, 1], harness.Read<sbyte>(1));
    }

    [Theory]
    [InlineData(0, new[] { 0, 1, 2, 3, 0, 1, 2, 3, 4, 5 }, new[] { 5, 2 })]
    [InlineData(1, new[] { 0, 1, 0, 1, 2, 2, 3, 3, 4, 5 }, new[] { 2, 5 })]
    public void Concat_puts_the_inputs_one_behind_the_other(int axis, int[] expected, int[] shape)
    {
        int[] second = axis == 0 ? [3, 2] : [2, 3];
        using var harness = new KernelHarness(InstructionSet.Scalar);
        harness.AddInt8([2, 2], Count<sbyte>(4), rowStride: 5);
        harness.AddInt8(second, Count<sbyte>(6));
        harness.AddInt8(shape, rowStride: 7);
        harness.AddFloat([2, 2], Count<float>(4));
        harness.AddFloat(second, Count<float>(6));
        harness.AddFloat(shape);
        foreach (int first in (int[])[0, 3])
        {
            harness.Run(KernelFactory.Prepare(
                new ConcatOperator { Name = "c", Inputs = [first, first + 1], Outputs = [first + 2], Axis = axis }, harness));
        }

        Assert.Equal(expected, harness.Read<sbyte>(2).Select(x => (int)x));
        Assert.Equal(expected, harness.Read<float>(5).Select(x => (int)x));
    }

    [Fact]
    public void Concat_requantizes_inputs_of_another_scale()
    {
        using var harness = new KernelHarness(InstructionSet.Scalar);
        harness.AddInt8([1, 2, 3], [-128, 0, 127, 1, 3, 5], scale: 0.25f, zeroPoint: 0);
        harness.AddInt8([1, 2, 1], [-128, 127], scale: 2, zeroPoint: 10);
        harness.AddInt8([1, 2, 4], scale: 0.5f, zeroPoint: 10);
        harness.Run(KernelFactory.Prepare(new ConcatOperator { Name = "c", Inputs = [0, 1], Outputs = [2], Axis = 2 }, harness));

        // −64+10, 0+10, 63.5→64+10; −552 clamps to −128 | 0.5→0, 1.5→2, 2.5→2 (ties to even); 468 clamps to 127
        Assert.Equal([-54, 10, 74, -128, 10, 12, 12, 127], harness.Read<sbyte>(2));
    }

    [Theory]
    [InlineData(new[] { 2, 6 }, 8, new[] { 3, 4 }, 4)]
    [InlineData(new[] { 3, 4 }, 4, new[] { 2, 6 }, 9)]
    [InlineData(new[] { 1, 2, 2, 3 }, 5, new[] { 1, 12 }, 12)]
    public void Reshape_keeps_the_order_across_gaps(int[] shape, int rowStride, int[] newShape, int newRowStride)
    {
        using var harness = new KernelHarness(InstructionSet.Scalar);
        harness.AddInt8(shape, Count<sbyte>(12), rowStride: rowStride);
        harness.AddInt8(newShape, rowStride: newRowStride);
        harness.Run(KernelFactory.Prepare(new ReshapeOperator { Name = "r", Inputs = [0], Outputs = [1] }, harness));
        Assert.Equal(Count<sbyte>(12), harness.Read<sbyte>(1));
    }

    [Fact]
    public void A_slice_of_four_axes_out_of_a_strided_tensor_is_exact_in_every_split()
    {
        int[] shape = [2, 5, 7, 9], begin = [1, 4, 0, 8], step = [-1, -2, 3, -1], size = [2, 3, 3, 9];
        var expected = new List<sbyte>();
        for (int i = 0; i < size[0]; i++)
        {
            for (int j = 0; j < size[1]; j++)
            {
                for (int k = 0; k < size[2]; k++)
                {
                    for (int l = 0; l < size[3]; l++)
                        expected.Add((sbyte)(((((1 - i) * 5) + (4 - (2 * j))) * 7 * 9) + (3 * k * 9) + (8 - l)));
                }
            }
        }

        using var harness = new KernelHarness(InstructionSet.Scalar);
        harness.AddInt8(shape, Count<sbyte>(630), rowStride: 11);
        harness.AddInt8(size, rowStride: 10);
        PreparedOperator op = KernelFactory.Prepare(
            new SliceOperator { Name = "s", Inputs = [0], Outputs = [1], Begin = begin, Step = step }, harness);
        harness.Run(op);
        Assert.Equal(expected, harness.Read<sbyte>(1));
        op.Run(0, op.Pieces);
        Assert.Equal(expected, harness.Read<sbyte>(1));
    }

    [Fact]
    public void Tensors_that_lie_in_their_place_cost_nothing()
    {
        using var harness = new KernelHarness(InstructionSet.Scalar);
        TensorView whole = harness.Tensor(harness.AddInt8([1, 2, 2, 8]));
        TensorView left = Part(whole, [1, 2, 2, 3], 0, 8), right = Part(whole, [1, 2, 2, 5], 3, 8), flat = Part(whole, [1, 32], 0, 32);
        var context = new Views(whole, left, right, flat);

        Assert.Equal(0, KernelFactory.Prepare(
            new ConcatOperator { Name = "c", Inputs = [1, 2], Outputs = [0], Axis = 3 }, context).Pieces);
        Assert.Equal(0, KernelFactory.Prepare(
            new SliceOperator { Name = "s", Inputs = [0], Outputs = [2], Begin = [0, 0, 0, 3], Step = [1, 1, 1, 1] }, context).Pieces);
        Assert.Equal(0, KernelFactory.Prepare(new ReshapeOperator { Name = "r", Inputs = [0], Outputs = [3] }, context).Pieces);
        Assert.NotEqual(0, KernelFactory.Prepare(
            new ConcatOperator { Name = "c", Inputs = [2, 1], Outputs = [0], Axis = 3 }, context).Pieces);
        Assert.NotEqual(0, KernelFactory.Prepare(
            new SliceOperator { Name = "s", Inputs = [0], Outputs = [2], Begin = [0, 0, 0, 2], Step = [1, 1, 1, 1] }, context).Pieces);
    }

    [Fact]
    public void Dense_moves_take_elements_of_eight_bytes()
    {
        long[] source = [1L << 40, 2, 3, 4, 5, -6], destination = new long[6];
        fixed (long* from = source, to = destination)
            DenseMoves.Transpose(from, [2, 3], [1, 0], to, sizeof(long));
        Assert.Equal([1L << 40, 4, 2, 5, 3, -6], destination);
    }

    private static TensorView Part(TensorView whole, int[] shape, int start, int rowStride) => new()
    {
        Data = whole.Data + start,
        Definition = whole.Definition with { Shape = shape, RowStride = rowStride },
    };

    private static T[] Count<T>(int count)
        where T : struct, System.Numerics.INumber<T> =>
        [.. Enumerable.Range(0, count).Select(i => T.CreateTruncating(i))];

    // Runs the operator on 0, 1, 2… as int8 with gaps between the rows and as dense float32.
    private static void CheckBothTypes(OperatorDefinition op, int[] inputShape, int[] outputShape, int[] expected)
    {
        int count = inputShape.Aggregate(1, (a, b) => a * b);
        using var int8 = new KernelHarness(InstructionSet.Scalar);
        int8.AddInt8(inputShape, Count<sbyte>(count), rowStride: inputShape[^1] + 2);
        int8.AddInt8(outputShape, rowStride: outputShape[^1] + 1);
        int8.Run(KernelFactory.Prepare(op, int8));
        Assert.Equal(expected, int8.Read<sbyte>(1).Select(x => (int)x));

        using var float32 = new KernelHarness(InstructionSet.Scalar);
        float32.AddFloat(inputShape, Count<float>(count));
        float32.AddFloat(outputShape);
        float32.Run(KernelFactory.Prepare(op, float32));
        Assert.Equal(expected, float32.Read<float>(1).Select(x => (int)x));
    }

    private sealed class Views(params TensorView[] tensors) : PreparationContext
    {
        public override InstructionSet InstructionSet => InstructionSet.Scalar;

        public override int Workers => 1;

        public override TensorView Tensor(int index) => tensors[index];

        public override ReadOnlySpan<T> Constant<T>(int index) => throw new NotSupportedException();

        public override void* Allocate(nuint bytes) => throw new NotSupportedException();
    }
}
