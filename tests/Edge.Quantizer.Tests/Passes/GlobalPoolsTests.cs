using Edge.Quantizer.Graph;
using Edge.Quantizer.Passes;

namespace Edge.Quantizer.Tests.Passes;

public class GlobalPoolsTests
{
    private readonly GraphBuilder _b = new();
    private readonly GlobalPools _pass = new();

    [Fact]
    public void The_mean_over_height_and_width_is_a_global_pool()
    {
        Value x = _b.Input(1, 3, 4, 5);
        Value kept = _b.Op(OpTypes.ReduceMean, [x], ("axes", new[] { 2, 3 }), ("keepdims", 1));
        Value dropped = _b.Op(OpTypes.ReduceMean, [x], ("axes", new[] { 2, 3 }), ("keepdims", 0));
        PassAssert.Rewrites(
            _pass, _b.Build(kept, dropped), OpTypes.GlobalAveragePool, OpTypes.GlobalAveragePool, OpTypes.Reshape);
    }

    [Theory]
    [InlineData(new[] { 3 })]
    [InlineData(new[] { 1 })]
    [InlineData(new[] { 1, 2, 3 })]
    public void A_mean_over_other_axes_stays(int[] axes)
    {
        Value mean = _b.Op(OpTypes.ReduceMean, [_b.Input(1, 3, 4, 5)], ("axes", axes), ("keepdims", 1));
        PassAssert.LeavesAlone(_pass, _b.Build(mean));
    }

    [Theory]
    [InlineData(OpTypes.AveragePool, OpTypes.GlobalAveragePool)]
    [InlineData(OpTypes.MaxPool, OpTypes.GlobalMaxPool)]
    public void A_window_as_large_as_the_image_is_a_global_pool(string opType, string global) =>
        PassAssert.Rewrites(_pass, _b.Build(_b.Pool(opType, _b.Input(1, 3, 4, 4), 4, 2)), global);

    [Theory]
    [InlineData(OpTypes.AveragePool, OpTypes.GlobalAveragePool)]
    [InlineData(OpTypes.MaxPool, OpTypes.GlobalMaxPool)]
    public void A_window_that_hangs_over_into_padding_is_a_global_pool_too(string opType, string global) =>
        PassAssert.Rewrites(_pass, _b.Build(_b.Pool(opType, _b.Input(1, 3, 4, 4), 5, 2, pad: 1)), global);

    [Theory]
    [InlineData(3, 2, 0, false)]
    [InlineData(4, 4, 1, false)]
    [InlineData(5, 2, 1, true)]
    public void Other_windows_stay(int kernel, int stride, int pad, bool countPad)
    {
        Value x = _b.Input(1, 3, 4, 4);
        PassAssert.LeavesAlone(_pass, _b.Build(_b.Pool(OpTypes.AveragePool, x, kernel, stride, pad, countPad: countPad)));
    }
}
