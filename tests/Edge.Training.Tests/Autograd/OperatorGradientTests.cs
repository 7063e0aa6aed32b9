using Edge.Quantizer.Graph;

namespace Edge.Training.Tests.Autograd;

/// <summary>
/// Each operator stands behind a convolution, whose weights' gradients show the operator's gradient by its input, and in front
/// of another one, so that what it receives differs from pixel to pixel.
/// </summary>
public class OperatorGradientTests
{
    public static TheoryData<string> Operators => [.. Cases.Keys];

    private static readonly Dictionary<string, Func<GraphSketch, Value, Value>> Cases = new()
    {
        ["convolution"] = (g, x) => g.Conv(x, 5, 3, pad: 1),
        ["convolution without bias"] = (g, x) => g.Conv(x, 5, 3, bias: false),
        ["convolution, stride 2"] = (g, x) => g.Conv(x, 5, 3, stride: 2, pad: 1),
        ["convolution, dilated"] = (g, x) => g.Conv(x, 3, 3, dilation: 2, pad: 2),
        ["convolution, grouped"] = (g, x) => g.Conv(x, 8, 3, group: 2, pad: 1),
        ["convolution, depthwise"] = (g, x) => g.Conv(x, 4, 3, group: 4, pad: 1),
        ["relu"] = (g, x) => g.Relu(g.Add(OpTypes.Identity, [x])),
        ["relu behind a value read twice"] = (g, x) => { g.Relu(x); return g.Relu(x); },
        ["clip"] = (g, x) => g.Add(OpTypes.Clip, [x], ("min", -0.3f), ("max", 0.4f)),
        ["clip above only"] = (g, x) => g.Add(OpTypes.Clip, [x], ("max", 0.4f)),
        ["batch normalization"] = (g, x) => g.BatchNormalization(x),
        ["batch normalization and relu"] = (g, x) => g.Relu(g.BatchNormalization(x)),
        ["global average pool"] = (g, x) => g.Add(OpTypes.GlobalAveragePool, [x]),
        ["fully connected"] = (g, x) => g.Classifier(x, 5),
        ["flatten and fully connected"] = (g, x) =>
            g.Add(OpTypes.Gemm, [g.Add(OpTypes.Flatten, [x], ("axis", 1)), g.Constant([5, 4 * 6 * 7]), g.Constant([5])], ("transB", 1)),
        ["gemm with factors"] = (g, x) =>
            g.Add(
                OpTypes.Gemm,
                [g.Add(OpTypes.Reshape, [x], ("shape", new[] { 1, 4 * 6 * 7 })), g.Constant([4 * 6 * 7, 5]), g.Constant([1])],
                ("alpha", 0.5f),
                ("beta", 2f)),
        ["matrix product"] = (g, x) =>
            g.Add(OpTypes.MatMul, [g.Add(OpTypes.Flatten, [x], ("axis", 1)), g.Constant([4 * 6 * 7, 5])]),
    };

    [Theory]
    [MemberData(nameof(Operators))]
    public void Gradients_equal_central_differences(string name)
    {
        var g = new GraphSketch(3, 6, 7);
        Value y = Cases[name](g, g.Conv(g.Input, 4));
        GradientCheck.Of(g.End(y.Shape!.Length == 4 ? g.Conv(y, 2, Math.Min(2, y.Shape[2])) : y));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Batch_normalization_with_frozen_statistics(bool all)
    {
        var g = new GraphSketch(3, 5, 5);
        Value y = g.Conv(g.Relu(g.BatchNormalization(g.Conv(g.Input, 4))), 2);
        GradientCheck.Of(g.End(y), prepare: network =>
        {
            network.FreezeStatistics = all;
            if (!all)
            {
                network.Parameters[2].Trainable = false;
                network.Parameters[3].Trainable = false;
            }
        });
    }
}
