using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;
using Edge.Quantizer.Reference;

namespace Edge.Quantizer.Tests.Passes;

public class ConstantFoldingTests
{
    private readonly GraphBuilder _b = new();
    private readonly ConstantFolding _pass = new(FloatExecutor.Evaluate);

    [Fact]
    public void Nodes_with_constant_inputs_become_constants()
    {
        Value factor = _b.Op(OpTypes.Unsqueeze, [_b.Weights([3])], ("axes", new[] { 1, 2 }));
        factor = _b.Op(OpTypes.Sigmoid, [_b.Op(OpTypes.Add, [factor, _b.Scalar(1)])]);
        ModelGraph graph = _b.Build(_b.Op(OpTypes.Mul, [_b.Input(1, 3, 4, 4), factor]));
        PassAssert.Rewrites(_pass, graph, OpTypes.Mul);
        Assert.Equal([3, 1, 1], graph.Nodes[0].Input(1).Constant!.Shape);
    }

    [Fact]
    public void A_constant_graph_output_stays_an_output()
    {
        Value output = _b.Op(OpTypes.Tanh, [_b.Weights([3])]);
        ModelGraph graph = _b.Build(output, _b.Relu(_b.Input(1, 3)));
        PassAssert.Rewrites(_pass, graph, OpTypes.Relu);
        Assert.True(output.IsConstant);
    }

    [Fact]
    public void Nodes_with_a_computed_input_stay() =>
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Op(OpTypes.Add, [_b.Input(1, 3, 4, 4), _b.Weights([3, 1, 1])])));
}
