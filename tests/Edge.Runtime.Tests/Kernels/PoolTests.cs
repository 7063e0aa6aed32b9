using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels;

namespace Edge.Runtime.Tests.Kernels;

/// <summary>The scalar int8 pools on cases computed by hand.</summary>
public sealed class PoolTests
{
    private static readonly Window Two = new() { KernelHeight = 2, KernelWidth = 2, StrideY = 2, StrideX = 2 };

    // 1 2 3
    // 4 5 6
    // 7 8 9
    private static readonly sbyte[] Nine = [1, 2, 3, 4, 5, 6, 7, 8, 9];

    [Fact]
    public void Max_takes_the_largest_value_also_of_windows_that_hang_over_the_end()
    {
        Assert.Equal([5, 6, 8, 9], Run(PoolKind.Max, Two, Nine, 3, 2));
    }

    [Fact]
    public void Padding_never_wins_a_maximum()
    {
        sbyte[] low = [-128, -127, -126, -125];
        Assert.Equal([-128, -127, -126, -125], Run(PoolKind.Max, Two with { PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1 }, low, 2, 2));
    }

    [Fact]
    public void Max_is_clamped_to_the_bounds_of_a_fused_activation()
    {
        Assert.Equal([6, 6, 8, 8], Run(PoolKind.Max, Two, Nine, 3, 2, low: 6, high: 8));
    }

    [Fact]
    public void A_dilated_window_skips_positions()
    {
        Assert.Equal([9], Run(PoolKind.Max, Two with { DilationY = 2, DilationX = 2 }, Nine, 3, 1));
        Assert.Equal([5], Run(PoolKind.Average, Two with { DilationY = 2, DilationX = 2 }, Nine, 3, 1));
    }

    [Fact]
    public void Average_rounds_ties_to_even()
    {
        // (0+1)/2 = 0.5, (1+2)/2 = 1.5, (-1+0)/2 = -0.5 in a 1x2 window
        var window = new Window { KernelHeight = 1, KernelWidth = 2, StrideX = 2 };
        Assert.Equal([0, 2, 0], RunRow(PoolKind.Average, window, [0, 1, 1, 2, -1, 0], 3));
    }

    [Fact]
    public void Average_without_padding_divides_by_the_positions_inside()
    {
        // 2x2 windows from (-1, -1): {1}, {2,3}, {4,7}, {5,6,8,9}
        Assert.Equal([1, 2, 6, 7], Run(PoolKind.Average, Two with { PadTop = 1, PadLeft = 1 }, Nine, 3, 2));
    }

    [Fact]
    public void Average_with_padding_divides_by_the_declared_padding_too()
    {
        // Sums 1, 5, 11, 28 by 4.
        Assert.Equal([0, 1, 3, 7], Run(PoolKind.Average, Two with { PadTop = 1, PadLeft = 1 }, Nine, 3, 2, includePad: true));
    }

    [Fact]
    public void Average_with_padding_does_not_count_what_ceil_mode_adds_behind_it()
    {
        // 1x3 windows with stride 2 over 1 2 3 4 and one column of padding in front: (0,1,2)/3, (2,3,4)/3, and (4)/1 behind the end.
        var window = new Window { KernelHeight = 1, KernelWidth = 3, StrideX = 2, PadLeft = 1 };
        Assert.Equal([1, 3, 4], RunRow(PoolKind.Average, window, [1, 2, 3, 4], 3, includePad: true));
        Assert.Equal([1, 3, 2], RunRow(PoolKind.Average, window with { PadRight = 1 }, [1, 2, 3, 4], 3, includePad: true));
    }

    [Fact]
    public void Average_changes_scale_and_zero_point()
    {
        // Real values (1..9 + 10) · 0.5, mean 7.5; in steps of 0.25 from −20: 30 − 20.
        using var harness = new KernelHarness(InstructionSet.Scalar);
        harness.AddInt8([1, 3, 3, 1], Nine, 0.5f, -10);
        harness.AddInt8([1, 1, 1, 1], null, 0.25f, -20);
        harness.Run(KernelFactory.Prepare(Operator(PoolKind.Average, new Window { KernelHeight = 3, KernelWidth = 3 }), harness));
        Assert.Equal([10], harness.Read<sbyte>(1));
    }

    [Fact]
    public void A_window_in_the_padding_alone_gives_the_zero_point_or_the_lower_bound()
    {
        var window = new Window { KernelHeight = 1, KernelWidth = 1, StrideX = 2, PadLeft = 2 };
        Assert.Equal([0, 5], RunRow(PoolKind.Average, window, [5], 2));
        Assert.Equal([-128, 5], RunRow(PoolKind.Max, window, [5], 2));
    }

    private static PoolOperator Operator(PoolKind kind, Window window) =>
        new() { Name = "pool", Inputs = [0], Outputs = [1], Kind = kind, Window = window };

    private static sbyte[] Run(
        PoolKind kind, Window window, sbyte[] image, int size, int outputSize, bool includePad = false, int low = -128, int high = 127) =>
        Run(Operator(kind, window) with { CountIncludePad = includePad, Low = low, High = high }, image, size, size, outputSize, outputSize);

    private static sbyte[] RunRow(PoolKind kind, Window window, sbyte[] row, int outputWidth, bool includePad = false) =>
        Run(Operator(kind, window) with { CountIncludePad = includePad }, row, 1, row.Length, 1, outputWidth);

    private static sbyte[] Run(PoolOperator op, sbyte[] image, int height, int width, int outputHeight, int outputWidth)
    {
        using var harness = new KernelHarness(InstructionSet.Scalar);
        harness.AddInt8([1, height, width, 1], image);
        harness.AddInt8([1, outputHeight, outputWidth, 1]);
        harness.Run(KernelFactory.Prepare(op, harness));
        return harness.Read<sbyte>(1);
    }
}
