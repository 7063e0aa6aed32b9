using Edge.Runtime.Execution;
using Edge.Runtime.Format;
using Edge.Runtime.Kernels;
using Edge.Runtime.Kernels.Resize;

namespace Edge.Runtime.Tests.Kernels;

/// <summary>The scalar resize on cases computed by hand.</summary>
public sealed class ResizeTests
{
    [Theory]
    [InlineData(CoordinateMode.HalfPixel, 1, 2f, 2, 4, 0.25f)]
    [InlineData(CoordinateMode.HalfPixel, 0, 2f, 2, 4, -0.25f)]
    [InlineData(CoordinateMode.PytorchHalfPixel, 0, 0.25f, 4, 1, 0f)]
    [InlineData(CoordinateMode.PytorchHalfPixel, 1, 0.5f, 4, 2, 2.5f)]
    [InlineData(CoordinateMode.AlignCorners, 3, 2f, 2, 4, 1f)]
    [InlineData(CoordinateMode.AlignCorners, 0, 0.25f, 4, 1, 0f)]
    [InlineData(CoordinateMode.Asymmetric, 3, 2f, 2, 4, 1.5f)]
    public void Coordinates_follow_the_formulas_of_ONNX(
        CoordinateMode mode, int index, float scale, int inputLength, int outputLength, float expected)
    {
        Assert.Equal(expected, ResizeCoordinates.Source(mode, index, scale, inputLength, outputLength));
    }

    [Theory]
    [InlineData(NearestRounding.RoundPreferFloor, 0.5f, 0)]
    [InlineData(NearestRounding.RoundPreferFloor, 0.75f, 1)]
    [InlineData(NearestRounding.RoundPreferCeil, 0.5f, 1)]
    [InlineData(NearestRounding.RoundPreferCeil, 0.25f, 0)]
    [InlineData(NearestRounding.Floor, 1.9f, 1)]
    [InlineData(NearestRounding.Ceil, 1.1f, 2)]
    [InlineData(NearestRounding.Ceil, 7.5f, 3)]
    [InlineData(NearestRounding.Floor, -0.25f, 0)]
    public void Nearest_rounds_as_asked_and_stays_inside(NearestRounding rounding, float source, int expected)
    {
        Assert.Equal(expected, ResizeCoordinates.Nearest(source, rounding, 4));
    }

    [Fact]
    public void Nearest_repeats_pixels_of_either_type()
    {
        sbyte[] expected = [1, 2, 1, 2, 3, 4, 3, 4, 1, 2, 1, 2, 3, 4, 3, 4];
        using var harness = new KernelHarness(InstructionSet.Scalar);
        harness.AddInt8([1, 1, 2, 2], [1, 2, 3, 4], rowStride: 3);
        harness.AddInt8([1, 2, 4, 2], rowStride: 5);
        harness.AddFloat([1, 1, 2, 2], [1, 2, 3, 4]);
        harness.AddFloat([1, 2, 4, 2]);
        foreach (int input in (int[])[0, 2])
            harness.Run(KernelFactory.Prepare(Operator(ResizeMode.Nearest, CoordinateMode.Asymmetric, 2, input), harness));
        Assert.Equal(expected, harness.Read<sbyte>(1));
        Assert.Equal(expected.Select(x => (float)x), harness.Read<float>(3));
    }

    [Fact]
    public void Bilinear_mixes_four_neighbours_and_rounds_ties_to_even()
    {
        // Columns at −0.25 (bounded to 0), 0.25, 0.75, 1.25 (bounded to 1), rows likewise.
        using var harness = new KernelHarness(InstructionSet.Scalar);
        harness.AddInt8([1, 2, 2, 1], [0, 8, 16, 26]);
        harness.AddInt8([1, 4, 4, 1]);
        harness.Run(KernelFactory.Prepare(Operator(ResizeMode.Bilinear, CoordinateMode.HalfPixel, 2, 0), harness));
        Assert.Equal(
            [
                0, 2, 6, 8,
                4, 6, 10, 12, // 4 6.125 10.375 12.5
                12, 14, 19, 22, // 12 14.375 19.125 21.5
                16, 18, 24, 26, // 16 18.5 23.5 26
            ],
            harness.Read<sbyte>(1));
    }

    private static ResizeOperator Operator(ResizeMode mode, CoordinateMode coordinates, float scale, int input) => new()
    {
        Name = "resize",
        Inputs = [input],
        Outputs = [input + 1],
        Mode = mode,
        Coordinates = coordinates,
        Rounding = NearestRounding.Floor,
        ScaleY = scale,
        ScaleX = scale,
    };
}
