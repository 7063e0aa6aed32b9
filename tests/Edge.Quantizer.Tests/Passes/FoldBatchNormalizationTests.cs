using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;

namespace Edge.Quantizer.Tests.Passes;

public class FoldBatchNormalizationTests
{
    private readonly GraphBuilder _b = new();
    private readonly FoldBatchNormalization _pass = new();

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(6, true)]
    public void It_folds_into_the_conv_in_front(int group, bool bias)
    {
        Value x = _b.Conv(_b.Input(1, 6, 5, 5), 12, 3, pad: 1, group: group, bias: bias);
        PassAssert.Rewrites(_pass, _b.Build(_b.BatchNormalization(x)), OpTypes.Conv);
    }

    [Fact]
    public void It_folds_into_the_gemm_in_front() =>
        PassAssert.Rewrites(_pass, _b.Build(_b.BatchNormalization(_b.Gemm(_b.Input(1, 8), 5))), OpTypes.Gemm);

    [Fact]
    public void Factors_and_offsets_behind_it_fold_too()
    {
        Value x = _b.BatchNormalization(_b.Conv(_b.Input(1, 3, 5, 5), 4, 3));
        x = _b.Op(OpTypes.Mul, [x, _b.Weights([4, 1, 1])]);
        x = _b.Op(OpTypes.Add, [x, _b.Weights([1, 4, 1, 1])]);
        x = _b.Op(OpTypes.Sub, [_b.Scalar(2), x]);
        PassAssert.Rewrites(_pass, _b.Build(x), OpTypes.Conv);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void It_folds_into_all_the_convs_behind_when_they_pad_nothing(int group)
    {
        Value x = _b.BatchNormalization(_b.Input(1, 4, 6, 6));
        ModelGraph graph = _b.Build(_b.Conv(x, 8, 3, group: group, bias: false), _b.Conv(x, 4, 1));
        PassAssert.Rewrites(_pass, graph, OpTypes.Conv, OpTypes.Conv);
    }

    [Fact]
    public void It_folds_into_the_gemm_behind() =>
        PassAssert.Rewrites(_pass, _b.Build(_b.Gemm(_b.BatchNormalization(_b.Input(1, 8)), 5)), OpTypes.Gemm);

    [Fact]
    public void In_front_of_a_conv_with_padding_it_becomes_a_depthwise_conv()
    {
        ModelGraph graph = _b.Build(_b.Conv(_b.BatchNormalization(_b.Input(1, 4, 6, 6)), 8, 3, pad: 1));
        PassAssert.Rewrites(_pass, graph, OpTypes.Conv, OpTypes.Conv);
        Assert.Equal(4, graph.Nodes[0].Attributes.Int("group", 1));
    }

    [Fact]
    public void A_factor_without_an_offset_folds_into_a_conv_with_padding()
    {
        Value x = _b.Op(OpTypes.Mul, [_b.Input(1, 4, 6, 6), _b.Weights([4, 1, 1])]);
        PassAssert.Rewrites(_pass, _b.Build(_b.Conv(x, 8, 3, pad: 1)), OpTypes.Conv);
    }

    [Fact]
    public void After_a_pool_or_an_add_it_becomes_a_depthwise_conv()
    {
        Value x = _b.Pool(OpTypes.MaxPool, _b.Input(1, 4, 6, 6), 2, 2);
        Value y = _b.BatchNormalization(_b.Op(OpTypes.Add, [x, _b.BatchNormalization(x)]));
        PassAssert.Rewrites(_pass, _b.Build(_b.Relu(y)), OpTypes.MaxPool, OpTypes.Conv, OpTypes.Add, OpTypes.Conv, OpTypes.Relu);
    }

    [Fact]
    public void Values_that_are_no_images_are_reshaped_around_the_depthwise_conv() =>
        PassAssert.Rewrites(
            _pass, _b.Build(_b.BatchNormalization(_b.Input(1, 4, 6))), OpTypes.Reshape, OpTypes.Conv, OpTypes.Reshape);

    [Fact]
    public void A_conv_result_with_another_reader_keeps_its_values()
    {
        Value x = _b.Conv(_b.Input(1, 3, 5, 5), 4, 3);
        PassAssert.Rewrites(
            _pass, _b.Build(_b.BatchNormalization(x), _b.Op(OpTypes.Sigmoid, [x])), OpTypes.Conv, OpTypes.Conv, OpTypes.Sigmoid);
    }

    [Fact]
    public void A_conv_result_that_is_a_graph_output_keeps_its_values()
    {
        Value x = _b.Conv(_b.Input(1, 3, 5, 5), 4, 3);
        PassAssert.Rewrites(_pass, _b.Build(x, _b.BatchNormalization(x)), OpTypes.Conv, OpTypes.Conv);
    }

    [Fact]
    public void Weights_that_two_convs_share_are_not_changed_for_the_other()
    {
        Value input = _b.Input(1, 3, 5, 5);
        Value weights = _b.Weights([4, 3, 1, 1]);
        (string, object)[] window = [("kernel_shape", new[] { 1, 1 })];
        Value a = _b.BatchNormalization(_b.Op(OpTypes.Conv, [input, weights], window));
        PassAssert.Rewrites(_pass, _b.Build(a, _b.Op(OpTypes.Conv, [input, weights], window)), OpTypes.Conv, OpTypes.Conv);
    }

    [Fact]
    public void Behind_a_fused_activation_it_does_not_reach_the_conv()
    {
        Value x = _b.Conv(_b.Input(1, 3, 5, 5), 4, 3);
        x.Producer!.Attributes.Set(OpTypes.FusedLow, 0f);
        PassAssert.Rewrites(_pass, _b.Build(_b.BatchNormalization(x)), OpTypes.Conv, OpTypes.Conv);
    }

    [Fact]
    public void A_constant_of_the_size_of_the_image_is_no_channel_vector()
    {
        Value x = _b.Conv(_b.Input(1, 3, 5, 5), 4, 3);
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Op(OpTypes.Add, [x, _b.Weights([4, 3, 3])])));
    }

    [Fact]
    public void A_vector_along_the_width_is_no_channel_vector()
    {
        Value x = _b.Conv(_b.Input(1, 3, 6, 6), 4, 3);
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Op(OpTypes.Mul, [x, _b.Weights([4])])));
    }

    [Fact]
    public void A_factor_that_is_computed_stays_a_product()
    {
        Value x = _b.Conv(_b.Input(1, 3, 5, 5), 4, 3);
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Op(OpTypes.Mul, [x, _b.Input(1, 4, 1, 1)])));
    }
}
