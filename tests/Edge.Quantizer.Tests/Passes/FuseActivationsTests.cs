using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;

namespace Edge.Quantizer.Tests.Passes;

public class FuseActivationsTests
{
    private readonly GraphBuilder _b = new();
    private readonly FuseActivations _pass = new();

    [Fact]
    public void Relu_becomes_the_lower_bound_of_a_conv_which_takes_over_its_name()
    {
        Value y = _b.Relu(_b.Conv(_b.Input(1, 3, 5, 5), 4, 3));
        ModelGraph graph = _b.Build(y);
        PassAssert.Rewrites(_pass, graph, OpTypes.Conv);
        Assert.Equal(0, graph.Nodes[0].Attributes.Float(OpTypes.FusedLow, -1));
        Assert.False(graph.Nodes[0].Attributes.Has(OpTypes.FusedHigh));
        Assert.Same(y, graph.Nodes[0].Output);
    }

    [Fact]
    public void Clip_becomes_both_bounds_of_a_gemm()
    {
        ModelGraph graph = _b.Build(_b.Clip(_b.Gemm(_b.Input(1, 9), 16), 0, 1.5f));
        PassAssert.Rewrites(_pass, graph, OpTypes.Gemm);
        Assert.Equal(1.5f, graph.Nodes[0].Attributes.Float(OpTypes.FusedHigh, -1));
    }

    [Fact]
    public void Adds_and_average_pools_take_bounds_too()
    {
        Value x = _b.Input(1, 3, 6, 6);
        Value sum = _b.Relu(_b.Op(OpTypes.Add, [x, x]));
        Value pool = _b.Clip(_b.Pool(OpTypes.AveragePool, x, 2, 2), -0.5f, 0.5f);
        PassAssert.Rewrites(_pass, _b.Build(sum, pool), OpTypes.Add, OpTypes.AveragePool);
    }

    [Theory]
    [InlineData(-1f, 2f, 0f, 6f)]
    [InlineData(0f, 6f, -3f, 1f)]
    [InlineData(0f, 1f, 0.5f, 0.75f)]
    public void Activations_in_a_row_become_one(float low1, float high1, float low2, float high2) =>
        PassAssert.Rewrites(
            _pass, _b.Build(_b.Clip(_b.Clip(_b.Conv(_b.Input(1, 3, 5, 5), 4, 3), low1, high1), low2, high2)), OpTypes.Conv);

    [Fact]
    public void Bounds_that_do_not_meet_leave_the_second_ones_limit()
    {
        ModelGraph graph = _b.Build(_b.Clip(_b.Clip(_b.Conv(_b.Input(1, 3, 5, 5), 4, 3), 0, 1), 2, 3));
        while (_pass.Run(graph) > 0)
        {
        }

        Attributes conv = Assert.Single(graph.Nodes).Attributes;
        Assert.Equal((2, 2), (conv.Float(OpTypes.FusedLow, 0), conv.Float(OpTypes.FusedHigh, 0)));
    }

    [Fact]
    public void Without_a_producer_that_has_bounds_two_clips_become_one()
    {
        Value x = _b.Op(OpTypes.Tanh, [_b.Input(1, 3, 5, 5)]);
        PassAssert.Rewrites(_pass, _b.Build(_b.Clip(_b.Relu(x), -1, 0.5f)), OpTypes.Tanh, OpTypes.Clip);
    }

    [Fact]
    public void A_second_relu_goes()
    {
        Value x = _b.Relu(_b.Op(OpTypes.Sub, [_b.Input(1, 3, 5, 5), _b.Input(1, 3, 5, 5)]));
        Value y = _b.Relu(_b.Pool(OpTypes.MaxPool, x, 2, 2));
        PassAssert.Rewrites(_pass, _b.Build(y), OpTypes.Sub, OpTypes.Relu, OpTypes.MaxPool);
    }

    [Fact]
    public void Relu_moves_up_through_max_pool_and_concat()
    {
        Value x = _b.Input(1, 3, 6, 6);
        Value a = _b.Pool(OpTypes.MaxPool, _b.Conv(x, 4, 3, pad: 1), 2, 2);
        Value b = _b.Pool(OpTypes.AveragePool, _b.Relu(_b.Conv(x, 4, 1)), 2, 2);
        ModelGraph graph = _b.Build(_b.Relu(_b.Op(OpTypes.Concat, [a, b], ("axis", 1))));
        PassAssert.Rewrites(_pass, graph, OpTypes.Conv, OpTypes.MaxPool, OpTypes.Conv, OpTypes.AveragePool, OpTypes.Concat);
        Assert.All(graph.Nodes.Where(n => n.OpType == OpTypes.Conv), n => Assert.True(n.Attributes.Has(OpTypes.FusedLow)));
    }

    [Fact]
    public void Relu_stays_behind_a_concat_when_one_path_cannot_take_it()
    {
        Value x = _b.Input(1, 3, 6, 6);
        Value concat = _b.Op(OpTypes.Concat, [_b.Conv(x, 4, 1), _b.Op(OpTypes.Tanh, [x])], ("axis", 1));
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Relu(concat)));
    }

    [Fact]
    public void A_value_with_another_reader_is_not_clamped()
    {
        Value x = _b.Conv(_b.Input(1, 3, 5, 5), 4, 3);
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Relu(x), _b.Op(OpTypes.Sigmoid, [x])));
    }

    [Fact]
    public void A_graph_output_is_not_clamped()
    {
        Value x = _b.Conv(_b.Input(1, 3, 5, 5), 4, 3);
        PassAssert.LeavesAlone(_pass, _b.Build(x, _b.Relu(x)));
    }

    [Fact]
    public void LeakyRelu_is_no_bound() =>
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Op(OpTypes.LeakyRelu, [_b.Conv(_b.Input(1, 3, 5, 5), 4, 3)], ("alpha", 0.1f))));
}
