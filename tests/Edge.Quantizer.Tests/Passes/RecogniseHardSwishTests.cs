using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;

namespace Edge.Quantizer.Tests.Passes;

public class RecogniseHardSwishTests
{
    private const float Sixth = 1f / 6;

    private readonly GraphBuilder _b = new();
    private readonly RecogniseHardSwish _pass = new();

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void The_product_with_a_shifted_relu6_becomes_hard_swish(bool scaleFirst, bool gateFirst)
    {
        Value x = _b.Conv(_b.Input(1, 3, 6, 6), 4, 3);
        Value gate = ShiftedRelu6(x);
        if (scaleFirst)
            gate = _b.Op(OpTypes.Mul, [gate, _b.Scalar(Sixth)]);
        Value y = _b.Op(OpTypes.Mul, gateFirst ? [gate, x] : [x, gate]);
        if (!scaleFirst)
            y = _b.Op(OpTypes.Mul, [y, _b.Scalar(Sixth)]);
        PassAssert.Rewrites(_pass, _b.Build(y), OpTypes.Conv, OpTypes.HardSwish);
    }

    [Fact]
    public void A_clip_that_is_fused_already_is_seen()
    {
        Value x = _b.Conv(_b.Input(1, 3, 6, 6), 4, 3);
        Value sum = _b.Op(OpTypes.Add, [x, _b.Scalar(3)]);
        sum.Producer!.Attributes.Set(OpTypes.FusedLow, 0f).Set(OpTypes.FusedHigh, 6f);
        Value y = _b.Op(OpTypes.Mul, [_b.Op(OpTypes.Mul, [x, sum]), _b.Scalar(Sixth)]);
        PassAssert.Rewrites(_pass, _b.Build(y), OpTypes.Conv, OpTypes.HardSwish);
    }

    [Fact]
    public void The_product_with_a_hard_sigmoid_becomes_hard_swish()
    {
        Value x = _b.Input(1, 3, 6, 6);
        PassAssert.Rewrites(_pass, _b.Build(_b.Op(OpTypes.Mul, [x, HardSigmoid(x, Sixth)])), OpTypes.HardSwish);
    }

    [Fact]
    public void A_shifted_relu6_alone_becomes_hard_sigmoid() => PassAssert.Rewrites(
        _pass, _b.Build(_b.Op(OpTypes.Mul, [ShiftedRelu6(_b.Input(1, 3, 6, 6)), _b.Scalar(Sixth)])), OpTypes.HardSigmoid);

    [Fact]
    public void A_hard_sigmoid_of_another_slope_stays()
    {
        Value x = _b.Input(1, 3, 6, 6);
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Op(OpTypes.Mul, [x, HardSigmoid(x, 0.2f)])));
    }

    [Fact]
    public void A_gate_of_another_value_stays()
    {
        Value x = _b.Input(1, 3, 6, 6);
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Op(OpTypes.Mul, [x, HardSigmoid(_b.Input(1, 3, 1, 1), Sixth)])));
    }

    [Fact]
    public void A_gate_that_is_a_graph_output_stays()
    {
        Value x = _b.Input(1, 3, 6, 6);
        Value gate = HardSigmoid(x, Sixth);
        PassAssert.LeavesAlone(_pass, _b.Build(gate, _b.Op(OpTypes.Mul, [x, gate])));
    }

    [Fact]
    public void The_product_with_a_sigmoid_stays()
    {
        Value x = _b.Input(1, 3, 6, 6);
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Op(OpTypes.Mul, [x, _b.Op(OpTypes.Sigmoid, [x])])));
    }

    private Value ShiftedRelu6(Value x) => _b.Clip(_b.Op(OpTypes.Add, [x, _b.Scalar(3)]), 0, 6);

    private Value HardSigmoid(Value x, float alpha) => _b.Op(OpTypes.HardSigmoid, [x], ("alpha", alpha), ("beta", 0.5f));
}
