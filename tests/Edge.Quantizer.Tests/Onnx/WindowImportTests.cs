using Edge.Quantizer.Graph;

namespace Edge.Tests.Onnx;

public class WindowImportTests
{
    [Theory]
    [InlineData("NOTSET", new[] { 0, 0, 0, 0 }, new[] { 1, 4, 3, 3 })]
    [InlineData("VALID", new[] { 0, 0, 0, 0 }, new[] { 1, 4, 3, 3 })]
    [InlineData("SAME_UPPER", new[] { 0, 0, 1, 1 }, new[] { 1, 4, 4, 4 })]
    [InlineData("SAME_LOWER", new[] { 1, 1, 0, 0 }, new[] { 1, 4, 4, 4 })]
    public void Automatic_padding_becomes_pads(string mode, int[] pads, int[] shape)
    {
        ModelGraph graph = OnnxBuilder.Single(
            13, "Conv", [1, 2, 8, 8], [new[] { 4, 2, 3, 3 }], ("auto_pad", mode), ("strides", new[] { 2, 2 })).Import();

        Node conv = Assert.Single(graph.Nodes);
        Assert.Equal(pads, conv.Attributes.Ints("pads")!);
        Assert.Equal(shape, conv.Output.Shape!);
    }

    [Fact]
    public void A_convolution_without_attributes_gets_all_of_them_spelled_out()
    {
        Node conv = Assert.Single(OnnxBuilder.Single(7, "Conv", [1, 2, 8, 8], [new[] { 4, 2, 3, 5 }]).Import().Nodes);

        Assert.Equal([3, 5], conv.Attributes.Ints("kernel_shape")!);
        Assert.Equal([1, 1], conv.Attributes.Ints("strides")!);
        Assert.Equal([1, 1], conv.Attributes.Ints("dilations")!);
        Assert.Equal([0, 0, 0, 0], conv.Attributes.Ints("pads")!);
        Assert.Equal(1, conv.Attributes.Int("group", 0));
        Assert.Equal([1, 4, 6, 4], conv.Output.Shape!);
    }

    [Theory]
    [InlineData(new[] { 1, 6, 9 }, new[] { 4, 3, 3 }, 2, new[] { 1, 4, 7 })]
    [InlineData(new[] { 1, 6, 9, 8 }, new[] { 6, 1, 3, 3 }, 6, new[] { 1, 6, 7, 6 })]
    [InlineData(new[] { 1, 2, 5, 6, 7 }, new[] { 3, 2, 2, 3, 4 }, 1, new[] { 1, 3, 4, 4, 4 })]
    public void Convolutions_have_one_to_three_spatial_axes_and_groups(int[] x, int[] w, int group, int[] y) =>
        Assert.Equal(y, OnnxBuilder.Single(13, "Conv", x, [w], ("group", group)).Import().Outputs[0].Shape!);

    [Theory]
    [InlineData(7, 3, 2, 0, 0, 3)]
    [InlineData(7, 3, 2, 0, 1, 3)]
    [InlineData(8, 3, 2, 0, 0, 3)]
    [InlineData(8, 3, 2, 0, 1, 4)]
    [InlineData(113, 3, 2, 0, 1, 56)]
    // The fourth window would start behind the input: ONNX leaves it out.
    [InlineData(5, 2, 3, 1, 1, 2)]
    [InlineData(4, 1, 2, 0, 1, 2)]
    public void Ceil_mode_adds_a_last_window_only_if_it_starts_inside(
        int size, int kernel, int stride, int pad, int ceil, int expected)
    {
        ModelGraph graph = OnnxBuilder.Single(
            12, "MaxPool", [1, 1, size], [], ("kernel_shape", new[] { kernel }), ("strides", new[] { stride }),
            ("pads", new[] { pad, pad }),
            ("ceil_mode", ceil)).Import();

        Assert.Equal([1, 1, expected], graph.Outputs[0].Shape!);
    }

    [Fact]
    public void A_pool_over_the_same_size_needs_no_ceil_mode()
    {
        Node pool = Assert.Single(OnnxBuilder.Single(
            19, "AveragePool", [1, 3, 5, 5], [], ("kernel_shape", new[] { 3, 3 }), ("strides", new[] { 2, 2 }),
            ("auto_pad", "SAME_UPPER"),
            ("ceil_mode", 1), ("count_include_pad", 1)).Import().Nodes);

        Assert.Equal([1, 3, 3, 3], pool.Output.Shape!);
        Assert.Equal(0, pool.Attributes.Int("ceil_mode", -1));
        Assert.Equal(1, pool.Attributes.Int("count_include_pad", -1));
    }

    [Fact]
    public void Global_pools_keep_the_spatial_axes_as_one() =>
        Assert.Equal([1, 3, 1, 1], OnnxBuilder.Single(13, "GlobalMaxPool", [1, 3, 5, 7], []).Import().Outputs[0].Shape!);

    [Theory]
    [InlineData(new[] { 1, 3, 8, 8 }, new[] { 4, 2, 3, 3 }, 1, "expected 3 = group")]
    [InlineData(new[] { 1, 2, 2, 8 }, new[] { 4, 2, 3, 3 }, 1, "larger than the padded input")]
    [InlineData(new[] { 1, 2, 8 }, new[] { 4, 2, 3, 3 }, 1, "do not fit")]
    [InlineData(new[] { 1, 2, 8, 8 }, new[] { 3, 1, 3, 3 }, 2, "do not fit")]
    public void Weights_that_do_not_fit_are_named(int[] x, int[] w, int group, string expected) =>
        Assert.Contains(
            expected, OnnxBuilder.Single(13, "Conv", x, [w], ("group", group)).ImportError(), StringComparison.Ordinal);

    [Theory]
    [InlineData("strides", new[] { 0, 1 })]
    [InlineData("dilations", new[] { -1, 1 })]
    [InlineData("strides", new[] { 1 })]
    [InlineData("pads", new[] { 0, 0, 0 })]
    [InlineData("pads", new[] { -1, 0, 0, 0 })]
    [InlineData("kernel_shape", new[] { 2, 2 })]
    public void Window_attributes_out_of_range_are_refused(string name, int[] value) =>
        Assert.Contains(
            "Conv 'conv0'", OnnxBuilder.Single(13, "Conv", [1, 2, 8, 8], [new[] { 4, 2, 3, 3 }], (name, value)).ImportError(),
            StringComparison.Ordinal);

    [Fact]
    public void A_pool_window_of_padding_only_is_refused() => Assert.Contains(
        "padding is not smaller than the kernel",
        OnnxBuilder.Single(
            13, "MaxPool", [1, 2, 8, 8], [], ("kernel_shape", new[] { 2, 2 }), ("pads", new[] { 2, 0, 0, 0 })).ImportError(),
        StringComparison.Ordinal);
}
