using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels;
using Edge.Runtime.Kernels.Float;

namespace Edge.Runtime.Tests.Kernels.Float;

/// <summary>The float32 operators around convolutions against their definitions, on channel slices.</summary>
public sealed class FloatOperatorTests
{
    private static readonly Random Numbers = new(7);

    [Theory]
    [InlineData(FloatUnaryKind.Clip)]
    [InlineData(FloatUnaryKind.LeakyRelu)]
    [InlineData(FloatUnaryKind.Sigmoid)]
    [InlineData(FloatUnaryKind.HardSigmoid)]
    [InlineData(FloatUnaryKind.HardSwish)]
    [InlineData(FloatUnaryKind.Tanh)]
    public void A_function_of_one_variable_equals_its_formula(FloatUnaryKind kind)
    {
        (float alpha, float beta) = kind == FloatUnaryKind.Clip ? (-0.5f, 0.25f) : (0.3f, 0.4f);
        Func<double, double> formula = kind switch
        {
            FloatUnaryKind.Clip => x => Math.Clamp(x, -0.5, 0.25),
            FloatUnaryKind.LeakyRelu => x => x >= 0 ? x : 0.3 * x,
            FloatUnaryKind.Sigmoid => x => 1 / (1 + Math.Exp(-x)),
            FloatUnaryKind.HardSigmoid => x => Math.Clamp((0.3 * x) + 0.4, 0, 1),
            FloatUnaryKind.HardSwish => x => x * Math.Clamp((x / 6) + 0.5, 0, 1),
            _ => Math.Tanh,
        };
        float[] x = [.. RandomFloats.Next(Numbers, 6 * 37).Select(v => 5 * v)];
        foreach (int gap in (int[])[0, 2])
        {
            using var harness = new KernelHarness(InstructionSet.Scalar);
            int input = harness.AddFloat([2, 3, 37], x, 37 + gap), output = harness.AddFloat([2, 3, 37], null, 37 + gap);
            harness.Run(KernelFactory.Prepare(
                new FloatUnaryOperator { Name = "f", Inputs = [input], Outputs = [output], Kind = kind, Alpha = alpha, Beta = beta }, harness));
            AssertClose(x.Select(v => formula(v)), harness.Read<float>(output));
        }
    }

    [Theory]
    [InlineData(FloatBinaryKind.Add)]
    [InlineData(FloatBinaryKind.Subtract)]
    [InlineData(FloatBinaryKind.Multiply)]
    [InlineData(FloatBinaryKind.Divide)]
    [InlineData(FloatBinaryKind.Max)]
    [InlineData(FloatBinaryKind.Min)]
    [InlineData(FloatBinaryKind.PRelu)]
    public void A_function_of_two_variables_broadcasts_like_NumPy(FloatBinaryKind kind)
    {
        Func<float, float, double> formula = kind switch
        {
            FloatBinaryKind.Add => (a, b) => a + b,
            FloatBinaryKind.Subtract => (a, b) => a - b,
            FloatBinaryKind.Multiply => (a, b) => a * b,
            FloatBinaryKind.Divide => (a, b) => a / b,
            FloatBinaryKind.Max => (a, b) => Math.Max(a, b),
            FloatBinaryKind.Min => (a, b) => Math.Min(a, b),
            _ => (a, b) => a >= 0 ? a : a * b,
        };
        int[] shape = [2, 3, 4, 19];
        int[][] operands = [[2, 3, 4, 19], [1], [19], [4, 1], [3, 1, 1], [2, 1, 1, 19], [1, 3, 4, 1]];
        foreach (int[] other in operands)
        {
            foreach (bool swapped in (bool[])[false, true])
            {
                float[] big = RandomFloats.Next(Numbers, Volume(shape)), small = RandomFloats.Next(Numbers, Volume(other));
                using var harness = new KernelHarness(InstructionSet.Scalar);
                int a = harness.AddFloat(shape, big, 21), b = harness.AddFloat(other, small), y = harness.AddFloat(shape, null, 20);
                harness.Run(KernelFactory.Prepare(
                    new FloatBinaryOperator { Name = "f", Inputs = swapped ? [b, a] : [a, b], Outputs = [y], Kind = kind }, harness));
                IEnumerable<double> expected = big.Select((v, i) => (v, small[BroadcastIndex(i, shape, other)]))
                    .Select(p => swapped ? formula(p.Item2, p.v) : formula(p.v, p.Item2));
                AssertClose(expected, harness.Read<float>(y));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Softmax_along_any_axis_sums_to_one_and_keeps_ratios(int axis)
    {
        int[] shape = [3, 4, 5];
        float[] x = [.. RandomFloats.Next(Numbers, 60).Select(v => v * 50)];
        using var harness = new KernelHarness(InstructionSet.Scalar);
        int input = harness.AddFloat(shape, x, 6), output = harness.AddFloat(shape, null, 7);
        harness.Run(KernelFactory.Prepare(new FloatSoftmaxOperator { Name = "s", Inputs = [input], Outputs = [output], Axis = axis }, harness));
        int step = Volume(shape.AsSpan(axis + 1));
        IEnumerable<double> expected = x.Select((v, i) =>
        {
            int start = i - (i / step % shape[axis] * step);
            return 1 / Enumerable.Range(0, shape[axis]).Sum(j => Math.Exp((double)x[start + (j * step)] - v));
        });
        AssertClose(expected, harness.Read<float>(output));
    }

    [Theory]
    [InlineData(1, 9, 0.75f)]
    [InlineData(3, 3, 0.75f)]
    [InlineData(4, 9, 0.75f)]
    [InlineData(5, 2, 0.75f)]
    [InlineData(5, 37, 0.75f)]
    [InlineData(4, 37, 0.6f)]
    public void Lrn_normalizes_over_its_window_of_channels(int size, int channels, float beta)
    {
        float[] x = RandomFloats.Next(Numbers, 2 * channels);
        using var harness = new KernelHarness(InstructionSet.Scalar);
        int input = harness.AddFloat([1, 2, 1, channels], x, channels + 2), output = harness.AddFloat([1, 2, 1, channels], null, channels + 1);
        harness.Run(KernelFactory.Prepare(
            new FloatLrnOperator { Name = "l", Inputs = [input], Outputs = [output], Size = size, Alpha = 2, Beta = beta, Bias = 1.5f }, harness));
        IEnumerable<double> expected = x.Select((v, i) =>
        {
            int row = i / channels * channels, c = i % channels;
            int low = Math.Max(0, c - ((size - 1) / 2)), high = Math.Min(channels - 1, c + (size / 2));
            return v / Math.Pow(1.5 + (2.0 / size * Enumerable.Range(low, high - low + 1).Sum(j => (double)x[row + j] * x[row + j])), beta);
        });
        AssertClose(expected, harness.Read<float>(output));
    }

    [Fact]
    public void Lrn_gives_a_channel_the_same_bits_wherever_it_stands()
    {
        float[] x = [.. Enumerable.Repeat(RandomFloats.Next(Numbers, 1)[0], 41)];
        using var harness = new KernelHarness(InstructionSet.Scalar);
        int input = harness.AddFloat([1, 1, 1, x.Length], x, x.Length), output = harness.AddFloat([1, 1, 1, x.Length], null, x.Length);
        harness.Run(KernelFactory.Prepare(
            new FloatLrnOperator { Name = "l", Inputs = [input], Outputs = [output], Size = 5, Alpha = 1, Beta = 0.75f, Bias = 2 }, harness));
        Assert.Single(harness.Read<float>(output)[2..^2].ToArray().Distinct());
    }

    public static TheoryData<int[], int[], int[]> Products() => new()
    {
        { [7, 5], [5, 19], [7, 19] },
        { [3, 7, 5], [3, 5, 4], [3, 7, 4] },
        { [2, 1, 3, 5], [4, 5, 17], [2, 4, 3, 17] },
        { [5], [5, 6], [6] },
        { [2, 3, 5], [5], [2, 3] },
        { [5], [5], [1] },
    };

    [Theory]
    [MemberData(nameof(Products))]
    public void Matrix_product_broadcasts_like_NumPy(int[] shapeA, int[] shapeB, int[] shapeY)
    {
        float[] a = RandomFloats.Next(Numbers, Volume(shapeA)), b = RandomFloats.Next(Numbers, Volume(shapeB));
        int rows = shapeA.Length > 1 ? shapeA[^2] : 1, depth = shapeA[^1], columns = shapeB.Length > 1 ? shapeB[^1] : 1;
        int[] batch = shapeA.Length == 1 || shapeB.Length == 1 ? shapeA[..Math.Max(0, shapeA.Length - 2)] : shapeY[..^2];
        var expected = new List<double>();
        for (int n = 0; n < Volume(batch); n++)
            for (int r = 0; r < rows; r++)
                for (int c = 0; c < columns; c++)
                {
                    int matrixA = BroadcastIndex(n, batch, shapeA[..Math.Max(0, shapeA.Length - 2)]), matrixB = BroadcastIndex(n, batch, shapeB[..Math.Max(0, shapeB.Length - 2)]);
                    expected.Add(Enumerable.Range(0, depth)
                        .Sum(k => (double)a[(((matrixA * rows) + r) * depth) + k] * b[(((matrixB * depth) + k) * columns) + c]));
                }

        foreach (InstructionSet set in Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported))
        {
            using var harness = new KernelHarness(set);
            int x = harness.AddFloat(shapeA, a), w = harness.AddFloat(shapeB, b), y = harness.AddFloat(shapeY);
            harness.Run(KernelFactory.Prepare(new FloatMatMulOperator { Name = "m", Inputs = [x, w], Outputs = [y] }, harness));
            AssertClose(expected, harness.Read<float>(y));
        }
    }

    [Theory]
    [InlineData(new[] { 1, 2 }, new[] { 2, 1, 1, 21 })]
    [InlineData(new[] { 2, 3 }, new[] { 2, 3 })]
    [InlineData(new[] { 0 }, new[] { 3, 4, 21 })]
    [InlineData(new[] { 1, 3 }, new[] { 2, 4 })]
    [InlineData(new[] { 0, 1, 2, 3 }, new[] { 1 })]
    public void Mean_over_any_axes(int[] axes, int[] outputShape)
    {
        int[] shape = [2, 3, 4, 21];
        float[] x = RandomFloats.Next(Numbers, Volume(shape));
        int[] kept = [.. shape.Select((d, i) => axes.Contains(i) ? 1 : d)];
        var sums = new double[Volume(kept)];
        for (int i = 0; i < x.Length; i++)
            sums[BroadcastIndex(i, shape, kept)] += x[i];
        foreach (int gap in (int[])[0, 3])
        {
            using var harness = new KernelHarness(InstructionSet.Scalar);
            int input = harness.AddFloat(shape, x, 21 + gap), output = harness.AddFloat(outputShape, null, outputShape[^1] + gap);
            harness.Run(KernelFactory.Prepare(new FloatReduceMeanOperator { Name = "r", Inputs = [input], Outputs = [output], Axes = axes }, harness));
            AssertClose(sums.Select(s => s * sums.Length / x.Length), harness.Read<float>(output));
        }
    }

    [Theory]
    [InlineData(PoolKind.Max, false)]
    [InlineData(PoolKind.Average, false)]
    [InlineData(PoolKind.Average, true)]
    public void Pools_ignore_positions_outside_and_count_padding_only_when_told(PoolKind kind, bool countPadding)
    {
        // 6 × 5 with padding 1, 0 | 1, 2 and a window 3 × 2, stride 2: the last row of windows hangs over by ceil_mode.
        const int H = 6, W = 5, C = 11, OutputHeight = 4, OutputWidth = 3;
        var window = new Window { KernelHeight = 3, KernelWidth = 2, StrideY = 2, StrideX = 2, PadTop = 1, PadBottom = 1, PadRight = 2 };
        float[] x = RandomFloats.Next(Numbers, 2 * H * W * C);
        using var harness = new KernelHarness(InstructionSet.Scalar);
        int input = harness.AddFloat([2, H, W, C], x, C + 1), output = harness.AddFloat([2, OutputHeight, OutputWidth, C], null, C + 2);
        harness.Run(KernelFactory.Prepare(
            new PoolOperator { Name = "p", Inputs = [input], Outputs = [output], Kind = kind, Window = window, CountIncludePad = countPadding }, harness));
        var expected = new List<double>();
        for (int i = 0; i < 2 * OutputHeight * OutputWidth * C; i++)
        {
            int c = i % C, ox = i / C % OutputWidth, oy = i / C / OutputWidth % OutputHeight, n = i / C / OutputWidth / OutputHeight;
            var inside = new List<double>();
            int padded = 0;
            for (int iy = (oy * 2) - 1; iy < (oy * 2) + 2; iy++)
                for (int ix = ox * 2; ix < (ox * 2) + 2; ix++)
                {
                    if (iy is >= 0 and < H && ix is >= 0 and < W)
                        inside.Add(x[(((((n * H) + iy) * W) + ix) * C) + c]);
                    if (iy <= H && ix <= W + 1)
                        padded++;
                }

            expected.Add(kind == PoolKind.Max ? inside.Max() : inside.Sum() / (countPadding ? padded : inside.Count));
        }

        AssertClose(expected, harness.Read<float>(output));
    }

    [Theory]
    [InlineData(CoordinateMode.HalfPixel)]
    [InlineData(CoordinateMode.PytorchHalfPixel)]
    [InlineData(CoordinateMode.AlignCorners)]
    [InlineData(CoordinateMode.Asymmetric)]
    public void Bilinear_resize_keeps_a_linear_image_linear(CoordinateMode mode)
    {
        // The image is n + 10·y + x + c/8, so that each output pixel shows where it was read; borders repeat.
        const int H = 4, W = 3, C = 11, OutputHeight = 8, OutputWidth = 2;
        float[] x = [.. Enumerable.Range(0, 2 * H * W * C).Select(i => (i / (H * W * C)) + (10 * (i / (W * C) % H)) + (i / C % W) + (i % C / 8f))];
        using var harness = new KernelHarness(InstructionSet.Scalar);
        int input = harness.AddFloat([2, H, W, C], x, C + 2), output = harness.AddFloat([2, OutputHeight, OutputWidth, C], null, C + 1);
        harness.Run(KernelFactory.Prepare(
            new ResizeOperator
            {
                Name = "r",
                Inputs = [input],
                Outputs = [output],
                Mode = ResizeMode.Bilinear,
                Coordinates = mode,
                ScaleY = 2,
                ScaleX = 2f / 3,
            },
            harness));
        AssertClose(
            Enumerable.Range(0, 2 * OutputHeight * OutputWidth * C).Select(i =>
            {
                double row = Position(i / (OutputWidth * C) % OutputHeight, 2, H, OutputHeight);
                double column = Position(i / C % OutputWidth, 2.0 / 3, W, OutputWidth);
                return (i / (OutputHeight * OutputWidth * C)) + (10 * row) + column + (i % C / 8.0);
            }),
            harness.Read<float>(output));

        double Position(int index, double scale, int length, int outputLength) => Math.Clamp(
            mode switch
            {
                CoordinateMode.AlignCorners => (double)index * (length - 1) / (outputLength - 1),
                CoordinateMode.Asymmetric => index / scale,
                _ => ((index + 0.5) / scale) - 0.5,
            },
            0,
            length - 1);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 40)]
    [InlineData(33, 17)]
    public void Transposed_matrices_swap_rows_and_columns(int rows, int columns)
    {
        float[] x = RandomFloats.Next(Numbers, 3 * rows * columns);
        using var harness = new KernelHarness(InstructionSet.Scalar);
        int input = harness.AddFloat([3, rows, columns], x), output = harness.AddFloat([3, columns, rows]);
        harness.Run(new FloatTranspose(harness.Tensor(input), harness.Tensor(output), 3, rows, columns));
        int size = rows * columns;
        AssertClose(
            Enumerable.Range(0, 3 * size).Select(i => (double)x[(i / size * size) + (i % rows * columns) + (i % size / rows)]), harness.Read<float>(output));
    }

    private static int Volume(ReadOnlySpan<int> shape)
    {
        int volume = 1;
        foreach (int d in shape)
            volume *= d;
        return volume;
    }

    /// <summary>The element of an operand that stands at a flat index of the broadcast result.</summary>
    private static int BroadcastIndex(int index, int[] shape, int[] operand)
    {
        int result = 0, step = 1;
        for (int i = 1; i <= shape.Length; i++)
        {
            int position = index % shape[^i];
            index /= shape[^i];
            if (i > operand.Length)
                continue;
            result += operand[^i] == 1 ? 0 : position * step;
            step *= operand[^i];
        }

        return result;
    }

    private static void AssertClose(IEnumerable<double> expected, float[] actual)
    {
        double[] wanted = [.. expected];
        Assert.Equal(wanted.Length, actual.Length);
        double tolerance = 1e-5 * Math.Max(1, wanted.Max(Math.Abs));
        for (int i = 0; i < wanted.Length; i++)
            Assert.True(Math.Abs(wanted[i] - actual[i]) <= tolerance, $"[{i}] is {actual[i]} instead of {wanted[i]}");
    }
}
