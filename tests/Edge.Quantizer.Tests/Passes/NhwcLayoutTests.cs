using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;

namespace Edge.Quantizer.Tests.Passes;

public class NhwcLayoutTests
{
    private readonly GraphBuilder _b = new();

    [Fact]
    public void Image_operators_run_in_nhwc_and_an_image_output_is_brought_back()
    {
        Value x = _b.Conv(_b.Input(1, 4, 6, 8), 6, 3, stride: 2, pad: 1, group: 2);
        x = _b.Pool(OpTypes.MaxPool, x, 3, 1, pad: 1);
        x = _b.Op(OpTypes.ChannelShuffle, [x], ("group", 3));
        x = _b.Op(OpTypes.Lrn, [x], ("size", 3), ("alpha", 0.5f), ("beta", 0.75f), ("bias", 1f));
        ModelGraph graph = _b.Build(_b.Pool(OpTypes.AveragePool, x, 2, 1));
        Lay(graph, OpTypes.Conv, OpTypes.MaxPool, OpTypes.ChannelShuffle, OpTypes.Lrn, OpTypes.AveragePool, OpTypes.Transpose);
        Assert.Equal([1, 6, 8, 4], graph.Inputs[0].Shape!);
        Assert.Equal([1, 3, 4, 6], graph.Nodes[0].Output.Shape!);
        Assert.All(graph.Nodes.SkipLast(1), n => Assert.Equal("NHWC", n.Attributes.Text(OpTypes.Layout, "")));
    }

    [Fact]
    public void Axes_and_constants_are_renamed()
    {
        Value x = _b.Conv(_b.Input(1, 4, 5, 6), 6, 1);
        Value y = _b.Op(OpTypes.PRelu, [x, _b.Weights([6, 1, 1])]);
        y = _b.Op(OpTypes.Concat, [y, _b.Slice(x, 1, 2, 3)], ("axis", 1));
        y = _b.Op(OpTypes.Mul, [y, _b.Weights([9, 5, 6])]);
        y = _b.Slice(_b.Pad(y, 1, 0, 2, 3, mode: "edge"), 2, 1, 6);
        y = _b.Op(OpTypes.Softmax, [y], ("axis", 3));
        y = _b.Op(OpTypes.ReduceMean, [y], ("axes", new[] { 1, 2 }), ("keepdims", 1));
        Lay(
            _b.Build(y), OpTypes.Conv, OpTypes.PRelu, OpTypes.Slice, OpTypes.Concat, OpTypes.Mul, OpTypes.Pad, OpTypes.Slice,
            OpTypes.Softmax, OpTypes.ReduceMean, OpTypes.Reshape);
    }

    [Fact]
    public void Resize_keeps_the_factors_of_height_and_width()
    {
        Value x = _b.Conv(_b.Input(1, 4, 3, 5), 6, 1);
        x = _b.Op(
            OpTypes.Resize, [x], ("mode", "nearest"), ("coordinate_transformation_mode", "half_pixel"), ("nearest_mode", "floor"),
            ("sizes", new[] { 1, 6, 6, 15 }), ("scales", new[] { 1f, 1f, 2f, 3f }));
        Lay(_b.Build(x), OpTypes.Conv, OpTypes.Resize, OpTypes.Transpose);
    }

    [Fact]
    public void Gemm_weights_follow_the_order_of_a_flattened_image()
    {
        Value x = _b.Reshape(_b.Pool(OpTypes.MaxPool, _b.Input(1, 4, 6, 6), 2, 2), 1, 36);
        Lay(_b.Build(_b.Gemm(x, 5), _b.Gemm(x, 3)), OpTypes.MaxPool, OpTypes.Reshape, OpTypes.Gemm, OpTypes.Gemm);
    }

    [Fact]
    public void A_flattened_image_with_another_reader_is_transposed()
    {
        Value x = _b.Reshape(_b.Pool(OpTypes.MaxPool, _b.Input(1, 4, 6, 6), 2, 2), 1, 36);
        Lay(
            _b.Build(_b.Gemm(x, 5), _b.Op(OpTypes.Tanh, [x])),
            OpTypes.MaxPool, OpTypes.Transpose, OpTypes.Reshape, OpTypes.Gemm, OpTypes.Tanh);
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(1, 6)]
    public void Flattening_one_pixel_or_one_channel_moves_nothing(int channels, int size)
    {
        Value x = _b.Conv(_b.Input(1, 4, size, size), channels, 1);
        Value row = _b.Reshape(x, 1, channels * size * size);
        Lay(_b.Build(_b.Op(OpTypes.Tanh, [row])), OpTypes.Conv, OpTypes.Reshape, OpTypes.Tanh);
    }

    [Fact]
    public void An_image_output_of_one_pixel_needs_only_a_reshape() =>
        Lay(_b.Build(_b.Op(OpTypes.GlobalAveragePool, [_b.Input(1, 4, 5, 5)])), OpTypes.GlobalAveragePool, OpTypes.Reshape);

    [Fact]
    public void A_gate_from_a_fully_connected_layer_reaches_the_image_without_a_transpose()
    {
        Value x = _b.Conv(_b.Input(1, 4, 5, 5), 6, 3);
        Value gate = _b.Reshape(_b.Op(OpTypes.GlobalAveragePool, [x]), 1, 6);
        gate = _b.Reshape(_b.Op(OpTypes.Sigmoid, [_b.Gemm(gate, 6)]), 1, 6, 1, 1);
        Value y = _b.Op(OpTypes.GlobalMaxPool, [_b.Op(OpTypes.Mul, [x, gate])]);
        Lay(
            _b.Build(_b.Reshape(y, 1, 6)),
            OpTypes.Conv, OpTypes.GlobalAveragePool, OpTypes.Reshape, OpTypes.Gemm, OpTypes.Sigmoid, OpTypes.Reshape, OpTypes.Mul,
            OpTypes.GlobalMaxPool, OpTypes.Reshape);
    }

    [Fact]
    public void An_operand_of_lower_rank_is_brought_to_the_image()
    {
        Value x = _b.Conv(_b.Input(1, 4, 5, 5), 6, 3);
        Value y = _b.Op(OpTypes.Add, [x, _b.Input(6, 1, 3)]);
        Lay(
            _b.Build(_b.Op(OpTypes.GlobalMaxPool, [y])),
            OpTypes.Conv, OpTypes.Reshape, OpTypes.Transpose, OpTypes.Add, OpTypes.GlobalMaxPool, OpTypes.Reshape);
    }

    [Fact]
    public void A_model_that_was_nhwc_loses_its_transposes()
    {
        Value x = _b.Transpose(_b.Input(1, 5, 6, 4), 0, 3, 1, 2);
        x = _b.Transpose(_b.Conv(x, 6, 3), 0, 2, 3, 1);
        x = _b.Op(OpTypes.Mul, [x, _b.Weights([6])]);
        x = _b.Transpose(x, 0, 3, 1, 2);
        ModelGraph graph = _b.Build(_b.Transpose(_b.Conv(x, 3, 1), 0, 2, 3, 1));
        Lay(graph, OpTypes.Conv, OpTypes.Mul, OpTypes.Conv);
        Assert.Equal([1, 5, 6, 4], graph.Inputs[0].Shape!);
    }

    [Fact]
    public void Operators_that_must_see_channels_first_get_a_transpose()
    {
        Value x = _b.Conv(_b.Input(1, 4, 5, 5), 6, 3);
        x = _b.Op(OpTypes.MatMul, [x, _b.Weights([3, 2])]);
        Lay(_b.Build(_b.Reshape(x, 36)), OpTypes.Conv, OpTypes.Transpose, OpTypes.MatMul, OpTypes.Reshape);
    }

    [Fact]
    public void A_mean_that_drops_axes_sees_channels_first_when_their_order_would_change()
    {
        Value x = _b.Conv(_b.Input(1, 4, 5, 5), 6, 3);
        Value height = _b.Op(OpTypes.ReduceMean, [x], ("axes", new[] { 2 }), ("keepdims", 0));
        Value channel = _b.Op(OpTypes.ReduceMean, [x], ("axes", new[] { 1 }), ("keepdims", 0));
        Lay(_b.Build(height, channel), OpTypes.Conv, OpTypes.Transpose, OpTypes.ReduceMean, OpTypes.ReduceMean);
    }

    [Fact]
    public void A_value_of_rank_5_is_left_as_it_is()
    {
        Value x = _b.Reshape(_b.Conv(_b.Input(1, 4, 5, 5), 6, 3), 1, 2, 3, 3, 3);
        Lay(_b.Build(_b.Transpose(x, 0, 4, 2, 1, 3)), OpTypes.Conv, OpTypes.Transpose, OpTypes.Reshape, OpTypes.Transpose);
    }

    /// <summary>Lays out and cleans up; the graph then has these operators in this order and computes the same.</summary>
    private static void Lay(ModelGraph graph, params string[] operators)
    {
        var pipeline = new PassPipeline([], [new NhwcLayout()], [new MergeReshapes(), new RemoveNoOps()]);
        PassAssert.Preserves(graph, () => pipeline.Run(graph));
        Assert.Equal(operators, graph.Nodes.Select(n => n.OpType));
    }
}
