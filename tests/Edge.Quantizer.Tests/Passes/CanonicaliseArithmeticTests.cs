using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;

namespace Edge.Quantizer.Tests.Passes;

public class CanonicaliseArithmeticTests
{
    private readonly GraphBuilder _b = new();
    private readonly CanonicaliseArithmetic _pass = new();

    [Theory]
    [InlineData(OpTypes.Sum, OpTypes.Add)]
    [InlineData(OpTypes.Max, OpTypes.Max)]
    [InlineData(OpTypes.Min, OpTypes.Min)]
    public void Three_inputs_become_a_chain_of_two(string opType, string link)
    {
        Value[] inputs = [_b.Input(1, 3, 1, 1), _b.Input(1, 1, 4, 1), _b.Op(OpTypes.Tanh, [_b.Input(1, 3, 4, 4)])];
        PassAssert.Rewrites(_pass, _b.Build(_b.Op(opType, inputs)), OpTypes.Tanh, link, link);
    }

    [Fact]
    public void A_constant_stands_on_the_right()
    {
        ModelGraph graph = _b.Build(_b.Op(OpTypes.Mul, [_b.Weights([3, 1, 1]), _b.Input(1, 3, 4, 4)]));
        PassAssert.Rewrites(_pass, graph, OpTypes.Mul);
        Assert.True(graph.Nodes[0].Input(1).IsConstant);
    }

    [Fact]
    public void Subtracting_and_dividing_by_constants_become_adding_and_multiplying()
    {
        Value x = _b.Op(OpTypes.Sub, [_b.Input(1, 3, 4, 4), _b.Weights([3, 1, 1])]);
        PassAssert.Rewrites(_pass, _b.Build(_b.Op(OpTypes.Div, [x, _b.Weights([3, 1, 1], 0.3f, 2)])), OpTypes.Add, OpTypes.Mul);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1e-42f)]
    [InlineData(3e38f)]
    public void A_divisor_without_a_normal_reciprocal_stays(float divisor)
    {
        Value x = _b.Op(OpTypes.Div, [_b.Input(1, 3, 4, 4), _b.Constant([3, 1, 1], 1, 2, divisor)]);
        PassAssert.LeavesAlone(_pass, _b.Build(x));
    }

    [Fact]
    public void Subtracting_from_a_constant_stays() =>
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Op(OpTypes.Sub, [_b.Scalar(1), _b.Input(1, 3, 4, 4)])));

    [Fact]
    public void Max_and_min_against_a_number_become_clip()
    {
        Value x = _b.Op(OpTypes.Max, [_b.Scalar(-0.5f), _b.Input(1, 3, 4, 4)]);
        ModelGraph graph = _b.Build(_b.Op(OpTypes.Min, [x, _b.Constant([1], 1)]));
        PassAssert.Rewrites(_pass, graph, OpTypes.Clip, OpTypes.Clip);
        Assert.Equal(-0.5f, graph.Nodes[0].Attributes.Float("min", 0));
        Assert.Equal(1, graph.Nodes[1].Attributes.Float("max", 0));
    }

    [Fact]
    public void Max_against_a_vector_stays() =>
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Op(OpTypes.Max, [_b.Input(1, 3, 4, 4), _b.Weights([3, 1, 1])])));

    [Fact]
    public void LeakyRelu_with_slope_0_is_relu() =>
        PassAssert.Rewrites(_pass, _b.Build(_b.Op(OpTypes.LeakyRelu, [_b.Input(1, 3, 4, 4)], ("alpha", 0f))), OpTypes.Relu);
}
