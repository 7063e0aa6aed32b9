using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;

namespace Edge.Quantizer.Tests.Passes;

public class CanonicaliseFullyConnectedTests
{
    private readonly GraphBuilder _b = new();
    private readonly CanonicaliseFullyConnected _pass = new();

    [Theory]
    [InlineData(0, 0, 1f, 1f)]
    [InlineData(0, 1, 0.5f, 2f)]
    [InlineData(1, 0, -2f, 0f)]
    [InlineData(1, 1, 1f, 1f)]
    public void A_gemm_takes_one_form(int transA, int transB, float alpha, float beta)
    {
        Value x = _b.Input(transA == 1 ? [8, 3] : [3, 8]);
        Value w = _b.Weights(transB == 1 ? [5, 8] : [8, 5]);
        Value y = _b.Op(
            OpTypes.Gemm, [x, w, _b.Weights([1, 5])], ("alpha", alpha), ("beta", beta), ("transA", transA), ("transB", transB));
        ModelGraph graph = _b.Build(y);
        PassAssert.Rewrites(_pass, graph, transA == 1 ? [OpTypes.Transpose, OpTypes.Gemm] : [OpTypes.Gemm]);
        Assert.True(CanonicaliseFullyConnected.IsCanonical(graph.Nodes[^1]));
    }

    [Theory]
    [InlineData(false, new int[0])]
    [InlineData(false, new[] { 1 })]
    [InlineData(true, new[] { 1 })]
    public void A_bias_may_be_missing_or_one_number(bool missing, int[] shape)
    {
        Value x = _b.Input(1, 8);
        Value y = _b.Op(
            OpTypes.Gemm, missing ? [x, _b.Weights([5, 8])] : [x, _b.Weights([5, 8]), _b.Weights(shape)],
            ("alpha", 1f), ("beta", 1f), ("transA", 0), ("transB", 1));
        PassAssert.Rewrites(_pass, _b.Build(y), OpTypes.Gemm);
    }

    [Fact]
    public void A_bias_that_differs_by_row_or_is_computed_is_added_behind()
    {
        Value[] c = [_b.Weights([3, 1]), _b.Input(3, 5)];
        Value[] outputs = Array.ConvertAll(c, bias => _b.Op(
            OpTypes.Gemm, [_b.Input(3, 8), _b.Weights([5, 8]), bias], ("alpha", 1f), ("beta", 2f), ("transA", 0), ("transB", 1)));
        PassAssert.Rewrites(
            _pass, _b.Build(outputs), OpTypes.Gemm, OpTypes.Mul, OpTypes.Add, OpTypes.Gemm, OpTypes.Mul, OpTypes.Add);
    }

    [Theory]
    [InlineData(new[] { 3, 8 }, true)]
    [InlineData(new[] { 8 }, false)]
    [InlineData(new[] { 1, 1, 8 }, false)]
    public void A_product_with_a_constant_matrix_and_the_bias_behind_it_become_gemm(int[] shape, bool matrix)
    {
        Value x = _b.Op(OpTypes.MatMul, [_b.Input(shape), _b.Weights([8, 5])]);
        ModelGraph graph = _b.Build(_b.Op(OpTypes.Add, [x, _b.Weights([5])]));
        PassAssert.Rewrites(_pass, graph, matrix ? [OpTypes.Gemm] : [OpTypes.Reshape, OpTypes.Gemm, OpTypes.Reshape]);
    }

    [Fact]
    public void A_product_of_computed_matrices_stays()
    {
        Value x = _b.Op(OpTypes.MatMul, [_b.Input(3, 8), _b.Input(8, 5)]);
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Op(OpTypes.Add, [x, _b.Weights([5])])));
    }

    [Fact]
    public void A_stack_of_rows_stays_a_product() =>
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Op(OpTypes.MatMul, [_b.Input(2, 3, 8), _b.Weights([8, 5])])));

    [Fact]
    public void A_gemm_with_computed_weights_becomes_a_product()
    {
        Value y = _b.Op(
            OpTypes.Gemm, [_b.Input(3, 8), _b.Input(5, 8), _b.Weights([5])],
            ("alpha", 0.5f), ("beta", 1f), ("transA", 0), ("transB", 1));
        PassAssert.Rewrites(_pass, _b.Build(y), OpTypes.Transpose, OpTypes.MatMul, OpTypes.Mul, OpTypes.Add);
    }

    [Fact]
    public void A_product_that_others_read_keeps_its_values()
    {
        Value x = _b.Op(OpTypes.MatMul, [_b.Input(3, 8), _b.Weights([8, 5])]);
        PassAssert.Rewrites(_pass, _b.Build(x, _b.Op(OpTypes.Add, [x, _b.Weights([5])])), OpTypes.Gemm, OpTypes.Add);
    }
}
