using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;

namespace Edge.Quantizer.Tests.Passes;

public class FoldPadTests
{
    private readonly GraphBuilder _b = new();
    private readonly FoldPad _pass = new();

    [Fact]
    public void A_pad_with_zeros_adds_up_with_the_padding_of_a_conv()
    {
        Value x = _b.Pad(_b.Input(1, 3, 7, 8), 0, 1, 2, 3);
        ModelGraph graph = _b.Build(_b.Conv(x, 4, 3, stride: 2, pad: 1));
        PassAssert.Rewrites(_pass, graph, OpTypes.Conv);
        Assert.Equal([1, 2, 3, 4], graph.Nodes[0].Attributes.Ints("pads")!);
    }

    [Fact]
    public void Every_conv_takes_its_share_and_other_readers_keep_the_pad()
    {
        Value x = _b.Pad(_b.Input(1, 3, 6, 6), 1, 1, 1, 1);
        ModelGraph graph = _b.Build(_b.Conv(x, 4, 3), _b.Op(OpTypes.Sigmoid, [x]));
        PassAssert.Rewrites(_pass, graph, OpTypes.Pad, OpTypes.Conv, OpTypes.Sigmoid);
    }

    [Theory]
    [InlineData(1f, "constant")]
    [InlineData(0f, "edge")]
    [InlineData(0f, "reflect")]
    public void Other_paddings_stay_in_front_of_a_conv(float value, string mode)
    {
        Value x = _b.Pad(_b.Input(1, 3, 6, 6), 1, 1, 1, 1, value, mode);
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Conv(x, 4, 3)));
    }

    [Fact]
    public void A_pad_that_crops_stays()
    {
        Value x = _b.Pad(_b.Input(1, 3, 6, 6), -1, 0, 1, 0);
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Conv(x, 4, 3)));
    }

    [Fact]
    public void A_max_pool_takes_zeros_behind_a_relu()
    {
        Value x = _b.Pad(_b.Relu(_b.Input(1, 3, 7, 7)), 1, 1, 1, 1);
        PassAssert.Rewrites(_pass, _b.Build(_b.Pool(OpTypes.MaxPool, x, 3, 2)), OpTypes.Relu, OpTypes.MaxPool);
    }

    [Fact]
    public void A_max_pool_does_not_take_zeros_where_inputs_may_be_negative()
    {
        Value x = _b.Pad(_b.Input(1, 3, 7, 7), 1, 1, 1, 1);
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Pool(OpTypes.MaxPool, x, 3, 2)));
    }

    [Fact]
    public void A_max_pool_takes_the_smallest_float_always()
    {
        Value x = _b.Pad(_b.Input(1, 3, 7, 7), 1, 1, 1, 1, float.MinValue);
        PassAssert.Rewrites(_pass, _b.Build(_b.Pool(OpTypes.MaxPool, x, 3, 2)), OpTypes.MaxPool);
    }

    [Fact]
    public void A_max_pool_keeps_a_pad_as_large_as_its_kernel()
    {
        Value x = _b.Pad(_b.Relu(_b.Input(1, 3, 7, 7)), 2, 2, 2, 2);
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Pool(OpTypes.MaxPool, x, 2, 2)));
    }

    [Fact]
    public void A_pool_with_ceil_mode_keeps_its_pad()
    {
        Value x = _b.Pad(_b.Relu(_b.Input(1, 3, 7, 7)), 1, 1, 1, 1);
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Pool(OpTypes.MaxPool, x, 3, 2, ceil: true)));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void An_average_pool_counts_the_padding_it_takes(int own, bool countPad)
    {
        Value x = _b.Pad(_b.Input(1, 3, 6, 6), 1, 0, 1, 1);
        ModelGraph graph = _b.Build(_b.Pool(OpTypes.AveragePool, x, 3, 1, own, countPad: countPad));
        PassAssert.Rewrites(_pass, graph, OpTypes.AveragePool);
        Assert.Equal(1, graph.Nodes[0].Attributes.Int("count_include_pad", 0));
    }

    [Fact]
    public void An_average_pool_whose_own_padding_does_not_count_keeps_its_pad()
    {
        Value x = _b.Pad(_b.Input(1, 3, 6, 6), 1, 1, 1, 1);
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Pool(OpTypes.AveragePool, x, 3, 1, pad: 1)));
    }
}
