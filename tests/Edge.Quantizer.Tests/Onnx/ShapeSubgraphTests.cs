using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx.Schema;

namespace Edge.Tests.Onnx;

public class ShapeSubgraphTests
{
    [Fact]
    public void A_view_as_PyTorch_writes_it_becomes_one_Reshape()
    {
        ModelGraph graph = new OnnxBuilder(13).Input("x", "N", 8, 4, 4).Integers("zero", 0).Integers("minus", -1)
            .Node("Shape", "x", "shape").Node("Constant", "", "i", ("value_int", 0)).Node("Gather", "shape i", "n", ("axis", 0))
            .Node("Unsqueeze", "n zero", "n1").Node("Concat", "n1 minus", "wanted", ("axis", 0)).Node("Reshape", "x wanted", "y")
            .Output("y").Import();

        Node reshape = Assert.Single(graph.Nodes);
        Assert.Equal([1, 128], reshape.Attributes.Ints("shape")!);
    }

    [Fact]
    public void Sizes_computed_in_floating_point_fold()
    {
        ModelGraph graph = new OnnxBuilder(11).Input("x", 1, 3, 5, 7).Weight("half", [1], 0.5f)
            .Node("Shape", "x", "shape")
            .Node("Slice", "shape from to", "hw").Integers("from", 2).Integers("to", 4)
            .Node("Cast", "hw", "real", ("to", 1)).Node("Mul", "real half", "scaled").Node("Floor", "scaled", "floor")
            .Node("Cast", "floor", "whole", ("to", 7)).Node("Slice", "shape zero from", "nc").Integers("zero", 0)
            .Node("Concat", "nc whole", "sizes", ("axis", 0)).Node("Resize", "x - - sizes", "y").Output("y").Import();

        Assert.Equal(OpTypes.Resize, Assert.Single(graph.Nodes).OpType);
        Assert.Equal([1, 3, 2, 3], graph.Outputs[0].Shape!);
    }

    [Fact]
    public void Choices_between_sizes_fold()
    {
        ModelGraph graph = new OnnxBuilder(13).Input("x", 2, 3).Integers("wanted", -1, 6).Integers("minus", -1)
            .Node("Shape", "wanted", "count").Node("ConstantOfShape", "count", "ones", ("value", Int64(1)))
            .Node("Equal", "wanted minus", "open").Node("Where", "open ones wanted", "shape").Node("Reshape", "x shape", "y")
                .Output("y").Import();

        Assert.Equal([1, 6], graph.Outputs[0].Shape!);
    }

    [Theory]
    [InlineData("Add", 7, 2, 9)]
    [InlineData("Sub", 7, 2, 5)]
    [InlineData("Mul", 7, 2, 14)]
    [InlineData("Div", 7, 2, 3)]
    [InlineData("Div", -7, 2, -3)]
    [InlineData("Max", 7, 2, 7)]
    [InlineData("Min", 7, 2, 2)]
    public void Integers_compute_as_in_ONNX(string opType, long a, long b, long expected) => Assert.Equal(
        [expected],
        new OnnxBuilder(13).Integers("a", a).Integers("b", b).Node(opType, "a b", "y").Output("y").Import().Outputs[0]
            .Constant!.Longs);

    [Fact]
    public void Range_counts_in_steps() => Assert.Equal(
        [5, 3, 1],
        new OnnxBuilder(13).Node("Constant", "", "a", ("value_int", 5)).Node("Constant", "", "b", ("value_int", 0))
            .Node("Constant", "", "c", ("value_int", -2)).Node("Range", "a b c", "y").Output("y").Import().Outputs[0]
                .Constant!.Longs);

    [Fact]
    public void Shape_gives_a_part_on_request() => Assert.Equal(
        [3, 4],
        new OnnxBuilder(15).Input("x", 2, 3, 4, 5).Node("Shape", "x", "y", ("start", 1), ("end", -1)).Output("y").Import()
            .Outputs[0].Constant!.Longs);

    [Fact]
    public void Stored_weights_fold_through_movement()
    {
        ModelGraph graph = new OnnxBuilder(13).Input("x", 1, 2).Weight("w", [3, 2], 1, 2, 3, 4, 5, 6)
            .Node("Transpose", "w", "t").Node("MatMul", "x t", "y").Output("y").Import();

        Node product = Assert.Single(graph.Nodes);
        Assert.Equal([1, 3, 5, 2, 4, 6], product.Input(1).Constant!.Floats);
    }

    [Fact]
    public void Gather_takes_rows_in_any_order() => Assert.Equal(
        [5, 6, 1, 2],
        new OnnxBuilder(13).Weight("w", [3, 2], 1, 2, 3, 4, 5, 6).Integers("i", -1, 0).Node("Gather", "w i", "y").Output("y")
            .Import().Outputs[0].Constant!.Floats);

    [Fact]
    public void An_integer_division_by_zero_is_named() => Assert.Contains(
        "divided by zero",
        new OnnxBuilder(13).Integers("a", 1).Integers("b", 0).Node("Div", "a b", "y").Output("y").ImportError(),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(1L << 40)]
    [InlineData(1L << 30)]
    [InlineData(-1L)]
    public void A_constant_of_absurd_size_is_refused(long size) => Assert.Contains(
        "ConstantOfShape",
        new OnnxBuilder(13).Integers("s", size).Node("ConstantOfShape", "s", "y").Output("y").ImportError(),
        StringComparison.Ordinal);

    [Fact]
    public void Shape_arithmetic_on_the_image_itself_is_refused() => Assert.Contains(
        "Gather 'gather0' (opset 13): it is supported in shape computations only, but input 'x' is known at run time only",
        new OnnxBuilder(13).Input("x", 4, 2).Integers("i", 0).Node("Gather", "x i", "y").Output("y").ImportError(),
        StringComparison.Ordinal);

    [Fact]
    public void A_shape_that_is_known_at_run_time_only_is_refused() => Assert.Contains(
        "input 1 (shape) must be constant, but 's' is computed at run time",
        new OnnxBuilder(13).Input("x", 4, 2).Input("s", TensorProto.Types.DataType.Int64, 2).Node("Reshape", "x s", "y")
            .Output("y").ImportError(),
        StringComparison.Ordinal);

    private static TensorProto Int64(long value) =>
        new() { DataType = (int)TensorProto.Types.DataType.Int64, Dims = { 1 }, Int64Data = { value } };
}
