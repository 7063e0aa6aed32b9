using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;

namespace Edge.Quantizer.Tests.Passes;

public class MergeReshapesTests
{
    private readonly GraphBuilder _b = new();
    private readonly MergeReshapes _pass = new();

    [Fact]
    public void Of_reshapes_in_a_row_the_last_remains()
    {
        Value x = _b.Relu(_b.Input(1, 6, 2, 2));
        x = _b.Op(OpTypes.Flatten, [x], ("axis", 1));
        x = _b.Op(OpTypes.Unsqueeze, [x], ("axes", new[] { 0 }));
        x = _b.Op(OpTypes.Squeeze, [x], ("axes", new[] { 0 }));
        ModelGraph graph = _b.Build(_b.Reshape(x, 4, 6));
        PassAssert.Rewrites(_pass, graph, OpTypes.Relu, OpTypes.Reshape);
        Assert.Equal([4, 6], graph.Nodes[1].Attributes.Ints("shape")!);
    }

    [Fact]
    public void Reshapes_that_come_back_to_the_first_shape_go()
    {
        Value x = _b.Relu(_b.Input(1, 6, 2, 2));
        Value back = _b.Reshape(_b.Reshape(x, 4, 6), 1, 6, 2, 2);
        PassAssert.Rewrites(_pass, _b.Build(_b.Op(OpTypes.Tanh, [back])), OpTypes.Relu, OpTypes.Tanh);
    }

    [Fact]
    public void A_reshape_with_another_reader_stays_for_it()
    {
        Value x = _b.Reshape(_b.Input(1, 6, 2, 2), 4, 6);
        PassAssert.Rewrites(
            _pass, _b.Build(_b.Reshape(x, 24), _b.Op(OpTypes.Tanh, [x])), OpTypes.Reshape, OpTypes.Reshape, OpTypes.Tanh);
    }

    [Fact]
    public void Transposes_in_a_row_become_their_product()
    {
        Value x = _b.Transpose(_b.Transpose(_b.Input(2, 3, 4, 5), 0, 2, 3, 1), 1, 0, 3, 2);
        ModelGraph graph = _b.Build(x);
        PassAssert.Rewrites(_pass, graph, OpTypes.Transpose);
        Assert.Equal([2, 0, 1, 3], graph.Nodes[0].Attributes.Ints("perm")!);
    }

    [Fact]
    public void Transposes_that_undo_each_other_go()
    {
        Value x = _b.Relu(_b.Input(2, 3, 4, 5));
        x = _b.Transpose(_b.Transpose(x, 0, 2, 3, 1), 0, 3, 1, 2);
        PassAssert.Rewrites(_pass, _b.Build(_b.Op(OpTypes.Tanh, [x])), OpTypes.Relu, OpTypes.Tanh);
    }

    [Fact]
    public void A_transpose_that_moves_only_axes_of_length_1_is_a_reshape() =>
        PassAssert.Rewrites(_pass, _b.Build(_b.Transpose(_b.Input(1, 7, 1, 5), 2, 1, 3, 0)), OpTypes.Reshape);

    [Fact]
    public void A_transpose_that_moves_elements_stays()
    {
        Value x = _b.Reshape(_b.Input(1, 6, 2, 2), 1, 2, 3, 2, 2);
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Reshape(_b.Transpose(x, 0, 2, 1, 3, 4), 1, 6, 2, 2)));
    }
}
