using Edge.Quantizer.Graph;
using Edge.Quantizer.Onnx;
using Edge.Quantizer.Onnx.Schema;

namespace Edge.Tests.Onnx;

public class GraphStructureTests
{
    [Theory]
    [InlineData("N")]
    [InlineData(-1)]
    [InlineData(0)]
    public void An_open_batch_is_bound_to_one(object batch) =>
        Assert.Equal(
            [1, 3], new OnnxBuilder().Input("x", batch, 3).Node("Relu", "x", "y").Output("y").Import().Outputs[0].Shape!);

    [Fact]
    public void Another_open_size_must_be_given()
    {
        OnnxBuilder builder = new OnnxBuilder().Input("image", "N", 3, "height", 8).Node("Relu", "image", "y").Output("y");

        Assert.Equal(
            "test.onnx: input 'image' has an open axis 2 (Nx3xheightx8); give its shape, as in --input-shape 1x3x224x224",
            builder.ImportError());
        Assert.Equal([1, 3, 9, 8], builder.Import(Shape("", 1, 3, 9, 8)).Outputs[0].Shape!);
        Assert.Equal([2, 3, 9, 8], builder.Import(Shape("image", 2, 3, 9, 8)).Outputs[0].Shape!);
        Assert.Contains("contradicts on axis 3", builder.ImportError(Shape("", 1, 3, 9, 9)), StringComparison.Ordinal);
        Assert.Contains("has 4 axes", builder.ImportError(Shape("", 1, 3, 9)), StringComparison.Ordinal);
        Assert.Contains(
            "no input 'picture'; inputs are 'image'", builder.ImportError(Shape("picture", 1, 3, 9, 8)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Initializers_that_are_also_inputs_are_weights()
    {
        ModelGraph graph = new OnnxBuilder(7).Input("x", 1, 3).Input("w", 3, 2).Weight("w", [3, 2]).Node("MatMul", "x w", "y")
            .Output("y").Import();

        Assert.Equal("x", Assert.Single(graph.Inputs).Name);
        Assert.True(graph.Nodes[0].Input(1).IsConstant);
    }

    [Fact]
    public void Inputs_can_be_bound_to_constants()
    {
        OnnxBuilder builder = new OnnxBuilder().Input("x", 4, 2).Input("s", TensorProto.Types.DataType.Int64, 1)
            .Node("Reshape", "x s", "y").Output("y");

        Assert.Equal(["s"], ConstantInputs.Of(builder.Graph));
        ModelGraph graph = builder.Import(
            new ImportOptions { Constants = new Dictionary<string, Tensor> { ["s"] = new([1], [8L]) } });
        Assert.Equal([8], graph.Outputs[0].Shape!);
        Assert.Single(graph.Inputs);
    }

    [Fact]
    public void Nodes_are_sorted_named_and_left_out_when_nothing_reads_them()
    {
        OnnxBuilder builder = new OnnxBuilder().Input("x", 1, 3)
            .Node("Tanh", "b", "y").Node("Relu", "a", "b").Node("Sigmoid", "x", "a").Node("Erf", "x", "unused").Output("y");
        foreach (NodeProto node in builder.Graph.Node)
            node.Name = node.OpType == "Tanh" ? "" : "same";

        ModelGraph graph = builder.Import();

        Assert.Equal(["Sigmoid", "Relu", "Tanh"], graph.Nodes.Select(n => n.OpType));
        Assert.Equal(["same", "same_1", "y"], graph.Nodes.Select(n => n.Name));
    }

    [Fact]
    public void Nodes_in_a_circle_are_named() => Assert.Equal(
        "test.onnx: nodes read each other's results in a circle, among them Add 'add0'",
        new OnnxBuilder().Input("x", 1, 3).Node("Add", "x b", "a").Node("Relu", "a", "b").Output("b").ImportError());

    [Fact]
    public void A_value_that_nothing_computes_is_named() => Assert.Equal(
        "test.onnx: Relu 'relu0' (opset 13): reads 'lost', which is no input, no weight and no result of a node",
        new OnnxBuilder().Input("x", 1, 3).Node("Relu", "lost", "y").Output("y").ImportError());

    [Fact]
    public void An_output_that_nothing_computes_is_named() => Assert.Contains(
        "graph output reads 'z'", new OnnxBuilder().Input("x", 1, 3).Node("Relu", "x", "y").Output("z").ImportError(),
        StringComparison.Ordinal);

    [Fact]
    public void A_value_with_two_producers_is_named() => Assert.Contains(
        "two nodes compute 'y'",
        new OnnxBuilder().Input("x", 1, 3).Node("Relu", "x", "y").Node("Tanh", "x", "y").Output("y").ImportError(),
        StringComparison.Ordinal);

    [Fact]
    public void An_unsupported_operator_is_named_with_what_is_supported()
    {
        string message = new OnnxBuilder().Input("x", 1, 3).Node("Erf", "x", "y").Output("y").ImportError();

        Assert.StartsWith(
            "test.onnx: Erf 'erf0' (opset 13): this operator is not supported; supported are Add, AveragePool, ", message,
            StringComparison.Ordinal);
        Assert.EndsWith("Unsqueeze, Upsample", message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_operator_of_another_domain_is_named()
    {
        OnnxBuilder builder = new OnnxBuilder().Input("x", 1, 3).Node("Gelu", "x", "y").Output("y");
        builder.Graph.Node[0].Domain = "com.microsoft";

        Assert.Contains(
            "Gelu 'gelu0' (opset 13): operators of domain 'com.microsoft' are not supported", builder.ImportError(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Control_flow_is_refused() => Assert.Contains(
        "If 'if0' (opset 13): this operator is not supported",
        new OnnxBuilder().Input("x", 1).Node("If", "x", "y").Output("y").ImportError(),
        StringComparison.Ordinal);

    [Fact]
    public void Later_opsets_are_refused() => Assert.Equal(
        "test.onnx: opset 22 is not supported: convert the model to opset 7 to 21",
        new OnnxBuilder(22).Input("x", 1, 3).Node("Relu", "x", "y").Output("y").ImportError());

    [Fact]
    public void Earlier_opsets_are_refused_for_operators_that_read_otherwise() => Assert.Equal(
        "test.onnx: Relu 'relu0' (opset 5): this opset of it is not supported: convert the model to opset 7 to 21",
        new OnnxBuilder(5).Input("x", 1, 3).Node("Relu", "x", "y").Output("y").ImportError());

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(14)]
    [InlineData(21)]
    public void Supported_opsets_import(int opset) =>
        Assert.Single(new OnnxBuilder(opset).Input("x", 1, 3).Node("Relu", "x", "y").Output("y").Import().Nodes);

    [Fact]
    public void Line_breaks_in_names_do_not_break_the_message() =>
        Assert.Contains(
            "a b",
            new OnnxBuilder().Input("x", 1, 3).Input("a\nb", "N", "M").Node("Add", "x a\nb", "y").Output("y").ImportError(),
            StringComparison.Ordinal);

    [Fact]
    public void Shapes_that_do_not_broadcast_are_named() => Assert.Contains(
        "Add 'add0': shapes [1, 3] and [1, 4] do not broadcast",
        new OnnxBuilder().Input("x", 1, 3).Input("z", 1, 4).Node("Add", "x z", "y").Output("y").ImportError(),
        StringComparison.Ordinal);

    [Fact]
    public void An_attribute_of_the_wrong_type_is_named() => Assert.Contains(
        "attribute 'axis' is of type Float, expected Int",
        OnnxBuilder.Single(13, "Softmax", [1, 3], [], ("axis", 1f)).ImportError(),
        StringComparison.Ordinal);

    [Fact]
    public void Integers_that_reach_a_computing_operator_are_named() => Assert.Contains(
        "input 'x' is Int64; at run time this operator takes Float32 only",
        new OnnxBuilder().Input("x", TensorProto.Types.DataType.Uint8, 1, 3).Node("Relu", "x", "y").Output("y").ImportError(),
        StringComparison.Ordinal);

    [Fact]
    public void Activations_larger_than_memory_are_refused() => Assert.Contains(
        "more than 2^31-1 elements",
        new OnnxBuilder().Input("x", 1, 50000, 50000).Node("Relu", "x", "y").Output("y").ImportError(),
        StringComparison.Ordinal);

    private static ImportOptions Shape(string name, params int[] shape) =>
        new() { InputShapes = new Dictionary<string, int[]> { [name] = shape } };
}
