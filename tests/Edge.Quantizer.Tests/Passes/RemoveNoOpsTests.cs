using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;

namespace Edge.Quantizer.Tests.Passes;

public class RemoveNoOpsTests
{
    private readonly GraphBuilder _b = new();
    private readonly RemoveNoOps _pass = new();

    public static TheoryData<string> Spellings => [.. NoOps.Keys];

    public static TheoryData<string> Lookalikes => [.. Ops.Keys];

    private static Dictionary<string, Func<GraphBuilder, Value, Value>> NoOps { get; } = new()
    {
        ["Identity"] = (b, x) => b.Op(OpTypes.Identity, [x]),
        ["Dropout"] = (b, x) => b.Op(OpTypes.Dropout, [x]),
        ["Cast"] = (b, x) => b.Op(OpTypes.Cast, [x], ("to", "Float32")),
        ["Concat of one"] = (b, x) => b.Op(OpTypes.Concat, [x], ("axis", 1)),
        ["Sum of one"] = (b, x) => b.Op(OpTypes.Sum, [x]),
        ["Split in one"] = (b, x) => b.Op(OpTypes.Split, [x], ("axis", 1), ("split", new[] { 3 })),
        ["Pad by nothing"] = (b, x) => b.Pad(x, 0, 0, 0, 0),
        ["Slice of all"] = (b, x) => b.Slice(x, 1, 0, 3),
        ["Resize by 1"] = (b, x) => b.Op(
            OpTypes.Resize, [x], ("mode", "nearest"), ("coordinate_transformation_mode", "half_pixel"), ("nearest_mode", "floor"),
            ("sizes", x.Shape!), ("scales", new[] { 1f, 1f, 1f, 1f })),
        ["AveragePool 1x1"] = (b, x) => b.Pool(OpTypes.AveragePool, x, 1, 1),
        ["Clip without limits"] = (b, x) => b.Op(OpTypes.Clip, [x]),
        ["LeakyRelu with slope 1"] = (b, x) => b.Op(OpTypes.LeakyRelu, [x], ("alpha", 1f)),
        ["Add of 0"] = (b, x) => b.Op(OpTypes.Add, [x, b.Constant([3, 1, 1], 0, 0, 0)]),
        ["Mul by 1"] = (b, x) => b.Op(OpTypes.Mul, [x, b.Scalar(1)]),
        ["ChannelShuffle of one group"] = (b, x) => b.Op(OpTypes.ChannelShuffle, [x], ("group", 1)),
    };

    private static Dictionary<string, Func<GraphBuilder, Value, Value>> Ops { get; } = new()
    {
        ["Slice backwards"] = (b, x) => b.Op(
            OpTypes.Slice, [x], ("starts", new[] { 0, 2, 0, 0 }), ("steps", new[] { 1, -1, 1, 1 }), ("sizes", x.Shape!)),
        ["AveragePool 3x3"] = (b, x) => b.Pool(OpTypes.AveragePool, x, 3, 1, pad: 1),
        ["Clip from 0.5"] = (b, x) => b.Op(OpTypes.Clip, [x], ("min", 0.5f)),
        ["Clip at 1"] = (b, x) => b.Op(OpTypes.Clip, [x], ("max", 1f)),
        ["Add of 0 that broadcasts"] = (b, x) => b.Op(OpTypes.Add, [x, b.Constant([2, 1, 1, 1], 0, 0)]),
        ["Mul by nearly 1"] = (b, x) => b.Op(OpTypes.Mul, [x, b.Scalar(1.0001f)]),
        ["Add with fused bounds"] = (b, x) =>
        {
            Value y = b.Op(OpTypes.Add, [x, b.Scalar(0)]);
            y.Producer!.Attributes.Set(OpTypes.FusedLow, 0f);
            return y;
        },
    };

    [Fact]
    public void A_clamp_of_what_lies_between_its_bounds_goes()
    {
        Value six = _b.Pool(OpTypes.AveragePool, _b.Clip(_b.Input(1, 3, 4, 4), 0, 6), 2, 2);
        PassAssert.Rewrites(_pass, _b.Build(_b.Clip(_b.Relu(six), -1, 6)), OpTypes.Clip, OpTypes.AveragePool);
    }

    [Theory]
    [MemberData(nameof(Spellings))]
    public void Nodes_that_do_nothing_go(string spelling)
    {
        Value x = _b.Relu(_b.Input(1, 3, 4, 4));
        PassAssert.Rewrites(_pass, _b.Build(_b.Op(OpTypes.Tanh, [NoOps[spelling](_b, x)])), OpTypes.Relu, OpTypes.Tanh);
    }

    [Theory]
    [MemberData(nameof(Lookalikes))]
    public void Nodes_that_do_something_stay(string spelling)
    {
        Value x = _b.Relu(_b.Input(1, 3, 4, 4));
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Op(OpTypes.Tanh, [Ops[spelling](_b, x)])));
    }

    [Fact]
    public void A_graph_output_keeps_its_name_and_its_other_readers_follow()
    {
        Value x = _b.Relu(_b.Input(1, 3, 4, 4));
        Value y = _b.Op(OpTypes.Identity, [x]);
        PassAssert.Rewrites(_pass, _b.Build(y, _b.Op(OpTypes.Tanh, [x])), OpTypes.Relu, OpTypes.Tanh);
    }

    [Fact]
    public void An_identity_from_graph_input_to_graph_output_stays() =>
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Op(OpTypes.Identity, [_b.Input(1, 3, 4, 4)])));

    [Fact]
    public void A_dropout_whose_mask_is_read_stays()
    {
        Value[] outputs = _b.Ops(OpTypes.Split, 2, [_b.Input(1, 4, 2, 2)], ("axis", 1), ("split", new[] { 2, 2 }));
        outputs[0].Producer!.OpType = OpTypes.Dropout;
        PassAssert.LeavesAlone(_pass, _b.Build(outputs));
    }

    [Fact]
    public void Nodes_that_nobody_reads_go()
    {
        Value x = _b.Relu(_b.Input(1, 3, 4, 4));
        _b.Op(OpTypes.Tanh, [_b.Op(OpTypes.Sigmoid, [x])]);
        PassAssert.Rewrites(_pass, _b.Build(x), OpTypes.Relu);
    }
}
