using Edge.Quantizer.Graph;

namespace Edge.Tests.Onnx;

/// <summary>The same operator as different opsets write it comes out in one canonical form.</summary>
public class OpsetVariantTests
{
    private static readonly int[] Image = [1, 4, 6, 8];

    [Fact]
    public void Clip_bounds_are_attributes_then_inputs()
    {
        Node old = Only(OnnxBuilder.Single(7, "Clip", Image, [], ("min", 0f), ("max", 6f)));
        Node now = Only(OnnxBuilder.Single(13, "Clip", Image, [0f, 6f]));
        Node open = Only(OnnxBuilder.Single(13, "Clip", Image, [null!, 6f]));
        Node widest = Only(OnnxBuilder.Single(7, "Clip", Image, [], ("min", float.MinValue), ("max", float.MaxValue)));
        Node crossed = Only(OnnxBuilder.Single(13, "Clip", Image, [2f, 1f]));

        Assert.All([old, now], n => Assert.Equal((0f, 6f), (n.Attributes.Float("min", -1), n.Attributes.Float("max", -1))));
        Assert.False(open.Attributes.Has("min"));
        Assert.Empty(widest.Attributes.Values);
        Assert.Equal((1f, 1f), (crossed.Attributes.Float("min", -1), crossed.Attributes.Float("max", -1)));
    }

    [Fact]
    public void Softmax_over_several_axes_is_flattened_before_opset_13()
    {
        ModelGraph graph = OnnxBuilder.Single(11, "Softmax", [2, 3, 4], []).Import();

        Assert.Equal(["Reshape", "Softmax", "Reshape"], graph.Nodes.Select(n => n.OpType));
        Assert.Equal([2, 12], graph.Nodes[1].Output.Shape!);
        Assert.Equal(1, graph.Nodes[1].Attributes.Int("axis", -1));
        Assert.Equal([2, 3, 4], graph.Outputs[0].Shape!);
        Assert.Equal("y", graph.Outputs[0].Name);
    }

    [Theory]
    [InlineData(9, new[] { 1, 1000 }, null, 1)]
    [InlineData(9, new[] { 1, 1000, 1, 1 }, null, 1)]
    [InlineData(9, new[] { 1, 1, 1, 10 }, 1, 3)]
    [InlineData(11, new[] { 2, 3, 4 }, -1, 2)]
    [InlineData(13, new[] { 2, 3, 4 }, null, 2)]
    [InlineData(13, new[] { 2, 3, 4 }, 1, 1)]
    public void Softmax_over_one_axis_stays_one_node(int opset, int[] x, int? axis, int canonical)
    {
        (string, object)[] attributes = axis is null ? [] : [("axis", axis.Value)];

        Assert.Equal(canonical, Only(OnnxBuilder.Single(opset, "Softmax", x, [], attributes)).Attributes.Int("axis", -1));
    }

    [Fact]
    public void ReduceMean_axes_are_an_attribute_then_an_input()
    {
        Node old = Only(OnnxBuilder.Single(13, "ReduceMean", Image, [], ("axes", new[] { -1, 2 }), ("keepdims", 0)));
        Node now = Only(OnnxBuilder.Single(18, "ReduceMean", Image, [new long[] { 3, 2 }], ("keepdims", 0)));
        Node all = Only(OnnxBuilder.Single(18, "ReduceMean", Image, []));
        Node none = Only(OnnxBuilder.Single(18, "ReduceMean", Image, [], ("noop_with_empty_axes", 1)));

        Assert.All([old, now], n => Assert.Equal([2, 3], n.Attributes.Ints("axes")!));
        Assert.All([old, now], n => Assert.Equal([1, 4], n.Output.Shape!));
        Assert.Equal([1, 1, 1, 1], all.Output.Shape!);
        Assert.Equal(OpTypes.Identity, none.OpType);
    }

    [Fact]
    public void Split_sizes_are_an_attribute_then_an_input_or_a_count()
    {
        ModelGraph old = new OnnxBuilder(11).Input("x", 1, 5, 2)
            .Node("Split", "x", "a y", ("axis", 1), ("split", new[] { 2, 3 })).Output("y").Import();
        ModelGraph now = new OnnxBuilder(13).Input("x", 1, 5, 2).Integers("s", 2, 3).Node("Split", "x s", "a y", ("axis", -2))
            .Output("y").Import();
        ModelGraph counted = new OnnxBuilder(18).Input("x", 1, 5, 2).Node("Split", "x", "a y", ("axis", 1), ("num_outputs", 2))
            .Output("y").Import();

        Assert.All([old, now], g => Assert.Equal([2, 3], g.Nodes[0].Attributes.Ints("split")!));
        Assert.Equal([3, 2], counted.Nodes[0].Attributes.Ints("split")!);
        Assert.Equal([1, 2, 2], counted.Outputs[0].Shape!);
    }

    [Fact]
    public void Squeeze_and_Unsqueeze_axes_are_an_attribute_then_an_input()
    {
        Node[] squeezed =
        [
            Only(OnnxBuilder.Single(11, "Squeeze", [1, 5, 1, 2], [], ("axes", new[] { -2 }))),
            Only(OnnxBuilder.Single(13, "Squeeze", [1, 5, 1, 2], [new long[] { 2 }])),
        ];
        Node[] unsqueezed =
        [
            Only(OnnxBuilder.Single(11, "Unsqueeze", [5, 2], [], ("axes", new[] { 0, 3 }))),
            Only(OnnxBuilder.Single(13, "Unsqueeze", [5, 2], [new long[] { -1, 0 }])),
        ];

        Assert.All(squeezed, n => Assert.Equal([1, 5, 2], n.Output.Shape!));
        Assert.All(unsqueezed, n => Assert.Equal([0, 3], n.Attributes.Ints("axes")!));
        Assert.All(unsqueezed, n => Assert.Equal([1, 5, 2, 1], n.Output.Shape!));
        Assert.Equal([5, 2], Only(OnnxBuilder.Single(13, "Squeeze", [1, 5, 1, 2], [])).Output.Shape!);
    }

    [Fact]
    public void Slice_bounds_are_attributes_then_inputs_and_are_clamped()
    {
        Node old = Only(
            OnnxBuilder.Single(9, "Slice", Image, [], ("starts", new[] { 1 }), ("ends", new[] { 1000 }), ("axes", new[] { 1 })));
        Node now = Only(
            OnnxBuilder.Single(
                13, "Slice", Image, [new long[] { -3 }, new[] { long.MaxValue }, new long[] { -3 }, new long[] { 2 }]));
        Node reversed = Only(
            OnnxBuilder.Single(
                13, "Slice", Image, [new long[] { -1 }, new[] { long.MinValue }, new long[] { 3 }, new long[] { -1 }]));
        Node empty = Only(OnnxBuilder.Single(13, "Slice", Image, [new long[] { 5 }, new long[] { 2 }, new long[] { 2 }]));

        Assert.Equal([0, 1, 0, 0], old.Attributes.Ints("starts")!);
        Assert.Equal([1, 3, 6, 8], old.Output.Shape!);
        Assert.Equal([0, 1, 0, 0], now.Attributes.Ints("starts")!);
        Assert.Equal([1, 2, 6, 8], now.Output.Shape!);
        Assert.Equal([0, 0, 0, 7], reversed.Attributes.Ints("starts")!);
        Assert.Equal([1, 1, 1, -1], reversed.Attributes.Ints("steps")!);
        Assert.Equal(Image, reversed.Output.Shape!);
        Assert.Equal([1, 4, 0, 8], empty.Output.Shape!);
    }

    [Fact]
    public void Pad_amounts_are_an_attribute_then_an_input_then_only_for_some_axes()
    {
        Node old = Only(OnnxBuilder.Single(7, "Pad", Image, [], ("pads", new[] { 0, 0, 1, 2, 0, 0, 3, 4 }), ("value", 5f)));
        Node now = Only(OnnxBuilder.Single(13, "Pad", Image, [new long[] { 0, 0, 1, 2, 0, 0, 3, 4 }, 5f]));
        Node some = Only(OnnxBuilder.Single(18, "Pad", Image, [new long[] { 2, 1, 4, 3 }, 5f, new long[] { -1, 2 }]));

        Assert.All([old, now, some], n => Assert.Equal([0, 0, 1, 2, 0, 0, 3, 4], n.Attributes.Ints("pads")!));
        Assert.All([old, now, some], n => Assert.Equal(5, n.Attributes.Float("value", 0)));
        Assert.All([old, now, some], n => Assert.Equal([1, 4, 10, 14], n.Output.Shape!));
    }

    [Theory]
    [InlineData(7, 1)]
    [InlineData(10, 1)]
    [InlineData(13, 3)]
    public void Dropout_passes_its_input_on(int opset, int inputs)
    {
        object[] constants = inputs == 1 ? [] : [0.5f];

        Assert.Equal(Image, Only(OnnxBuilder.Single(opset, "Dropout", Image, constants)).Output.Shape!);
    }

    [Fact]
    public void The_mask_of_Dropout_is_true()
    {
        ModelGraph graph = new OnnxBuilder(12).Input("x", 1, 3).Node("Dropout", "x", "y mask").Output("mask").Import();

        Assert.Equal([true, true, true], graph.Outputs[0].Constant!.Bools);
    }

    [Theory]
    [InlineData(13, "Dropout")]
    [InlineData(14, "BatchNormalization")]
    public void Training_graphs_are_refused(int opset, string opType)
    {
        OnnxBuilder builder = new OnnxBuilder(opset).Input("x", 1, 3, 4, 4).Weight("p", [3]);
        var yes = new Edge.Quantizer.Onnx.Schema.TensorProto { DataType = 9, Int32Data = { 1 } };
        builder = opType == "Dropout"
            ? builder.Weight("ratio", [], 0.5f).Node("Constant", "", "t", ("value", yes)).Node("Dropout", "x ratio t", "y")
            : builder.Node("BatchNormalization", "x p p p p", "y a b", ("training_mode", 1));

        Assert.Contains("training_mode is not supported", builder.Output("y").ImportError(), StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_are_spelled_out()
    {
        Assert.Equal(0.01f, Only(OnnxBuilder.Single(13, "LeakyRelu", Image, [])).Attributes.Float("alpha", 0));
        Node hard = Only(OnnxBuilder.Single(13, "HardSigmoid", Image, []));
        Assert.Equal((0.2f, 0.5f), (hard.Attributes.Float("alpha", 0), hard.Attributes.Float("beta", 0)));
        Node lrn = Only(OnnxBuilder.Single(13, "LRN", Image, [], ("size", 5)));
        Assert.Equal(
            (1e-4f, 0.75f, 1f),
            (lrn.Attributes.Float("alpha", 0), lrn.Attributes.Float("beta", 0), lrn.Attributes.Float("bias", 0)));
        Node gemm = Only(OnnxBuilder.Single(11, "Gemm", [2, 3], [new[] { 5, 3 }], ("transB", 1)));
        Assert.Equal(
            (1f, 1f, 0, 1),
            (gemm.Attributes.Float("alpha", 0), gemm.Attributes.Float("beta", 0), gemm.Attributes.Int("transA", -1),
                gemm.Attributes.Int("transB", -1)));
        Assert.Equal([2, 5], gemm.Output.Shape!);
        Assert.Equal([3, 2, 1, 0], Only(OnnxBuilder.Single(13, "Transpose", Image, [])).Attributes.Ints("perm")!);
        Assert.Equal([1, 192], Only(OnnxBuilder.Single(13, "Flatten", Image, [])).Output.Shape!);
    }

    [Theory]
    [InlineData(new long[] { 0, -1 }, new[] { 1, 192 })]
    [InlineData(new long[] { 1, 2, 2, 0, 8 }, null)]
    [InlineData(new long[] { 1, 2, 2, 6, 8 }, new[] { 1, 2, 2, 6, 8 })]
    [InlineData(new long[] { -1, -1 }, null)]
    [InlineData(new long[] { 7, -1 }, null)]
    [InlineData(new long[] { 3, 3 }, null)]
    public void Reshape_resolves_zero_and_minus_one(long[] wanted, int[]? shape)
    {
        OnnxBuilder builder = OnnxBuilder.Single(13, "Reshape", Image, [wanted]);
        if (shape is null)
            Assert.Contains("Reshape 'reshape0'", builder.ImportError(), StringComparison.Ordinal);
        else
            Assert.Equal(shape, Only(builder).Attributes.Ints("shape")!);
    }

    private static Node Only(OnnxBuilder builder) => Assert.Single(builder.Import().Nodes);
}
