using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;

namespace Edge.Quantizer.Tests.Passes;

public class ValueBoundsTests
{
    private readonly GraphBuilder _b = new();

    [Fact]
    public void Bounds_follow_the_operators()
    {
        Value x = _b.Input(1, 3, 4, 4);
        Value relu = _b.Relu(x);
        Value relu6 = _b.Clip(x, 0, 6);
        Assert.Equal(ValueBounds.Unbounded, ValueBounds.Of(_b.Conv(relu, 3, 1)));
        Assert.Equal(new ValueBounds(0, float.PositiveInfinity), ValueBounds.Of(_b.Pool(OpTypes.MaxPool, relu, 2, 2)));
        Value concat = _b.Op(OpTypes.Concat, [relu6, _b.Op(OpTypes.Tanh, [x])], ("axis", 1));
        Assert.Equal(new ValueBounds(-1, 6), ValueBounds.Of(concat));
        Assert.Equal(new ValueBounds(0, 7), ValueBounds.Of(_b.Op(OpTypes.Add, [relu6, _b.Op(OpTypes.Sigmoid, [x])])));
        Assert.Equal(new ValueBounds(-2, 6), ValueBounds.Of(_b.Pad(relu6, 1, 1, 1, 1, -2)));
        Value clip = _b.Clip(x, 1, 6);
        Assert.Equal(new ValueBounds(1, 6), ValueBounds.Of(_b.Pool(OpTypes.AveragePool, clip, 3, 1, pad: 1)));
        Assert.Equal(new ValueBounds(0, 6), ValueBounds.Of(_b.Pool(OpTypes.AveragePool, clip, 3, 1, pad: 1, countPad: true)));
    }
}
