using Edge.Quantizer.Graph;

namespace Edge.Tests.Onnx;

public class ResizeImportTests
{
    private static readonly int[] Image = [1, 2, 3, 5];
    private static readonly float[] Twice = [1, 1, 2, 2];

    [Fact]
    public void Every_opset_that_doubles_an_image_gives_sizes_and_scales()
    {
        OnnxBuilder[] models =
        [
            OnnxBuilder.Single(7, "Upsample", Image, [], ("scales", Twice)),
            OnnxBuilder.Single(9, "Upsample", Image, [Twice], ("mode", "nearest")),
            OnnxBuilder.Single(10, "Resize", Image, [Twice]),
            OnnxBuilder.Single(11, "Resize", Image, [null!, Twice]),
            OnnxBuilder.Single(13, "Resize", Image, [null!, null!, new long[] { 1, 2, 6, 10 }]),
            OnnxBuilder.Single(18, "Resize", Image, [null!, null!, new long[] { 6, 10 }], ("axes", new[] { 2, 3 })),
            OnnxBuilder.Single(19, "Resize", Image, [null!, new float[] { 2, 2 }], ("axes", new[] { 3, 2 })),
        ];

        foreach (OnnxBuilder model in models)
        {
            Node node = Assert.Single(model.Import().Nodes);
            Assert.Equal(OpTypes.Resize, node.OpType);
            Assert.Equal([1, 2, 6, 10], node.Attributes.Ints("sizes")!);
            Assert.Equal(Twice, node.Attributes.Floats("scales")!);
            Assert.Equal("nearest", node.Attributes.Text("mode", ""));
        }
    }

    [Theory]
    [InlineData(10, 2f, "floor")]
    [InlineData(10, 0.5f, "ceil")]
    public void Old_nearest_rounds_down_to_grow_and_up_to_shrink(int opset, float scale, string rounding)
    {
        Node node = Assert.Single(
            OnnxBuilder.Single(opset, "Resize", [1, 1, 4, 4], [new[] { 1, 1, scale, scale }]).Import().Nodes);

        Assert.Equal("asymmetric", node.Attributes.Text("coordinate_transformation_mode", ""));
        Assert.Equal(rounding, node.Attributes.Text("nearest_mode", ""));
    }

    [Theory]
    [InlineData("half_pixel", "round_prefer_floor", "half_pixel", "round_prefer_floor")]
    [InlineData("align_corners", "ceil", "align_corners", "ceil")]
    [InlineData("half_pixel_symmetric", "floor", "half_pixel", "floor")]
    [InlineData("tf_half_pixel_for_nn", "floor", "half_pixel", "round_prefer_ceil")]
    [InlineData("tf_half_pixel_for_nn", "round_prefer_floor", "half_pixel", "ceil")]
    public void Equal_coordinate_rules_get_one_name(string mode, string rounding, string canonicalMode, string canonicalRounding)
    {
        Node node = Assert.Single(OnnxBuilder.Single(
            11, "Resize", Image, [null!, Twice], ("coordinate_transformation_mode", mode),
            ("nearest_mode", rounding)).Import().Nodes);

        Assert.Equal(canonicalMode, node.Attributes.Text("coordinate_transformation_mode", ""));
        Assert.Equal(canonicalRounding, node.Attributes.Text("nearest_mode", ""));
    }

    [Theory]
    [InlineData("not_larger", new[] { 1, 2, 4, 7 })]
    [InlineData("not_smaller", new[] { 1, 2, 6, 10 })]
    public void The_aspect_ratio_can_be_kept(string policy, int[] expected) => Assert.Equal(
        expected,
        OnnxBuilder.Single(
            18, "Resize", Image, [null!, null!, new long[] { 6, 7 }], ("axes", new[] { 2, 3 }),
            ("keep_aspect_ratio_policy", policy)).Import().Outputs[0].Shape!);

    [Theory]
    [InlineData("mode", "cubic")]
    [InlineData("coordinate_transformation_mode", "tf_crop_and_resize")]
    [InlineData("nearest_mode", "up")]
    [InlineData("antialias", 1)]
    public void What_is_not_supported_is_named(string name, object value) =>
        Assert.Contains(
            name, OnnxBuilder.Single(18, "Resize", Image, [null!, Twice], (name, value)).ImportError(), StringComparison.Ordinal);

    [Theory]
    [InlineData(0f)]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(1e12f)]
    public void Scales_must_be_finite_and_positive(float scale) =>
        Assert.Contains(
            "Resize 'resize0'", OnnxBuilder.Single(13, "Resize", Image, [null!, new[] { 1, 1, scale, 1 }]).ImportError(),
            StringComparison.Ordinal);
}
